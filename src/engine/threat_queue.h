// ThreatQueue: every threat there is, in three tiers behind one door. What lanes find comes in with
// each commit; what people change comes in between; both are joined here, stored in one transaction
// and then shown. Working: in memory, and stored. Short-term and long-term: on disk.
//
// Life: load(), then anything from any thread. Who changes something waits for the disk; questions
// never do. Lists of the working tier and existence checks touch no disk at all.
#pragma once

#include "base/block_filter.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "engine/change.h"
#include "engine/suppression_set.h"
#include "model/threat_query.h"
#include "store/store.h"
#include "triage/promotion.h"
#include "triage/threat_index.h"

#include <array>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace vedette::engine {

/// What has just become true of a threat, for those who watch.
struct ThreatUpdate {
  enum class Kind : std::uint8_t { Changed, Expired };
  Kind kind = Kind::Changed;
  ThreatHead head;
};

class ThreatQueue {
 public:
  using OnUpdate = std::function<void(const std::vector<ThreatUpdate>&)>;
  ThreatQueue(store::Store& store, const Clock& clock, const triage::TierOptions& options);
  ~ThreatQueue();

  /// The working tier and all that must be at hand, from the store. Before anything else.
  Result<void> load();
  /// Told of every change after it was stored, on the thread that stored it. Before the first one.
  void on_update(OnUpdate told) { on_update_ = std::move(told); }

  /// What the lanes found: fills in what people made of the threats before, and stores it all.
  /// On an error nothing has changed, and the same commit may be tried again.
  Result<void> commit(Commit& commit);

  /// What people change: all of it in one transaction. Each draft says itself what came of it.
  using Write = std::function<void(Draft&)>;
  Result<void> transact(std::span<const Write> writes);

  /// One small step of moving what nobody touched to the lower tiers, and of forgetting what is not
  /// worth keeping. True: there is more to do at once.
  Result<bool> step();

  // Questions.
  /// Over all tiers, in one order. `limit`: at most. A short page with `next` is no end.
  Result<store::ThreatPage> page(const ThreatQuery& query, const std::optional<RankKey>& after,
                                 std::size_t limit);
  /// The rows of that page, shown instead of copied where all of it is in memory: `show` is then
  /// called while everybody else waits, so it is quick and asks nothing. What is next.
  Result<std::optional<RankKey>> show(const ThreatQuery& query, const std::optional<RankKey>& after,
                                      std::size_t limit, const triage::ThreatIndex::Show& show_one);
  Result<std::optional<ThreatHead>> head_of(std::uint64_t entity_hash);
  /// Whole, in one statement.
  Result<std::optional<Threat>> threat_of(std::uint64_t entity_hash);
  /// False: there is none, for sure. Touches no disk.
  bool may_exist(std::uint64_t entity_hash) const { return filter_.may_contain(entity_hash); }
  /// By its id, or by the address, user or host it is about: of several the worst.
  Result<std::optional<std::uint64_t>> find(std::string_view id_or_entity);
  ThreatCounts counts() const;
  std::size_t working() const;
  std::size_t working_bytes() const;
  std::shared_ptr<const SuppressionSet> suppressions() const;
  store::Store& store() { return store_; }
  Time now() const { return clock_.now(); }

 private:
  friend class Draft;
  /// What is about to be stored, with what it will replace.
  struct Pending;
  Result<void> join(Commit& commit, Pending& pending) REQUIRES(write_mutex_);
  Result<void> join_one(Threat& threat, Commit& commit, Pending& pending) REQUIRES(write_mutex_);
  Result<void> store_and_show(Commit& commit, Pending& pending) REQUIRES(write_mutex_);
  bool lower_tiers_in_use() const REQUIRES(index_mutex_);
  Result<bool> leave_working(Time now) REQUIRES(write_mutex_);
  Result<void> make_room() REQUIRES(write_mutex_);
  Result<bool> leave_lower(Tier tier, std::chrono::hours patience, Time now) REQUIRES(write_mutex_);

  store::Store& store_;
  const Clock& clock_;
  const triage::TierOptions options_;
  OnUpdate on_update_;
  BlockFilter filter_;

  /// Held by whoever changes threats, from looking at what is until what becomes of it is shown.
  mutable Mutex write_mutex_;
  /// Held for moments: what is in memory.
  mutable Mutex index_mutex_;
  triage::ThreatIndex index_ GUARDED_BY(index_mutex_);
  ThreatCounts counts_ GUARDED_BY(index_mutex_){};
  std::shared_ptr<const SuppressionSet> suppressions_ GUARDED_BY(index_mutex_);
  /// How often threats left memory for the disk: who reads the disk and then memory knows by it
  /// whether one slipped through between them. Those that come back are in memory before they
  /// leave the disk's lists.
  std::uint64_t departures_ GUARDED_BY(index_mutex_) = 0;
};

/// Finds a threat in a store that nobody else writes: by its id, or by what it is about.
Result<std::optional<std::uint64_t>> find_threat(store::Store& store, std::string_view which);

}  // namespace vedette::engine
