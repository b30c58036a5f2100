// What characters that cannot be seen say about a text.
#pragma once

#include "prompt/fold.h"

#include <cstdint>
#include <string_view>

namespace vedette::prompt {

/// Worth `score` where at least `from` of the kind stand together.
struct HiddenWeight {
  Hidden kind;
  std::uint32_t from;
  float score;
  std::string_view why;
};

inline constexpr HiddenWeight kHiddenWeights[] = {
    {Hidden::Tag, 1, 0.95F, "holds text written in invisible tag characters"},
    {Hidden::Variation, 4, 0.9F, "holds a run of variation selectors, which can carry bytes"},
    {Hidden::BidiControl, 1, 0.6F, "changes the direction of text, so that it is read otherwise"},
    {Hidden::ZeroWidth, 3, 0.6F, "holds a run of characters without width"},
    {Hidden::ZeroWidth, 1, 0.3F, "holds characters without width"},
    {Hidden::Filler, 1, 0.5F, "holds letters that look like blanks"},
    {Hidden::Control, 1, 0.5F, "holds control characters"},
    {Hidden::SoftHyphen, 8, 0.5F, "holds many soft hyphens"},
    {Hidden::StackedMark, 8, 0.5F, "holds stacks of combining marks"},
    {Hidden::Invalid, 8, 0.3F, "holds bytes that are no text"},
};

}  // namespace vedette::prompt
