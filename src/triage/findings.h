// The findings of a threat: what rules said about its entity, and the lines that show it. Pure
// functions.
#pragma once

#include "model/threat.h"

#include <cstdint>
#include <memory>

namespace vedette::triage {

/// `count` more events for what `rule` says; the earliest was at `first`.
struct Statement {
  const std::shared_ptr<const FindingRule>&
      rule;  ///< a reference: counting costs more than the rest
  std::uint64_t count;
  Time first;
};

/// Adds to the finding of that rule, or makes one; `line`: the latest of the events. Findings stay
/// sorted by level downwards, then rule id. Of the lines it keeps the earliest and the latest,
/// `evidence_max` in all, the same ones in whatever order the statements come. Searching is linear:
/// a threat has few findings, at most one per rule.
void add_statement(Threat& threat, const Statement& statement,
                   const std::shared_ptr<const Evidence>& line, std::size_t evidence_max);

}  // namespace vedette::triage
