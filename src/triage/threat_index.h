// ThreatIndex: the working tier. The heads of threats in memory, found by entity, and in order by
// score, severity, status, technique, rule, tag, assignee and time.
//
// Threats are kept apart by severity and status, each part in order of score and of last event: a
// page merges the parts that the query allows, so it costs the same at any depth and in any size. A
// label (technique, rule, tag, …) has the list of its threats: a rare one is sorted, a common one
// is met often enough when walking in order. About 300 bytes a threat. Not thread-safe.
#pragma once

#include "model/threat_query.h"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace vedette::triage {

class ThreatIndex {
 public:
  /// Rows that one page looks at, at most: a query that nearly nothing matches gives short pages
  /// that say where to go on, instead of holding everybody up.
  static constexpr std::size_t kLooksMax = 20'000;

  ThreatIndex();
  ~ThreatIndex();

  /// Adds the threat, or puts it in the place of what was known of its entity.
  void put(const ThreatHead& head);
  bool remove(std::uint64_t entity_hash);
  void clear();

  std::optional<ThreatHead> find(std::uint64_t entity_hash) const;
  bool contains(std::uint64_t entity_hash) const;
  std::size_t size() const;
  std::size_t memory_bytes() const;  ///< roughly

  struct Page {
    std::vector<ThreatHead> heads;
    /// How far it came: everything up to here that matches is in `heads`. Nothing: that is all.
    std::optional<RankKey> next;
  };
  /// What stands behind `after` (from the first, without), `limit` at most.
  Page page(const ThreatQuery& query, const std::optional<RankKey>& after, std::size_t limit) const;

  /// The same rows, shown instead of copied: a view is good while it is shown. What page() would
  /// say is next.
  using Show = std::function<void(const HeadView&)>;
  std::optional<RankKey> show(const ThreatQuery& query, const std::optional<RankKey>& after,
                              std::size_t limit, const Show& show_one) const;

  using Counts = std::array<std::array<std::uint64_t, kStatuses>, kLevels>;
  Counts counts() const;

  struct Untouched {
    std::vector<ThreatHead> heads;  ///< longest ago first
    bool more = false;              ///< asking again may give others
  };
  /// Those not touched since `before`, `limit` at most. Looks at no more than a few times as many:
  /// what was touched since it was looked at last is only now put in its place.
  Untouched untouched(Time before, std::size_t limit);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::triage
