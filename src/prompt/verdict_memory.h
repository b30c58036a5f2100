// VerdictMemory: the tier of a VerdictCache in memory. Bounded in bytes and in time; what was seen
// once goes first (base/bounded_table.h), so a flood of new texts does not push out those that come
// again and again. A lookup costs less than half a microsecond and holds the lock of one shard.
#pragma once

#include "base/bounded_table.h"
#include "base/clock.h"
#include "base/mutex.h"
#include "prompt/verdict_cache.h"

#include <array>
#include <chrono>
#include <memory>

namespace vedette::prompt {

class VerdictMemory final : public VerdictTier {
 public:
  struct Options {
    std::size_t bytes_max = 8u << 20;    ///< of all that it allocates, roughly
    std::chrono::seconds lifetime{600};  ///< of an entry, since its verdict was made or came up
    /// Not to be known to who sends texts: it spreads entries over the tables.
    std::uint64_t seed = 0;
  };
  /// Larger entries, of some fifty hits, are dropped: a tenth of the table is for what is new, and
  /// full of such it must still leave room for what came again.
  static constexpr std::size_t kEntryMax = 1024;

  /// The clock outlives it.
  VerdictMemory(const Options& options, const Clock& clock);

  std::string_view name() const override { return "memory"; }
  bool find(const Receipt& receipt, std::size_t text_bytes, std::string& entry) override;
  void put(const Receipt& receipt, std::size_t text_bytes, std::string_view entry) override;
  TierCounts counts() const override;

 private:
  static constexpr std::size_t kShards = 16;

  struct Kept {
    Receipt receipt;
    Time until;
    std::string entry;
  };
  struct Shard {
    explicit Shard(std::size_t entries_max) : table(entries_max) {}
    mutable Mutex mutex;
    BoundedTable<Kept> table GUARDED_BY(mutex);  // by key_of()
    std::size_t bytes GUARDED_BY(mutex) = 0;
    TierCounts counts GUARDED_BY(mutex);
  };

  static std::size_t cost(const Kept& kept);
  std::uint64_t key_of(const Receipt& receipt) const;
  Shard& shard_of(std::uint64_t key) { return *shards_[key % kShards]; }

  const Options options_;
  const Clock& clock_;
  std::array<std::unique_ptr<Shard>, kShards> shards_;
};

}  // namespace vedette::prompt
