// Any bytes, as the lines of a log: no search for a value that an event shows, and none for a
// phrase of the line, may pass over the line because of its words.
#include "engine/event_match.h"

#include "base/assert.h"
#include "base/hash.h"
#include "base/text.h"
#include "decode/line_decoder.h"
#include "model/raw_batch.h"

#include <algorithm>
#include <cstdint>

namespace {

using namespace vedette;

void check_values(const decode::LineDecoder& decoder, const Event& event, std::string_view line,
                  std::string_view filter) {
  const EventBatch& batch = decoder.batch();
  const auto check = [&](const store::WordTest& test) {
    VD_ASSERT(store::passes(line, test) && store::filter_passes(filter, test));
  };
  std::string scratch, shown;
  for (const Value& value : batch.values(event)) {
    const std::string_view text = as_text(value, scratch);
    check(engine::EventMatch::words_of(value.field, text));
  }
  if (const auto source = Entities(batch, event).of(EntityType::SourceIp)) {
    check(store::words_of_source(source->ip));
  }
}

void check_phrase(std::string_view line, std::uint64_t seed) {
  const std::string text = to_lower(line);
  const std::size_t begin = mix64(seed) % text.size();
  const std::size_t size = mix64(seed + 1) % std::min<std::size_t>(text.size() - begin, 64);
  const std::string_view phrase = std::string_view(text).substr(begin, size);
  if (store::find_phrase(text, phrase, 0) == std::string_view::npos) return;
  VD_ASSERT(store::passes(line, store::words_of_phrase(phrase)));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size > kLineBytesMax) return 0;
  static const FieldTable fields;
  static decode::LineDecoder decoder(fields);
  std::string memory(reinterpret_cast<const char*>(bytes), size);
  memory.resize(size + RawBatch::kPadding);
  store::WordSet words;
  words.clear(size);
  words.add({memory.data(), size});
  const std::string filter = words.filter();
  const decode::LineContext context{
      .offset = 0, .chunk = 0, .written_by = Time{std::chrono::hours{24 * 365 * 50}}};
  for (std::string_view text{memory.data(), size}; !text.empty();) {
    const std::string_view line = take_until(text, '\n');
    const Event* const event = decoder.decode(line, context);
    if (event != nullptr) check_values(decoder, *event, line, filter);
    for (std::uint64_t seed = 0; seed < 8 && !line.empty(); ++seed) {
      check_phrase(line, seed * 2 + hash64(line));
    }
  }
  return 0;
}
