#include "api/rate_limit.h"

#include "base/hash.h"

#include <algorithm>
#include <cmath>

namespace vedette::api {

RateLimit::Verdict RateLimit::ask(std::string_view client, double now) {
  if (!limits()) return {};
  const double size = per_second_ * 2;
  const std::uint64_t key = hash64(client);
  Shard& shard = shards_[key % kShards];
  MutexLock guard(shard.mutex);
  // Who floods with addresses gains no more than the others lose: everybody begins anew.
  if (shard.buckets.size() >= kClientsMax / kShards && !shard.buckets.contains(key)) {
    shard.buckets.clear();
  }
  Bucket& bucket = shard.buckets.try_emplace(key, Bucket{size, now}).first->second;
  bucket.tokens = std::min(size, bucket.tokens + std::max(now - bucket.at, 0.0) * per_second_);
  bucket.at = now;
  Verdict verdict;
  verdict.allowed = bucket.tokens >= 1;
  if (verdict.allowed) bucket.tokens -= 1;
  verdict.limit = static_cast<std::uint64_t>(size);
  verdict.remaining = static_cast<std::uint64_t>(bucket.tokens);
  verdict.reset = static_cast<std::uint64_t>(std::ceil((size - bucket.tokens) / per_second_));
  return verdict;
}

}  // namespace vedette::api
