#include "engine/threat_queue.h"

#include "base/json_writer.h"
#include "base/log.h"
#include "triage/score.h"

#include <algorithm>

namespace vedette::engine {
namespace {

/// Threats the filter is made for.
constexpr std::size_t kThreatsExpected = 1'000'000;
/// Of one step: short enough to be in nobody's way.
constexpr std::size_t kStepMax = 256;
constexpr std::string_view kOurselves = "vedette";

bool any_new(const std::vector<std::string>& now, const std::vector<std::string>& before) {
  return !std::includes(before.begin(), before.end(), now.begin(), now.end());
}

std::string status_json(Status status) {
  std::string json;
  JsonWriter(json).begin_object().field("status", to_string(status)).end_object();
  return json;
}

void reopen(ThreatHead& head, Time now, std::string why, Commit& commit) {
  const Status before = head.workflow.status;
  head.workflow.status = Status::New;
  head.workflow.reason = std::move(why);
  ++head.workflow.version;
  head.workflow.touched = now;
  commit.audit.push_back({.at = now,
                          .who = std::string(kOurselves),
                          .action = "reopen",
                          .entity_hash = head.entity_hash,
                          .reason = head.workflow.reason,
                          .before = status_json(before),
                          .after = status_json(Status::New)});
}

/// Brings a threat of a lower tier back to the working one.
void bring_back(const ThreatHead& before, Workflow& workflow, Commit& commit) {
  if (before.workflow.tier == Tier::Working) return;
  commit.unlisted.push_back(before);
  workflow.tier = Tier::Working;
  workflow.tier_reason.clear();
}

void add_counts(const ThreatHead& head, std::uint64_t by, ThreatCounts& counts) {
  counts[static_cast<std::size_t>(head.workflow.tier)][static_cast<std::size_t>(head.severity)]
        [static_cast<std::size_t>(head.workflow.status)] += by;
}

std::vector<CountRow> changed_rows(const ThreatCounts& before, const ThreatCounts& after) {
  std::vector<CountRow> rows;
  for (std::size_t t = 0; t < kTiers; ++t) {
    for (std::size_t l = 0; l < kLevels; ++l) {
      for (std::size_t s = 0; s < kStatuses; ++s) {
        if (before[t][l][s] == after[t][l][s]) continue;
        rows.push_back(
            {static_cast<Tier>(t), static_cast<Level>(l), static_cast<Status>(s), after[t][l][s]});
      }
    }
  }
  return rows;
}

bool wants_working(const ThreatQuery& query) {
  return query.tiers.none() || query.tiers[static_cast<std::size_t>(Tier::Working)];
}

bool wants_lower(const ThreatQuery& query) {
  return query.tiers.none() || query.tiers[static_cast<std::size_t>(Tier::ShortTerm)] ||
         query.tiers[static_cast<std::size_t>(Tier::LongTerm)];
}

/// Two pages of one query as one, up to where both have looked. What stands in both is taken as it
/// is in memory.
store::ThreatPage merged(const ThreatQuery& query, triage::ThreatIndex::Page&& working,
                         store::ThreatPage&& lower, std::size_t limit) {
  const auto before = [&](const RankKey& a, const RankKey& b) {
    return query.ascending ? comes_before(query.sort, b, a) : comes_before(query.sort, a, b);
  };
  std::optional<RankKey> horizon = working.next;
  if (lower.next && (!horizon || before(*lower.next, *horizon))) horizon = lower.next;
  std::erase_if(lower.heads, [&](const ThreatHead& head) {
    return std::any_of(working.heads.begin(), working.heads.end(), [&](const ThreatHead& other) {
      return other.entity_hash == head.entity_hash;
    });
  });
  store::ThreatPage page;
  std::merge(
      std::make_move_iterator(working.heads.begin()), std::make_move_iterator(working.heads.end()),
      std::make_move_iterator(lower.heads.begin()), std::make_move_iterator(lower.heads.end()),
      std::back_inserter(page.heads),
      [&](const ThreatHead& a, const ThreatHead& b) { return before(rank_key(a), rank_key(b)); });
  if (horizon) {
    const auto beyond = std::partition_point(
        page.heads.begin(), page.heads.end(),
        [&](const ThreatHead& head) { return !before(*horizon, rank_key(head)); });
    page.heads.erase(beyond, page.heads.end());
    page.next = horizon;
  }
  if (page.heads.size() > limit) {
    page.heads.resize(limit);
    page.next = rank_key(page.heads.back());
  }
  return page;
}

}  // namespace

struct ThreatQueue::Pending {
  struct Step {
    std::optional<ThreatHead> before;
    std::optional<ThreatHead> after;  // nothing: it is forgotten
  };
  std::unordered_map<std::uint64_t, Step> steps;

  void add(std::optional<ThreatHead> before, std::optional<ThreatHead> after) {
    const auto [at, is_first] = steps.try_emplace(after ? after->entity_hash : before->entity_hash);
    if (is_first) at->second.before = std::move(before);
    at->second.after = std::move(after);
  }
};

ThreatQueue::ThreatQueue(store::Store& store, const Clock& clock,
                         const triage::TierOptions& options)
    : store_(store),
      clock_(clock),
      options_(options),
      filter_(std::max(kThreatsExpected, 2 * options.working_max)),
      suppressions_(std::make_shared<const SuppressionSet>(std::vector<Suppression>{})) {}

ThreatQueue::~ThreatQueue() = default;

Result<void> ThreatQueue::load() {
  VD_CHECK(store_.for_each_working([this](const ThreatHead& head) {
    filter_.add(head.entity_hash);
    MutexLock guard(index_mutex_);
    index_.put(head);
  }));
  VD_CHECK(store_.for_each_lower([this](std::uint64_t hash) { filter_.add(hash); }));
  VD_TRY(auto suppressions, store_.suppressions());
  VD_TRY(const ThreatCounts counts, store_.counts());
  MutexLock guard(index_mutex_);
  suppressions_ = std::make_shared<const SuppressionSet>(std::move(suppressions));
  counts_ = counts;
  return {};
}

// What lanes found.

Result<void> ThreatQueue::commit(Commit& commit) {
  MutexLock guard(write_mutex_);
  VD_CHECK(make_room());
  Pending pending;
  VD_CHECK(join(commit, pending));
  return store_and_show(commit, pending);
}

Result<void> ThreatQueue::join(Commit& commit, Pending& pending) {
  // What an attempt that failed left behind.
  commit.heads.clear();
  commit.unlisted.clear();
  commit.audit.clear();
  pending.steps.reserve(commit.threats.size());
  for (Threat& threat : commit.threats) VD_CHECK(join_one(threat, commit, pending));
  return {};
}

Result<void> ThreatQueue::join_one(Threat& threat, Commit& commit, Pending& pending) {
  const Time now = clock_.now();
  VD_TRY(auto before, head_of(threat.entity_hash));
  threat.workflow = before ? before->workflow : Workflow{};
  Workflow& workflow = threat.workflow;
  workflow.touched = now;
  threat.heat = triage::heat(threat.findings);
  if (!before) {
    pending.add({}, vedette::head_of(threat));
    return {};
  }
  ThreatHead after = vedette::head_of(threat);
  const bool evidence = after.events > before->events;
  const bool novel =
      any_new(after.rules, before->rules) || any_new(after.techniques, before->techniques);
  if (before->workflow.tier == Tier::LongTerm && evidence) {
    workflow.known = History{.worst = before->severity,
                             .days = before->days,
                             .since = before->first_seen,
                             .returned = threat.last_seen};
  }
  bring_back(*before, workflow, commit);
  if (workflow.known) threat.heat = add_heat(threat.heat, triage::heat(*workflow.known));
  after.heat = threat.heat;
  after.workflow = workflow;
  if (novel && is_snoozed(workflow, now)) {
    commit.audit.push_back({.at = now,
                            .who = std::string(kOurselves),
                            .action = "wake",
                            .entity_hash = threat.entity_hash,
                            .reason = "a new rule or technique",
                            .before = {},
                            .after = {}});
    after.workflow.snoozed_until = Time{};
    ++after.workflow.version;
  }
  if (workflow.status == Status::Resolved && evidence) {
    reopen(after, now, "new evidence", commit);
  } else if (workflow.status == Status::FalsePositive && novel) {
    reopen(after, now, "a new rule or technique", commit);
  } else if (workflow.merged_into != 0 && evidence) {
    VD_TRY(auto main, head_of(workflow.merged_into));
    if (main && main->workflow.status == Status::Resolved &&
        !pending.steps.contains(main->entity_hash)) {
      const ThreatHead old = *main;
      bring_back(old, main->workflow, commit);
      reopen(*main, now, "new evidence of " + threat_id(threat.entity_hash), commit);
      commit.heads.push_back(*main);
      pending.add(old, *main);
    }
  }
  threat.workflow = after.workflow;
  pending.add(std::move(before), std::move(after));
  return {};
}

Result<void> ThreatQueue::store_and_show(Commit& commit, Pending& pending) {
  ThreatCounts counts;
  {
    MutexLock guard(index_mutex_);
    counts = counts_;
    for (const auto& [hash, step] : pending.steps) {
      if (step.before) add_counts(*step.before, ~std::uint64_t{0}, counts);
      if (step.after) add_counts(*step.after, 1, counts);
      // Before it leaves the lists on disk it is in memory, as it was, so that it is always
      // somewhere.
      if (step.before && step.before->workflow.tier != Tier::Working && step.after &&
          step.after->workflow.tier == Tier::Working) {
        index_.put(*step.before);
      }
    }
    commit.counts = changed_rows(counts_, counts);
  }
  for (const auto& [hash, step] : pending.steps) {
    if (step.after) filter_.add(hash);
  }
  const auto stored = store_.commit(commit);
  std::vector<ThreatUpdate> updates;
  updates.reserve(pending.steps.size());
  {
    MutexLock guard(index_mutex_);
    if (stored) counts_ = counts;
    bool departed = false;
    for (auto& [hash, step] : pending.steps) {
      const std::optional<ThreatHead>& is = stored ? step.after : step.before;
      if (is && is->workflow.tier == Tier::Working) {
        index_.put(*is);
      } else {
        departed = index_.remove(hash) || departed;
      }
    }
    if (departed) ++departures_;
  }
  if (!stored || !on_update_) return stored;
  for (auto& [hash, step] : pending.steps) {
    const auto kind = step.after ? ThreatUpdate::Kind::Changed : ThreatUpdate::Kind::Expired;
    updates.push_back({kind, step.after ? *std::move(step.after) : *std::move(step.before)});
  }
  if (!updates.empty()) on_update_(updates);
  return stored;
}

// What people change.

Result<void> ThreatQueue::transact(std::span<const Write> writes) {
  MutexLock guard(write_mutex_);
  Commit commit;
  Draft draft(*this, commit, clock_.now());
  for (const Write& write : writes) write(draft);
  Pending pending;
  for (auto& [hash, changed] : draft.changed_) {
    commit.heads.push_back(changed.after);
    if (changed.before.workflow.tier != Tier::Working) commit.unlisted.push_back(changed.before);
    pending.add(changed.before, changed.after);
  }
  const bool suppressing = !commit.suppressions.empty() || !commit.suppressions_ended.empty();
  VD_CHECK(store_and_show(commit, pending));
  if (!suppressing) return {};
  VD_TRY(auto suppressions, store_.suppressions());
  MutexLock index(index_mutex_);
  suppressions_ = std::make_shared<const SuppressionSet>(std::move(suppressions));
  return {};
}

// Tiers.

Result<bool> ThreatQueue::step() {
  MutexLock guard(write_mutex_);
  const Time now = clock_.now();
  VD_TRY(const bool working, leave_working(now));
  VD_TRY(const bool short_term, leave_lower(Tier::ShortTerm, options_.short_for, now));
  VD_TRY(const bool long_term, leave_lower(Tier::LongTerm, options_.long_for, now));
  return working || short_term || long_term;
}

Result<bool> ThreatQueue::leave_working(Time now) {
  triage::ThreatIndex::Untouched leaving;
  std::size_t excess = 0;
  {
    MutexLock guard(index_mutex_);
    leaving = index_.untouched(now - options_.working_for, kStepMax);
    if (leaving.heads.empty() && index_.size() > options_.working_max) {
      excess = std::min(kStepMax, index_.size() - options_.working_max);
      leaving = index_.untouched(Time::max(), excess);
    }
  }
  if (leaving.heads.empty()) return leaving.more;
  Commit commit;
  Pending pending;
  for (const ThreatHead& head : leaving.heads) {
    std::string reason = triage::reason_to_keep(head, options_.to_short);
    if (reason.empty() && excess > 0) reason = "the working tier is full";
    if (reason.empty()) {
      commit.expired.push_back(head);
      pending.add(head, std::nullopt);
      continue;
    }
    ThreatHead& moved = commit.heads.emplace_back(head);
    moved.workflow.tier = Tier::ShortTerm;
    moved.workflow.tier_reason = std::move(reason);
    pending.add(head, moved);
  }
  VD_CHECK(store_and_show(commit, pending));
  return leaving.more;
}

/// Steps go on beside commits, which may still be quicker: then they wait here, or memory would
/// have no bound.
Result<void> ThreatQueue::make_room() {
  const Time now = clock_.now();
  while (working() > options_.working_max + options_.working_max / 8) {
    VD_CHECK(leave_working(now));
  }
  return {};
}

Result<bool> ThreatQueue::leave_lower(Tier tier, std::chrono::hours patience, Time now) {
  VD_TRY(const auto leaving, store_.untouched(tier, now - patience, kStepMax));
  if (leaving.empty()) return false;
  Commit commit;
  Pending pending;
  for (const ThreatHead& head : leaving) {
    const std::string reason =
        tier == Tier::ShortTerm ? triage::reason_to_keep(head, options_.to_long) : std::string();
    std::optional<Threat> whole;
    if (!reason.empty()) {
      auto found = store_.threat_of(head.entity_hash);
      if (found) whole = *std::move(found);  // else it cannot be understood any more
    }
    if (!whole) {
      commit.expired.push_back(head);
      pending.add(head, std::nullopt);
      continue;
    }
    triage::summarise(*whole);
    whole->workflow.tier = Tier::LongTerm;
    whole->workflow.tier_reason = reason;
    pending.add(head, vedette::head_of(*whole));
    commit.threats.push_back(*std::move(whole));
  }
  VD_CHECK(store_and_show(commit, pending));
  return leaving.size() == kStepMax;
}

// Questions.

bool ThreatQueue::lower_tiers_in_use() const {
  for (std::size_t tier = 1; tier < kTiers; ++tier) {
    for (const auto& severity : counts_[tier]) {
      if (std::any_of(severity.begin(), severity.end(), [](auto n) { return n > 0; })) return true;
    }
  }
  return false;
}

Result<std::optional<RankKey>> ThreatQueue::show(const ThreatQuery& query,
                                                 const std::optional<RankKey>& after,
                                                 std::size_t limit,
                                                 const triage::ThreatIndex::Show& show_one) {
  if (wants_working(query)) {
    MutexLock guard(index_mutex_);
    if (!wants_lower(query) || !lower_tiers_in_use()) {
      return index_.show(query, after, limit, show_one);
    }
  }
  VD_TRY(const auto rows, page(query, after, limit));
  for (const ThreatHead& head : rows.heads) show_one(view_of(head));
  return rows.next;
}

Result<store::ThreatPage> ThreatQueue::page(const ThreatQuery& query,
                                            const std::optional<RankKey>& after,
                                            std::size_t limit) {
  for (;;) {
    bool disk = false;
    std::uint64_t departures = 0;
    if (wants_lower(query)) {
      MutexLock guard(index_mutex_);
      departures = departures_;
      disk = lower_tiers_in_use();
    }
    store::ThreatPage lower;
    if (disk) {
      VD_TRY(lower, store_.page(query, after, limit));
    }
    // What is on its way up stands in the lower tiers until it is stored.
    if (!wants_working(query)) return lower;
    triage::ThreatIndex::Page working;
    {
      MutexLock guard(index_mutex_);
      if (wants_lower(query) && departures != departures_) continue;  // look again
      working = index_.page(query, after, limit);
    }
    if (!disk) return store::ThreatPage{std::move(working.heads), working.next};
    return merged(query, std::move(working), std::move(lower), limit);
  }
}

Result<std::optional<ThreatHead>> ThreatQueue::head_of(std::uint64_t entity_hash) {
  if (!may_exist(entity_hash)) return std::optional<ThreatHead>{};
  {
    MutexLock guard(index_mutex_);
    if (auto head = index_.find(entity_hash)) return head;
  }
  return store_.head_of(entity_hash);
}

Result<std::optional<Threat>> ThreatQueue::threat_of(std::uint64_t entity_hash) {
  if (!may_exist(entity_hash)) return std::optional<Threat>{};
  return store_.threat_of(entity_hash);
}

Result<std::optional<std::uint64_t>> ThreatQueue::find(std::string_view id_or_entity) {
  return find_threat(store_, id_or_entity);
}

ThreatCounts ThreatQueue::counts() const {
  MutexLock guard(index_mutex_);
  return counts_;
}
std::size_t ThreatQueue::working() const {
  MutexLock guard(index_mutex_);
  return index_.size();
}
std::size_t ThreatQueue::working_bytes() const {
  MutexLock guard(index_mutex_);
  return index_.memory_bytes();
}
std::shared_ptr<const SuppressionSet> ThreatQueue::suppressions() const {
  MutexLock guard(index_mutex_);
  return suppressions_;
}

Result<std::optional<std::uint64_t>> find_threat(store::Store& store, std::string_view which) {
  if (const auto lowest = parse_threat_id(which)) {
    return store.hash_like(*lowest);
  }
  std::optional<ThreatHead> worst;
  for (std::size_t i = 0; i < kEntityTypes; ++i) {
    const auto hash = entity_hash(static_cast<EntityType>(i), which);
    if (!hash) continue;
    VD_TRY(auto head, store.head_of(*hash));
    if (head && (!worst || comes_before(Sort::Rank, rank_key(*head), rank_key(*worst)))) {
      worst = std::move(head);
    }
  }
  if (!worst) return std::optional<std::uint64_t>{};
  return std::optional<std::uint64_t>(worst->entity_hash);
}

}  // namespace vedette::engine
