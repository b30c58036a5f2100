#include "prompt/views.h"

#include "base/assert.h"

#include <string>

using namespace vedette;
using namespace vedette::prompt;

namespace {

/// A place in a view leads to bytes of the text, and later places to no earlier ones.
void check_origins(const Views& views, const View& view, std::size_t size) {
  const bool ordered = views.how(view).find("backwards") == std::string::npos;
  Span before;
  for (std::size_t at = 0; at < view.text.size(); ++at) {
    const Span span = views.origin(view, at, at + 1);
    VD_ASSERT(span.begin <= span.end && span.end <= size);
    VD_ASSERT(!ordered || span.begin >= before.begin);
    before = span;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  static Views views;  // reused, as a scanner does
  const ViewLimits limits{.views_max = 24, .decoded_bytes_max = 4096, .carriers_max = 16};
  views.build(text, limits);
  VD_ASSERT(views.all().size() >= 2 && views.all().size() <= limits.views_max);
  std::size_t decoded = 0;
  for (const View& view : views.all()) {
    check_origins(views, view, size);
    VD_ASSERT(view.depth <= limits.depth_max);
    if (view.index > 1) decoded += view.text.size();
    if (view.kind == ViewKind::Folded) VD_ASSERT(fold(view.text) == view.text);
  }
  VD_ASSERT(decoded <= 3 * (limits.decoded_factor_max * size + limits.decoded_bytes_max));
  VD_ASSERT(views.carriers().size() <= limits.carriers_max);
  for (const Carrier& carrier : views.carriers()) {
    VD_ASSERT(carrier.span.begin < carrier.span.end && carrier.span.end <= size);
  }
  return 0;
}
