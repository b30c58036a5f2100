// Verdict: what a text is, and why: the answer of the prompt firewall.
#pragma once

#include "prompt/span.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::prompt {

/// Where the text comes from: the user, the model, or what the model reads (documents, tools).
enum class Direction : std::uint8_t { Input, Output, Tool };
inline constexpr std::size_t kDirections = 3;
enum class Decision : std::uint8_t { Allow, Flag, Block };
enum class ScannerId : std::uint8_t {
  Injection,  ///< prompt injection, jailbreaks, prompt extraction; direct and in documents
  Secrets,
  Personal,
  Links,
  Invisible,  ///< text that people do not see and models do
  Length,     ///< more tokens than the policy allows
  Terms,      ///< words that the operator bans
  Canary,     ///< words that must never leave: of system prompts, planted ones
};
inline constexpr std::size_t kScanners = 8;
using ScannerSet = std::bitset<kScanners>;

std::string_view to_string(Direction direction);  ///< "input"
std::string_view to_string(Decision decision);    ///< "block"
std::string_view to_string(ScannerId scanner);    ///< "prompt_injection"
std::optional<Direction> parse_direction(std::string_view text);
std::optional<Decision> parse_decision(std::string_view text);
std::optional<ScannerId> parse_scanner(std::string_view text);

struct Hit {
  ScannerId scanner{};
  Span span;              ///< bytes of the text as it came
  float score = 0;        ///< 0 to 1, higher is worse
  std::string_view kind;  ///< "jailbreak", "aws-access-key"; lives as long as the program
  std::string_view why;   ///< a sentence's end, such as "asks for the hidden instructions"
  std::string how;        ///< what was undone to see it, such as "base64 > folded"; may be empty
  bool operator==(const Hit&) const = default;
};
inline constexpr std::size_t kHitsMax = 256;  ///< of one verdict

struct Verdict {
  Decision decision = Decision::Allow;
  float score = 0;  ///< the highest of the scanners that may flag or block
  std::array<float, kScanners> scores{};
  ScannerSet ran;       ///< the others are off, or are in `skipped`
  ScannerSet alarmed;   ///< at or above their thresholds
  ScannerSet blocking;  ///< those for which the decision is to block
  ScannerSet skipped;   ///< the deadline came first
  std::vector<Hit> hits;
  std::optional<std::string> sanitized;  ///< the text with what must be masked, if that is anything
  bool operator==(const Verdict&) const = default;
};

/// Code points before the byte: what clients count that index texts by characters. Bytes that are
/// no UTF-8 count one each.
std::size_t code_points_before(std::string_view text, std::size_t byte);

}  // namespace vedette::prompt
