// Records come from a file that others may have written: any bytes are read within their bounds,
// and what is read is written again as it was.
#include "prompt/verdict_record.h"

#include "base/assert.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace vedette::prompt;  // NOLINT(google-build-using-namespace)
  const std::string_view record(reinterpret_cast<const char*>(bytes), size);
  Verdict first, second;
  if (!decode_record(record, first)) return 0;
  const std::string again = encode_record(first);
  VD_ASSERT(decode_record(again, second));
  VD_ASSERT(encode_record(second) == again);
  for (const Hit& hit : first.hits) VD_ASSERT(hit.span.begin <= hit.span.end);
  return 0;
}
