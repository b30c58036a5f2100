// RateLimit: a token bucket per client. A client may ask `per_second` times a second on the
// average, and twice that at once. The clients it remembers are bounded; one that was forgotten
// begins with a full bucket. Any thread.
#pragma once

#include "base/mutex.h"

#include <array>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace vedette::api {

class RateLimit {
 public:
  static constexpr std::size_t kClientsMax = 16 * 1024;
  /// `per_second` 0: no limit.
  explicit RateLimit(std::uint64_t per_second) : per_second_(static_cast<double>(per_second)) {}

  struct Verdict {
    bool allowed = true;
    std::uint64_t limit = 0;      ///< the size of the bucket
    std::uint64_t remaining = 0;  ///< what is left in it
    std::uint64_t reset = 0;      ///< seconds until it is full again
  };
  /// `now`: seconds that never go backwards.
  Verdict ask(std::string_view client, double now);
  bool limits() const { return per_second_ > 0; }

 private:
  struct Bucket {
    double tokens = 0, at = 0;
  };
  // One lock would be what all io threads meet at.
  static constexpr std::size_t kShards = 16;
  struct Shard {
    Mutex mutex;
    std::unordered_map<std::uint64_t, Bucket> buckets GUARDED_BY(mutex);
  };

  const double per_second_;
  std::array<Shard, kShards> shards_;
};

}  // namespace vedette::api
