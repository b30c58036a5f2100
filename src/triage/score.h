// How sure we are that an entity is hostile. Every distinct finding (one rule) is independent
// evidence: of the chance
//   e = 1 - (1 - p(level))^(1 + log10(count) / 2)
// p: informational 0.02, low 0.15, medium 0.40, high 0.70, critical 0.90. count: the events behind
// the finding, at its last event. What long-term memory knew of an entity that came back counts as
// one more piece of evidence, of e = p(worst level then) / 2, at its return. model/heat.h says how
// they add up and decay.
//
// Grows with every finding and every event, and is the same whatever order the findings came in.
#pragma once

#include "model/threat.h"

#include <span>

namespace vedette::triage {

double heat(std::span<const Finding> findings);
double heat(const History& known);
/// The highest level of the findings; Informational without any.
Level severity(std::span<const Finding> findings);

}  // namespace vedette::triage
