// Places in a document that its readers do not see or do not look at, but a language model reads:
// where instructions for it are hidden. Only marked: the views of the whole text have their words.
#pragma once

#include "prompt/span.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace vedette::prompt {

enum class CarrierKind : std::uint8_t {
  Comment,      // <!-- … -->, [//]: # (…)
  Attribute,    // alt, title, aria-label, placeholder, content, value, data-…
  HiddenText,   // the inside of an element that its style or `hidden` makes invisible
  Script,       // the inside of <script>, <style>, <template>, <noscript>
  LinkText,     // [this](…)
  LinkUrl,      // [x](this …), ![x](this …)
  LinkTitle,    // [x](url "this")
  StringValue,  // "key": "this"
};
std::string_view name_of(CarrierKind kind);

struct Carrier {
  CarrierKind kind;
  Span span;
};

/// Appends what `text` has, in order of where it begins but for nested ones, until `out` has
/// `carriers_max`. One pass; what an element hides is looked for in its first 64 KB.
void find_carriers(std::string_view text, std::size_t carriers_max, std::vector<Carrier>& out);

}  // namespace vedette::prompt
