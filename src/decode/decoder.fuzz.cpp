// Any bytes, as the lines of a log: each is one event, a blank or a hole, and every text of an
// event can be read to its end.
#include "decode/decoder.h"

#include "base/assert.h"
#include "base/text.h"
#include "model/raw_batch.h"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace vedette;
  if (size > kLineBytesMax) return 0;
  static const FieldTable fields;
  static decode::Decoder decoder(fields);
  static EventBatch batch(FieldSet{}.set());
  std::string memory(reinterpret_cast<const char*>(bytes), size);
  memory.resize(size + RawBatch::kPadding);
  const decode::LineContext context{
      .offset = 0, .chunk = 0, .written_by = Time{std::chrono::hours{24 * 365 * 50}}};
  std::size_t events = 0;
  for (std::string_view text{memory.data(), size}; !text.empty();) {
    const decode::Decoded decoded = decoder.decode(take_until(text, '\n'), context, batch);
    events += decoded == decode::Decoded::Event || decoded == decode::Decoded::Unknown;
  }
  VD_ASSERT(batch.events().size() == events);
  std::string json;
  for (const Event& event : batch.events()) {
    VD_ASSERT(event.repeats >= 1 && event.repeats <= 100'000);
    VD_ASSERT(event.time.time_since_epoch().count() >= 0 || to_civil_utc(event.time).year >= 1677);
    append_json(json, batch, event, fields);
  }
  batch.clear();
  return 0;
}
