// Change: what a person does to a threat; Draft: some of them on their way into one transaction.
#pragma once

#include "base/result.h"
#include "model/commit.h"

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace vedette::engine {

class ThreatQueue;

/// Everything that is set is done, in this order. At least one thing must be.
struct Change {
  std::string who;     ///< never empty
  std::string reason;  ///< why, at most kReasonBytesMax
  /// The version that the person has seen; another one is ChangeConflict. Nothing: whatever it is.
  std::optional<std::uint64_t> if_version;

  std::optional<Status> status;         ///< but Duplicate, which is merging
  std::optional<std::string> assignee;  ///< empty: nobody
  std::vector<std::string> tags_added, tags_removed;
  std::optional<std::string> note;
  std::optional<Time> snoozed_until;  ///< the epoch: not any more
  std::optional<std::uint64_t> merge_into;
  bool unmerge = false;
};

/// Belongs to one transaction; what was changed before in it is seen by what comes after.
class Draft {
 public:
  Draft(ThreatQueue& queue, Commit& commit, Time now) : queue_(queue), commit_(commit), now_(now) {}

  /// The threat as the change leaves it. ThreatUnknown, ChangeConflict or ChangeInvalid otherwise,
  /// and nothing is changed.
  Result<ThreatHead> change(std::uint64_t entity_hash, const Change& change);

  Commit& commit() { return commit_; }
  Time now() const { return now_; }

 private:
  friend class ThreatQueue;
  Result<ThreatHead> head(std::uint64_t entity_hash);
  Result<void> merge(ThreatHead& head, const Change& change);

  ThreatQueue& queue_;
  Commit& commit_;
  Time now_;
  struct Changed {
    ThreatHead before, after;
  };
  std::unordered_map<std::uint64_t, Changed> changed_;
};

}  // namespace vedette::engine
