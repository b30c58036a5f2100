// Paths, queries and commands come from strangers: any bytes give numbers within their bounds.
#include "anomaly/text_shape.h"

#include "base/assert.h"

#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace vedette::anomaly;  // NOLINT(google-build-using-namespace)
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const PathShape path = path_shape(text);
  VD_ASSERT(path.hash != 0 && path.entropy >= 0 && path.entropy <= 6.01f);
  VD_ASSERT(path.depth <= kShapeBytesMax);
  const float query = query_oddness(text);
  VD_ASSERT(query >= 0 && query <= 1);
  const CommandShape command = command_shape(text);
  VD_ASSERT(command.hash != 0 && command.oddness >= 0 && command.oddness <= 1);
  return 0;
}
