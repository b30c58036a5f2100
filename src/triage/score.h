// The score of a threat: how sure we are that the entity is hostile, 0 to 100.
//
// Every distinct finding (one rule) is independent evidence, so the chances that each is wrong
// multiply:
//   score = 100 * (1 - product over findings of (1 - e))
//   e     = (1 - (1 - p(level))^(1 + log10(count) / 2)) * 2^(-age / half_life)
// p: informational 0.02, low 0.15, medium 0.40, high 0.70, critical 0.90. count: the events behind
// the finding. age: from its last event to the time of ranking, never below 0. half_life: 7 days.
// Bounded, grows with every finding and every event, shrinks with time, and is the same whatever
// order the findings came in (the product is taken in the order of rule ids).
#pragma once

#include "base/time.h"
#include "model/threat.h"

#include <span>

namespace vedette::triage {

inline constexpr std::chrono::hours kHalfLife{7 * 24};

double score(std::span<const Finding> findings, Time as_of);
/// The highest level of the findings; Informational without any.
Level severity(std::span<const Finding> findings);

}  // namespace vedette::triage
