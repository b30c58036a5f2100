#include "decode/lines.h"

using namespace vedette;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static EventBatch out{FieldSet{}.set()};
  const std::string_view line{reinterpret_cast<const char*>(bytes), size};
  out.begin(line);
  if (!decode::decode_netfilter(line, out)) out.rollback(0);
  out.end();
  out.clear();
  return 0;
}
