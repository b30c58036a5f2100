// Matcher: events to matches, one event at a time, no memory between events. Per field one
// automaton over all rules' literals wakes the few rules that can match; only those are evaluated.
// One Matcher per thread (it owns scratch space); the RuleSet is shared.
#pragma once

#include "model/event.h"
#include "model/rule.h"
#include "sigma/rule_set.h"

#include <memory>
#include <vector>

namespace vedette::sigma {

class Matcher {
 public:
  explicit Matcher(std::shared_ptr<const RuleSet> rules);
  ~Matcher();

  /// Appends every (event, rule) that matches, by event, then rule. Correlations are not in it.
  void match(const EventBatch& batch, std::vector<Match>& out);
  /// The same by evaluating every rule on every event: the oracle. Slow, obvious, for tests and
  /// audits.
  void match_all_rules(const EventBatch& batch, std::vector<Match>& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::sigma
