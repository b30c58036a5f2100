// Triage: findings to threats, one per entity. Each lane has one, for the entities it owns.
//
// An entity is remembered from its first event that counts (what it did, how often, a short timeline), so
// that when a finding makes it a threat the threat tells the whole story. Entities and the threats held
// in memory are bounded; a threat that has to leave memory is in the store first and comes back when its
// entity does. One thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "model/commit.h"
#include "model/entity.h"
#include "model/event.h"
#include "model/rule.h"
#include "model/threat.h"

namespace vedette::triage {

struct TriageOptions {
  std::size_t entities_max = 65536;
  std::size_t threats_max = 4096;        ///< in memory; the others are in the store
  std::size_t evidence_max = 6;          ///< lines per finding: the earliest half, the latest half
  std::size_t timeline_max = 256;        ///< entries per threat; older ones are merged, counts stay exact
  bool keep_state = true;                ///< false: take_changes() gives threats only (scan)
};

class Triage {
 public:
  /// Finds a threat that is stored but not in memory, by entity hash.
  using Load = std::function<std::optional<Threat>(std::uint64_t entity_hash)>;
  Triage(const TriageOptions& options, Load load);
  ~Triage();

  /// Notes what the entity did. Returns how many occurrences this adds: the event's repeats, or fewer
  /// when it tells of a failed login that another line of the same connection told of already: the
  /// failures of one connection (process.pid on one host) are the most that any one kind of line
  /// reports (sshd's own verdicts, PAM's, refusals, closings). See attempts.h.
  std::uint32_t observe(const EntityRef& entity, const EventBatch& batch, const Event& event);

  /// A finding about the entity: `count` more events, the earliest at `first`, the latest is `event`.
  void add(const EntityRef& entity, const RuleInfo& rule, std::uint64_t count, Time first,
           const EventBatch& batch, const Event& event, std::string_view source);

  /// Appends what changed since the last call. Threats that left memory are among them.
  void take_changes(Commit& commit);
  /// The changes last taken are durable: threats that wait to leave memory may go.
  void committed();
  bool restore(const StateRow& row);

  std::size_t entities() const;
  std::uint64_t entities_evicted() const;
  std::size_t threats() const;  ///< in memory

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::triage
