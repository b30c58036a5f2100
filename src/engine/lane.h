// Lane: the single-threaded owner of the state of its share of the entities: attempts, correlation
// windows, threats. It meets batches in the order they were read, so its outcome does not depend on
// how many workers there are or how fast they run.
#pragma once

#include "anomaly/detector.h"
#include "engine/batch.h"
#include "engine/learning.h"
#include "engine/stats.h"
#include "engine/suppression_set.h"
#include "sigma/correlator.h"
#include "triage/triage.h"

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace vedette::engine {

/// What was scored, of whom and at which event.
using OnScored = std::function<void(const EntityRef&, const Event&, const anomaly::Alarm&)>;

class Lane {
 public:
  /// `detector`: null for no anomalies. `learning`: what it learns by; null if that is.
  Lane(std::size_t index, std::shared_ptr<const sigma::RuleSet> rules,
       const sigma::CorrelatorOptions& correlator, const triage::TriageOptions& triage,
       triage::Triage::Load load, bool keep_state, std::unique_ptr<anomaly::Detector> detector,
       Learning* learning, Stats& stats);
  /// Told of each alarm, and of all else that was scored if the detector tells of it.
  void on_scored(OnScored told) { on_scored_ = std::move(told); }

  /// `suppressions`: null for none.
  void process(const Batch& batch,
               const std::vector<std::shared_ptr<const std::string>>& source_names,
               const SuppressionSet* suppressions);
  /// What changed since the barrier before, for the next commit.
  void take_changes(Commit& commit, bool last);
  void committed() { triage_.committed(); }
  bool restore(const StateRow& row);
  /// All rows were restored.
  void resumed();

  std::size_t threats() const { return triage_.threats(); }

 private:
  /// When models are trained, by the time of the stream: the same in all lanes, since all see all
  /// of it. Nanoseconds since 1970; 0: not yet.
  struct Course {
    std::int64_t first = 0, latest = 0;
    std::int64_t lesson = 0;  ///< when the last lesson was given
    bool waiting = false;     ///< its outcome is not adopted yet
    bool operator==(const Course&) const = default;
  };
  bool restore_coming(const StateRow& row);
  static std::string encode(const Course& course);
  static bool decode(std::string_view bytes, Course& course);

  void see(const Batch& batch, std::size_t& behaviour, std::size_t& sighting);
  void accuse(const EntityRef& entity, Time time);
  /// The time of the stream has come for something to be adopted or learned.
  void turn();
  std::int64_t next_turn() const;
  void keep_learned(std::vector<StateRow>& rows);
  void tell_anomalies(const Batch& batch,
                      const std::vector<std::shared_ptr<const std::string>>& source_names,
                      const SuppressionSet* suppressions);
  void observe_until(const Batch& batch, std::uint32_t event, std::span<const Observation>& left,
                     const std::vector<std::shared_ptr<const std::string>>& source_names,
                     const SuppressionSet* suppressions);
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
  std::unique_ptr<anomaly::Detector> detector_;
  Learning* learning_;
  OnScored on_scored_;
  Course course_, stored_course_;
  std::int64_t next_turn_ = 0;  // when turn() has something to do
  std::uint64_t lesson_ = 0;    // the number of the last one
  /// What the last lesson gave, as far as it is known; and that it is in the store.
  std::shared_ptr<const anomaly::Learned> coming_;
  std::size_t coming_kinds_ = 0;  // that were restored
  bool coming_stored_ = false;
  std::vector<anomaly::Alarm> alarms_;
  std::vector<sigma::Hit> hits_;  // these are reused
  std::vector<triage::Statement> statements_;
  std::uint64_t findings_ = 0, hit_count_ = 0;
  // What this lane last added to the shared gauges, so that they can be corrected by the
  // difference.
  std::size_t entities_ = 0, groups_ = 0, threats_ = 0, profiles_ = 0;
  std::uint64_t entities_evicted_ = 0, groups_evicted_ = 0, profiles_evicted_ = 0, scored_ = 0;
};

}  // namespace vedette::engine
