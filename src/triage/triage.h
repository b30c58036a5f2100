// Triage: findings to threats, one per entity. Each lane has one, for the entities it owns.
//
// An entity is remembered from its first event that counts (what it did, how often, a short
// timeline), so that when a finding makes it a threat the threat tells the whole story. Entities
// and the threats held in memory are bounded; a threat that has to leave memory is in the store
// first and comes back when its entity does. One thread.
#pragma once

#include "model/commit.h"
#include "model/entity.h"
#include "model/event.h"
#include "model/threat.h"
#include "triage/findings.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace vedette::triage {

struct TriageOptions {
  std::size_t entities_max = 65536;
  std::size_t threats_max = 4096;            ///< in memory; the others are in the store
  std::size_t threats_bytes_max = 6u << 20;  ///< the same limit in bytes; whichever is met first
  std::size_t evidence_max = 6;    ///< lines per finding: the earliest half, the latest half
  std::size_t timeline_max = 256;  ///< entries per threat; older ones are merged, counts stay exact
  /// False: nothing will be resumed (scan). take_changes() gives threats only, and until the last
  /// time only those that have to leave memory.
  bool keep_state = true;
};

/// The fields of events that triage looks at.
FieldSet fields_read();

class Triage {
 public:
  /// Finds a threat that is stored but not in memory, by entity hash. Nothing: there is none. If
  /// the store cannot tell, the lane has to stop: the threat would begin anew.
  using Load = std::function<std::optional<Threat>(std::uint64_t entity_hash)>;
  Triage(const TriageOptions& options, Load load);
  ~Triage();

  /// Notes what the entity did. Returns how many occurrences this adds: the event's repeats, or
  /// fewer when it tells of a failed login that another line of the same connection told of
  /// already: the failures of one connection (process.pid on one host) are the most that any one
  /// kind of line reports (sshd's own verdicts, PAM's, refusals, closings). See attempts.h.
  std::uint32_t observe(const EntityRef& entity, const EventBatch& batch, const Event& event);

  /// Findings about the entity; the latest of their events is `event`, from `source`. The event's
  /// line must live until end_batch(). `anomaly`: what was unusual, if that is what is stated.
  void add(const EntityRef& entity, std::span<const Statement> statements, const EventBatch& batch,
           const Event& event, const std::shared_ptr<const std::string>& source,
           const std::shared_ptr<const Anomaly>& anomaly = nullptr);
  /// Keeps the lines that are still evidence: of a busy attacker's few are, so that none is copied
  /// before. Call it before take_changes().
  void end_batch();

  /// Appends what changed since the last call: threats whole, scored as of their own last event,
  /// and the rows of entities. A threat leaves memory only after this gave its last change. `last`:
  /// nothing comes after.
  void take_changes(Commit& commit, bool last);
  /// All changes taken so far are durable: of the threats above the limits, those that were touched
  /// longest ago and have not changed since leave memory.
  void committed();
  /// A row as take_changes() gave it. False when it cannot be understood (another version): it is
  /// skipped, and the entity begins anew, its threat excepted.
  bool restore(const StateRow& row);

  std::size_t entities() const;
  std::uint64_t entities_evicted() const;
  std::size_t threats() const;  ///< in memory

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::triage
