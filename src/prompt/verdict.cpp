#include "prompt/verdict.h"

#include "base/text.h"
#include "base/utf8.h"

#include <algorithm>

namespace vedette::prompt {
namespace {

constexpr std::array<std::string_view, kDirections> kDirectionNames{"input", "output", "tool"};
constexpr std::array<std::string_view, 3> kDecisionNames{"allow", "flag", "block"};
constexpr std::array<std::string_view, kScanners> kScannerNames{
    "prompt_injection", "secrets", "personal_data", "links",
    "invisible_text",   "length",  "terms",         "canary"};

}  // namespace

std::string_view to_string(Direction direction) {
  return kDirectionNames[static_cast<std::size_t>(direction)];
}
std::string_view to_string(Decision decision) {
  return kDecisionNames[static_cast<std::size_t>(decision)];
}
std::string_view to_string(ScannerId scanner) {
  return kScannerNames[static_cast<std::size_t>(scanner)];
}
std::optional<Direction> parse_direction(std::string_view text) {
  return parse_name<Direction>(kDirectionNames, text);
}
std::optional<Decision> parse_decision(std::string_view text) {
  return parse_name<Decision>(kDecisionNames, text);
}
std::optional<ScannerId> parse_scanner(std::string_view text) {
  return parse_name<ScannerId>(kScannerNames, text);
}

std::size_t code_points_before(std::string_view text, std::size_t byte) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < std::min(byte, text.size()); ++count) {
    at += std::max<std::size_t>(utf8_length(text.substr(at)), 1);
  }
  return count;
}

}  // namespace vedette::prompt
