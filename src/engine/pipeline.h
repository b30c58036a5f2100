// Pipeline: wires the stages. Reader (the calling thread) -> workers -> lanes -> committer.
//
// Order without locks or sorting: the reader deals batches to the workers in turn, and each lane
// takes from the workers in the same turn; so every lane sees every batch in the order it was read,
// whichever worker was faster. Queues are bounded; a slow stage makes those before it wait.
//
// Barriers travel in the stream. When all lanes have met one, the committer stores positions, state
// and threats of that moment in one transaction. At most one barrier is under way.
#pragma once

#include "anomaly/detector.h"
#include "base/clock.h"
#include "base/result.h"
#include "engine/stats.h"
#include "engine/threat_queue.h"
#include "model/field.h"
#include "sigma/correlator.h"
#include "source/source_set.h"
#include "store/event_log.h"
#include "store/store.h"
#include "triage/triage.h"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace vedette::engine {

struct PipelineOptions {
  std::size_t workers = 1;
  std::size_t lanes = 1;
  std::size_t batch_bytes = 128 * 1024;
  /// Live: a barrier this often. Scan: never by time.
  std::chrono::milliseconds checkpoint = std::chrono::milliseconds(1000);
  /// A barrier after this many bytes at the latest, so that threats can leave memory.
  std::uint64_t checkpoint_bytes = 4u << 20;
  /// Where threats are kept; null: in the store alone (scan).
  ThreatQueue* queue = nullptr;
  /// Where lines are kept to be searched; null: nowhere.
  store::EventLog* events = nullptr;
  /// Told after each commit, on the committer's thread: what has just become durable.
  std::function<void(const Commit&)> on_commit;
  /// Whether positions and lane state are stored, to be resumed by a later process.
  bool resumable = false;
  /// Whether entities that behave unusually are looked for.
  bool anomalies = false;
  anomaly::DetectorOptions detector;
  /// Told of alarms, and with detector.tell_all of all that was scored: by each lane's thread.
  std::function<void(const EntityRef&, const Event&, const anomaly::Alarm&)> on_scored;
  sigma::CorrelatorOptions correlator;  ///< limits are for all lanes together
  triage::TriageOptions triage;
};

/// Sensible numbers of threads for this machine.
PipelineOptions default_options(std::size_t cores);

/// The fields decoders must fill: what the rules look at, and what entities, attempts and timelines
/// are made of.
FieldSet wanted_fields(const sigma::RuleSet& rules, bool anomalies);

class Pipeline {
 public:
  /// Everything handed in must outlive the pipeline; `fields` must be complete.
  Pipeline(const PipelineOptions& options, std::shared_ptr<const sigma::RuleSet> rules,
           const FieldTable& fields, source::SourceSet& sources, store::Store& store,
           const Clock& clock, Stats& stats);
  ~Pipeline();

  /// Positions and state of an earlier process, from the store. Before run(), and after the sources
  /// were added.
  Result<void> restore();

  /// Reads until the sources end or stop() is called on them; returns when all is committed. `tick`
  /// is called on this thread several times a second.
  Result<void> run(const std::function<void()>& tick);

  /// Totals since the beginning (restored ones included), as of the last barrier.
  const Ledger& ledger() const;
  /// The latest event time seen; the epoch when there was none.
  Time latest_event() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::engine
