// A rule's condition: text to a tree over its selections. From low to high precedence: or, and,
// not, `x of`, parentheses (Sigma 2.1).
#pragma once

#include "base/result.h"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::sigma {

struct Condition {
  enum class Kind : std::uint8_t { Selection, And, Or, Not };
  Kind kind = Kind::Selection;
  std::uint32_t selection = 0;  ///< Selection: its place among the names
  std::vector<Condition> parts;
};

/// `names`: the selections, in order. The error says what cannot be understood, without a place.
Result<Condition> parse_condition(std::string_view text, std::span<const std::string> names);

}  // namespace vedette::sigma
