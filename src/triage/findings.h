// The findings of a threat: what rules said about its entity, and the lines that show it. Pure
// functions.
#pragma once

#include "model/event.h"
#include "model/rule.h"
#include "model/threat.h"

#include <cstdint>
#include <string_view>

namespace vedette::triage {

/// `count` more events for what `rule` says; the earliest was at `first`, the latest is `event`.
struct Statement {
  const RuleInfo& rule;
  std::uint64_t count;
  Time first;
  const Event& event;
  std::string_view source;  ///< of the event's line
};

/// Adds to the finding of that rule, or makes one; findings stay sorted by level downwards, then
/// rule id. Of the lines it keeps the earliest and the latest, `evidence_max` in all, the same ones
/// in whatever order the statements come. Searching is linear: a threat has few findings, at most
/// one per rule.
void add_statement(Threat& threat, const Statement& statement, std::size_t evidence_max);

}  // namespace vedette::triage
