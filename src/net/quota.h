// What all io threads of a server share out between them: connections, those of one address, and
// the memory of bodies under way. Any thread.
#pragma once

#include "base/mutex.h"

#include <atomic>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace vedette::net {

class Quota {
 public:
  struct Limits {
    std::size_t connections_max = 0;
    std::size_t connections_per_peer_max = 0;  ///< 0: no such limit
    std::size_t bodies_bytes_max = 0;
  };

  explicit Quota(const Limits& limits) : limits_(limits) {}

  /// One more connection of that peer, if there may be one. Give it back with leave().
  bool enter(std::string_view peer) EXCLUDES(mutex_);
  void leave(std::string_view peer) EXCLUDES(mutex_);
  std::size_t connections() const { return connections_.load(std::memory_order_relaxed); }

  /// So many bytes more for a body, if there are any left. Give them back with release().
  bool take(std::size_t bytes);
  void release(std::size_t bytes) { bodies_bytes_.fetch_sub(bytes, std::memory_order_relaxed); }

 private:
  const Limits limits_;
  // Relaxed: the numbers guard nothing but themselves.
  std::atomic<std::size_t> connections_{0};
  std::atomic<std::size_t> bodies_bytes_{0};
  mutable Mutex mutex_;
  std::unordered_map<std::string, std::size_t> peers_
      GUARDED_BY(mutex_);  // connections_max at most
};

}  // namespace vedette::net
