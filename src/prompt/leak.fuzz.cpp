// All scanners of leaks on strangers' bytes: hits lie in the text, in order, and masking comes
// back.
#include "prompt/leak.h"

#include "base/assert.h"
#include "prompt/links.h"
#include "prompt/masking.h"
#include "prompt/personal.h"
#include "prompt/secrets.h"

using namespace vedette::prompt;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  LeakHits all;
  for (const auto scan : {scan_secrets, scan_personal, scan_links}) {
    const std::size_t first = all.size();
    scan(text, all);
    std::uint32_t end = 0;
    for (std::size_t i = first; i < all.size(); ++i) {
      const LeakHit& hit = all[i];
      VD_ASSERT(hit.span.begin >= end && hit.span.begin < hit.span.end && hit.span.end <= size);
      VD_ASSERT(hit.score > 0 && hit.score <= describe(hit.kind).score);
      end = hit.span.end;
    }
  }
  settle(all);
  Masker masker;
  const std::string masked = masker.mask(text, all);
  if (text.find('[') == std::string_view::npos) VD_ASSERT(masker.unmask(masked) == text);
  return 0;
}
