#include "decode/json.h"

#include "model/raw_batch.h"

#include <cstring>
#include <vector>

using namespace vedette;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const FieldTable fields;
  static decode::JsonDecoder decoder(fields);
  static EventBatch out{FieldSet{}.set()};
  std::vector<char> padded(size + RawBatch::kPadding);
  if (size > 0) std::memcpy(padded.data(), bytes, size);
  const std::string_view line{padded.data(), size};
  out.begin(line);
  const bool understood = decoder.decode(line, out);
  if (!understood) out.rollback(0);
  out.end();
  std::string text;
  append_json(text, out, out.events().back(), fields);
  if (understood && !decoder.inner().text.empty()) {
    const std::string inner(decoder.inner().text);
    out.begin(line);
    decoder.decode(decoder.inner().text, out);  // an envelope in an envelope
    out.end();
  }
  out.clear();
  return 0;
}
