#include "prompt/verdict_memory.h"

#include "base/hash.h"

namespace vedette::prompt {
namespace {

/// Beside the entry itself: its place in the table and in a queue, and what the allocator takes.
constexpr std::size_t kOverheadBytes = 96;

}  // namespace

std::size_t VerdictMemory::cost(const Kept& kept) {
  return sizeof(Kept) + kOverheadBytes + kept.entry.size();
}

VerdictMemory::VerdictMemory(const Options& options, const Clock& clock)
    : options_(options), clock_(clock) {
  const std::size_t entries_max = options.bytes_max / kShards / (sizeof(Kept) + kOverheadBytes);
  for (auto& shard : shards_) shard = std::make_unique<Shard>(entries_max);
}

std::uint64_t VerdictMemory::key_of(const Receipt& receipt) const {
  const std::uint64_t rest = hash_combine(receipt.policy, receipt.model);
  return hash64(as_bytes(receipt.text), options_.seed ^ rest) +
         static_cast<std::uint64_t>(receipt.direction);
}

bool VerdictMemory::find(const Receipt& receipt, std::size_t /*text_bytes*/, std::string& entry) {
  const std::uint64_t key = key_of(receipt);
  const Time now = clock_.now();
  Shard& shard = shard_of(key);
  MutexLock lock(shard.mutex);
  const Kept* kept = shard.table.find(key);
  if (kept != nullptr && kept->until <= now) {
    shard.bytes -= cost(*kept);
    shard.table.erase(key);
    kept = nullptr;
  }
  if (kept == nullptr || !(kept->receipt == receipt)) {
    ++shard.counts.misses;
    return false;
  }
  ++shard.counts.hits;
  entry = kept->entry;
  return true;
}

void VerdictMemory::put(const Receipt& receipt, std::size_t /*text_bytes*/,
                        std::string_view entry) {
  const std::uint64_t key = key_of(receipt);
  const Time until = clock_.now() + options_.lifetime;
  Shard& shard = shard_of(key);
  MutexLock lock(shard.mutex);
  if (entry.size() > kEntryMax) {
    ++shard.counts.dropped;
    return;
  }
  std::size_t freed = 0;
  const auto forget = [&](std::uint64_t, const Kept& gone) {
    freed += cost(gone);
    return true;
  };
  Kept* kept = shard.table.peek(key);
  if (kept != nullptr) {
    freed += cost(*kept);
  } else {
    kept = &shard.table.insert(key, forget);
  }
  *kept = {receipt, until, std::string(entry)};
  shard.bytes += cost(*kept);
  ++shard.counts.stored;
  while (shard.bytes - freed > options_.bytes_max / kShards) shard.table.evict(forget);
  shard.bytes -= freed;
}

TierCounts VerdictMemory::counts() const {
  TierCounts all;
  for (const auto& shard : shards_) {
    MutexLock lock(shard->mutex);
    all.hits += shard->counts.hits;
    all.misses += shard->counts.misses;
    all.stored += shard->counts.stored;
    all.dropped += shard->counts.dropped;
    all.entries += shard->table.size();
    all.bytes += shard->bytes;
  }
  return all;
}

}  // namespace vedette::prompt
