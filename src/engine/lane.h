// Lane: the single-threaded owner of the state of its share of the entities: attempts, correlation
// windows, threats. It meets batches in the order they were read, so its outcome does not depend on
// how many workers there are or how fast they run.
#pragma once

#include "engine/batch.h"
#include "engine/stats.h"
#include "engine/suppression_set.h"
#include "sigma/correlator.h"
#include "triage/triage.h"

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace vedette::engine {

class Lane {
 public:
  Lane(std::size_t index, std::shared_ptr<const sigma::RuleSet> rules,
       const sigma::CorrelatorOptions& correlator, const triage::TriageOptions& triage,
       triage::Triage::Load load, bool keep_state, Stats& stats);

  /// `suppressions`: null for none.
  void process(const Batch& batch,
               const std::vector<std::shared_ptr<const std::string>>& source_names,
               const SuppressionSet* suppressions);
  /// What changed since the barrier before, for the next commit.
  void take_changes(Commit& commit, bool last);
  void committed() { triage_.committed(); }
  bool restore(const StateRow& row);

  std::size_t threats() const { return triage_.threats(); }

 private:
  void observe(const Batch& batch, const Observation& observation,
               const std::shared_ptr<const std::string>& source,
               const SuppressionSet* suppressions);
  /// What another program said: the rule that its alert names, or nothing.
  const std::shared_ptr<const FindingRule>* rule_of_alert(const EventBatch& batch,
                                                          const Event& event);
  void publish_sizes();

  std::size_t index_;
  std::shared_ptr<const sigma::RuleSet> rules_;
  sigma::Correlator correlator_;
  triage::Triage triage_;
  bool keep_state_;
  Stats& stats_;
  std::vector<std::shared_ptr<const FindingRule>> finding_rules_;  // by rule; null: reports nothing
  std::unordered_map<std::string, std::shared_ptr<const FindingRule>> alert_rules_;
  std::vector<sigma::Hit> hits_;  // these are reused
  std::vector<triage::Statement> statements_;
  std::uint64_t findings_ = 0, hit_count_ = 0;
  // What this lane last added to the shared gauges, so that they can be corrected by the
  // difference.
  std::size_t entities_ = 0, groups_ = 0, threats_ = 0;
  std::uint64_t entities_evicted_ = 0, groups_evicted_ = 0;
};

}  // namespace vedette::engine
