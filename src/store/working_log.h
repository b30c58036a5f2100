// WorkingLog: the working tier on disk, as a log. A threat that changed is written anew at the end,
// in blocks of some 8 kB with others of the same commit: however many threats there are and
// whichever of them change, a commit writes pages in a row. Where the latest entry of a threat
// stands is in memory.
//
// Once half of the entries are old, each commit carries what still counts of the oldest blocks to
// the end, and the next one deletes those blocks: who has looked up a place still finds the block.
// So the log is at most about twice as large as what counts, and a change costs about two entries
// written in all. Blocks leave at the front only: an entry cannot come back to light because a
// later one went before it.
//
// One writer at a time; what is const, and read(), from any thread beside it.
#pragma once

#include "base/mutex.h"
#include "base/place_table.h"
#include "store/database.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vedette::store {

class WorkingLog {
 public:
  /// Takes in what was written since the last time, or all of it.
  Result<void> refresh(Database& database);

  // Of the writer: what is to be, then write() within its transaction, then settle().
  void put(std::uint64_t entity_hash, std::string entry);  ///< not empty
  void drop(std::uint64_t entity_hash);
  Result<void> write(Database& database);
  /// The transaction was committed: now it is so. Or it was not: nothing was.
  void settle(bool committed);
  /// What is to be put, or else what is.
  Result<std::optional<std::string>> read_pending(Database& database, std::uint64_t entity_hash);

  bool contains(std::uint64_t entity_hash) const { return find(entity_hash).has_value(); }
  /// A threat whose hash has the same first 48 bits: those of an id.
  std::optional<std::uint64_t> find_like(std::uint64_t entity_hash) const;
  std::size_t size() const;
  /// The latest entry of a threat; nothing if it has none. StoreDamaged if it is not where it must
  /// be.
  Result<std::optional<std::string>> read(Database& database, std::uint64_t entity_hash);
  /// Visits every threat there is with its entry. `visit` must not call the log.
  using Visit = std::function<void(std::uint64_t entity_hash, std::string_view entry)>;
  Result<void> for_each(Database& database, const Visit& visit) const;  ///< beside no writer

 private:
  struct Entry {
    std::uint64_t entity_hash;
    std::string bytes;  // empty: it has left the tier
  };
  std::optional<std::int64_t> find(std::uint64_t entity_hash) const;
  std::optional<std::int64_t> find_locked(std::uint64_t entity_hash) const REQUIRES(mutex_);
  void take_place(std::uint64_t entity_hash, std::int64_t number, bool left) REQUIRES(mutex_);
  void forget(std::uint64_t entity_hash, std::int64_t number);
  void pend(std::uint64_t entity_hash, std::string bytes);
  Result<void> sweep(Database& database);
  Result<void> carry(Database& database);

  // Of the writer.
  std::vector<Entry> pending_;
  std::unordered_map<std::uint64_t, std::size_t> pending_at_;
  std::int64_t carried_to_ = 0;  // what counts of the blocks below stands further on as well
  std::int64_t pending_carried_to_ = 0;

  mutable Mutex mutex_;
  // Entries are numbered in their order; a block is known by the number of its first one.
  std::int64_t oldest_ GUARDED_BY(mutex_) = 1, next_ GUARDED_BY(mutex_) = 1;
  PlaceTable places_ GUARDED_BY(mutex_){16};  // numbers, as the remainders that fit
};

}  // namespace vedette::store
