#include "model/rule.h"

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
  for (std::size_t i = 0; i < kLevels; ++i) {
    if (kLevelNames[i] == text) return static_cast<Level>(i);
  }
  return {};
}

}  // namespace vedette
