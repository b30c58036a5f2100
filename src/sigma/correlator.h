// Correlator: matches to correlation hits, over sliding windows of event time. One per lane and
// thread. The cost per event is constant; memory is bounded, groups and their bytes, the least
// valuable groups are evicted first. Groups whose windows have all passed leave as new ones come.
//
// Windows: an event that is older than what its window covers is put off. If the next one is as
// old, the window begins anew with both, so that files read one after another each give their
// detections; if not, a clock was wrong for a moment, and the event is left out.
#pragma once

#include "model/commit.h"
#include "model/event.h"
#include "model/rule.h"
#include "sigma/rule_set.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace vedette::sigma {

/// Most groups take less, those of a busy attacker several times as much.
inline constexpr std::size_t kBytesPerGroup = 384;

struct CorrelatorOptions {
  std::size_t groups_max = 65536;  ///< and in all at most kBytesPerGroup for each
};

/// A correlation's condition holds, because of the event just observed.
struct Hit {
  RuleIndex correlation;
  std::uint64_t
      count;   ///< events that support it: at its first hit all in the window, later the new ones
  Time first;  ///< the earliest of them
};

class Correlator {
 public:
  Correlator(std::shared_ptr<const RuleSet> rules, const CorrelatorOptions& options);
  ~Correlator();

  /// The event, which `matched` rules matched, in one of its groups, under the key that
  /// RuleSet::group_key() gave. `weight`: how many occurrences
  /// it adds to event counts (0: it repeats what another line said; its values and its order still
  /// count). `owner`: hash of the entity of the group. Hits are appended, chained correlations
  /// included.
  void observe(GroupIndex group, std::uint64_t key, std::uint64_t owner, const EventBatch& batch,
               const Event& event, std::span<const RuleIndex> matched, std::uint32_t weight,
               std::vector<Hit>& hits);

  /// Appends the rows of the groups that changed since the last call (an empty value: forget it).
  void take_changes(std::vector<StateRow>& rows);
  /// False when the row cannot be understood (another version, or a rule that is gone): it is
  /// skipped.
  bool restore(const StateRow& row);

  std::size_t groups() const;
  std::uint64_t groups_evicted() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::sigma
