#include "model/rule.h"

#include "base/text.h"

#include <array>

namespace vedette {
namespace {
constexpr auto kLevelNames =
    std::to_array<std::string_view>({"informational", "low", "medium", "high", "critical"});
static_assert(kLevelNames.size() == kLevels);
}  // namespace

std::string_view to_string(Level level) {
  return kLevelNames[static_cast<std::size_t>(level)];
}

std::optional<Level> parse_level(std::string_view text) {
  return parse_name<Level>(kLevelNames, text);
}

}  // namespace vedette
