// Policy: which scanners look at what, and what they may do. Written as YAML; versioned by its
// content, so that a verdict can be traced to the words of its policy and cached under them.
#pragma once

#include "base/result.h"
#include "prompt/model.h"
#include "prompt/verdict.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::prompt {

/// What a scanner's alarm does. Each does what those before it do as well, but for Mask, which
/// changes the text instead of stopping it.
enum class Reaction : std::uint8_t {
  Off,      ///< the scanner does not run
  Observe,  ///< told, and nothing follows
  Flag,     ///< the verdict is "flag"
  Mask,     ///< the same, and what was found is masked in `sanitized`
  Block,    ///< the verdict is "block"
};
std::string_view to_string(Reaction reaction);

struct Policy {
  std::string name = "default";
  int strictness = 3;  ///< 1 to 4: 0.1, 0.5, 1 and 3 % of honest prompts may be alarms
  std::array<std::array<Reaction, kScanners>, kDirections> reactions = kDefaults;
  /// From this score on a scanner's hits are an alarm; that of the injection scanner comes from the
  /// strictness.
  std::array<float, kScanners> thresholds{0, 0.5F, 0.5F, 0.6F, 0.5F, 0.5F, 0.5F, 0.5F};
  /// The scores from which on injection is an alarm at strictness 1 to 4, in the place of the
  /// model's own: from the operator's traffic (`vedette prompt calibrate`).
  std::optional<std::array<double, kStrictnesses>> injection_thresholds;
  std::uint64_t tokens_max = 0;       ///< roughly, of one text; 0: no limit
  std::uint64_t deadline_us = 0;      ///< of one text; 0: none. What was not looked at is told
  ScannerSet fail_closed;             ///< that block when the deadline kept them from running
  std::vector<std::string> terms;     ///< banned, in any case and disguise
  std::vector<std::string> canaries;  ///< system prompts and planted words
  std::vector<std::string> routes;    ///< paths whose policy this is
  std::vector<std::string> tokens;    ///< names or ids of those bound to it: they have no other

  /// The hash of all that changes verdicts: not of whose policy it is.
  std::uint64_t version() const;
  Reaction reaction(Direction direction, ScannerId scanner) const {
    return reactions[static_cast<std::size_t>(direction)][static_cast<std::size_t>(scanner)];
  }

  using enum Reaction;
  // Injection, secrets, personal data, links, invisible text, length, terms, canaries.
  static constexpr std::array<std::array<Reaction, kScanners>, kDirections> kDefaults{{
      {Block, Flag, Observe, Observe, Flag, Block, Block, Off},
      {Observe, Mask, Observe, Flag, Flag, Off, Block, Block},
      {Block, Flag, Observe, Flag, Flag, Block, Flag, Off},
  }};
};

inline constexpr std::size_t kPoliciesMax = 1000;

/// The policies of a YAML text, one a document, 1 to kPoliciesMax; `path` is for what is said of
/// mistakes (ConfigValue: with line, what is wrong and what would be right). Names are unique, and
/// each route or token is that of one policy. `routes`: those that a policy may name.
Result<std::vector<Policy>> read_policies(std::string_view path, std::string_view yaml,
                                          std::span<const std::string_view> routes);

}  // namespace vedette::prompt
