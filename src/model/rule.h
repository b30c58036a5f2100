// What a rule says about itself: the part of a Sigma rule that findings, lists and people need.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette {

/// Sigma's levels, which are also the severities of threats.
enum class Level : std::uint8_t { Informational, Low, Medium, High, Critical };
inline constexpr std::size_t kLevels = 5;

std::string_view to_string(Level level);
std::optional<Level> parse_level(std::string_view text);

/// A rule or correlation by its place in its RuleSet.
using RuleIndex = std::uint32_t;

struct RuleInfo {
  std::string id;    ///< UUID
  std::string name;  ///< what correlations may call it; may be empty
  std::string title;
  std::string description;
  Level level = Level::Medium;
  std::vector<std::string> techniques;  ///< ATT&CK, upper case: "T1110.001"
  std::vector<std::string> tactics;     ///< ATT&CK, as tagged: "credential-access"
  std::vector<std::string> false_positives;
  std::string advice;  ///< what to do, one sentence (custom attribute `advice`); may be empty
  std::string file;    ///< where it was read
  /// Whether a match is a finding. A rule that only feeds correlations is not (`generate: false`),
  /// and neither is one of level informational.
  bool reports = true;
};

/// One rule matched one event of a batch.
struct Match {
  std::uint32_t event;
  RuleIndex rule;
};

}  // namespace vedette
