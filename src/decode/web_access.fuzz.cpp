#include "decode/lines.h"

using namespace vedette;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static EventBatch out{FieldSet{}.set()};
  static decode::LocalZone zone;
  const std::string_view line{reinterpret_cast<const char*>(bytes), size};
  for (const auto decoder : {decode::decode_web_access, decode::decode_web_error}) {
    out.begin(line);
    if (!decoder(line, zone, out)) out.rollback(0);
    out.end();
    for (const Value& value : out.values(out.events().back())) {
      std::string scratch;
      static_cast<void>(as_text(value, scratch).size());
    }
    out.clear();
  }
  return 0;
}
