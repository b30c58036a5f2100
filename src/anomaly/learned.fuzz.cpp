// What detection left in a database is never trusted: rows of every kind, what was learned, and
// what is kept of an alarm. What is understood is written again as it was, and detection can go on.
// The first byte says which it is.
#include "anomaly/learned.h"

#include "anomaly/testing_lanes.h"
#include "base/assert.h"

#include <string>
#include <string_view>

namespace {

using namespace vedette;           // NOLINT(google-build-using-namespace)
using namespace vedette::anomaly;  // NOLINT(google-build-using-namespace)

void check_lore(std::string_view bytes) {
  Lore lore, again;
  if (!decode(bytes, lore)) return;
  const std::string written = encode(lore);
  VD_ASSERT(decode(written, again) && encode(again) == written);
}

void check_anomaly(std::string_view bytes) {
  Anomaly anomaly, again;
  Reader in(bytes);
  if (!anomaly.decode(in)) return;
  std::string written, rewritten;
  Writer first(written);
  anomaly.encode(first);
  Reader second(written);
  VD_ASSERT(again.decode(second) && second.done());
  Writer third(rewritten);
  again.encode(third);
  VD_ASSERT(rewritten == written);
  std::string text;
  JsonAppender json(text);
  append_json(json, anomaly);
}

/// The row of somebody who then is there again.
void check_row(StateKind kind, std::string_view bytes) {
  DetectorOptions options;
  options.learning.baseline_min = 4;
  options.learning.learning_hours = 1;
  options.tell_all = true;
  testing::Lanes lanes(options, 1);
  const testing::Stream stream =
      testing::joined(testing::office(1, 2), testing::attack(testing::kMonday, 20));
  const auto [kind_of, entity] = stream[0].of[bytes.size() % 3];
  const std::uint64_t key = kind == StateKind::Profile
                                ? hash_combine(entity, static_cast<std::uint64_t>(kind_of) + 1)
                                : bytes.size() % 4;
  if (!lanes[0].restore({kind, key, entity, std::string(bytes)})) return;
  lanes.run(stream, stream.size() / 2, 10, 0);
  lanes.teach(stream.back().activity.time_ns);
  lanes.run(stream, stream.size(), 10, 0);
  testing::Lanes::Stored stored;
  lanes.commit(stored);
  testing::Lanes next(options, 1);
  VD_ASSERT(next.restore(stored, 0) == 0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] % 8 == 0) {
    check_anomaly(bytes);
  } else if (data[0] % 8 == 1) {
    check_lore(bytes);
  } else {
    check_row(static_cast<StateKind>(data[0] % 8), bytes);
  }
  return 0;
}
