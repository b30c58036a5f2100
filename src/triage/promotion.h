// Promotion: which threats are worth keeping when nobody has touched them for a while. One reason
// is enough, and it is what the threat says of itself ("seen on 3 days"). Pure functions.
#pragma once

#include "model/threat_head.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace vedette::triage {

/// What a threat must reach at least in one of these, to be kept on.
struct PromotionRule {
  Level severity = Level::Low;
  double score = 20;
  unsigned techniques = 2;
  unsigned days = 2;  ///< on which it was seen
};

struct TierOptions {
  std::size_t working_max = 65536;  ///< threats; beyond it the longest untouched go
  // How long untouched.
  std::chrono::minutes working_for{60};
  std::chrono::hours short_for{7 * 24};
  std::chrono::hours long_for{365 * 24};
  PromotionRule to_short;
  PromotionRule to_long{.severity = Level::High, .score = 80, .techniques = 3, .days = 3};
};

/// Why it should be kept; empty: it should not. A person's change and a confirmed threat (resolved
/// as hostile) are always reasons. The score is as of when the threat was last seen: that nobody
/// looked is no reason to forget.
std::string reason_to_keep(const ThreatHead& head, const PromotionRule& rule);

/// What long-term memory keeps of a threat: every finding with its counts and one line, and the
/// latest entries of the timeline.
void summarise(Threat& threat);

}  // namespace vedette::triage
