#include "net/quota.h"

namespace vedette::net {

bool Quota::enter(std::string_view peer) {
  if (connections_.fetch_add(1, std::memory_order_relaxed) >= limits_.connections_max) {
    connections_.fetch_sub(1, std::memory_order_relaxed);
    return false;
  }
  if (limits_.connections_per_peer_max == 0) return true;
  const MutexLock lock(mutex_);
  std::size_t& count = peers_[std::string(peer)];
  if (count < limits_.connections_per_peer_max) {
    ++count;
    return true;
  }
  connections_.fetch_sub(1, std::memory_order_relaxed);
  return false;
}

void Quota::leave(std::string_view peer) {
  connections_.fetch_sub(1, std::memory_order_relaxed);
  if (limits_.connections_per_peer_max == 0) return;
  const MutexLock lock(mutex_);
  const auto found = peers_.find(std::string(peer));
  if (found != peers_.end() && --found->second == 0) peers_.erase(found);
}

bool Quota::take(std::size_t bytes) {
  if (bodies_bytes_.fetch_add(bytes, std::memory_order_relaxed) + bytes <=
      limits_.bodies_bytes_max) {
    return true;
  }
  release(bytes);
  return false;
}

}  // namespace vedette::net
