// Entries come from where strangers may write: of any bytes nothing is believed but a verdict that
// a text can have, which is then written and read again as itself, and masks without harm.
#include "prompt/verdict_codec.h"

#include "base/assert.h"
#include "prompt/testing.h"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace vedette::prompt;  // NOLINT(google-build-using-namespace)
  static const Policy policy = test_policies().back();
  if (size == 0) return 0;
  const std::size_t text_bytes = bytes[0];
  const std::string_view entry(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const auto verdict = decode_verdict(entry, text_bytes);
  if (!verdict) return 0;
  for (const Hit& hit : verdict->hits) {
    VD_ASSERT(hit.span.begin < hit.span.end && hit.span.end <= text_bytes);
    VD_ASSERT(!hit.kind.empty() && !hit.why.empty());
  }
  const auto again = encode_verdict(*verdict);
  VD_ASSERT(again && decode_verdict(*again, text_bytes) == verdict);
  const std::string text(text_bytes, 'x');
  static_cast<void>(sanitized(text, Direction::Input, policy, *verdict));
  return 0;
}
