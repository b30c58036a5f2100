// The engine's counters, written by its threads and read by anyone at any time (progress,
// /metrics).
#pragma once

#include "base/clock.h"

#include <atomic>
#include <cstdint>

namespace vedette::engine {

struct Stats {
  // Independent counters: readers want recent values, no order between them, so all use is relaxed.
  using Count = std::atomic<std::uint64_t>;
  Count bytes{0}, lines{0}, events{0}, undecoded{0}, truncated{0}, filtered{0};
  Count matches{0}, observations{0}, hits{0}, findings{0}, findings_hidden{0};
  Count batches{0};
  Count entities{0}, entities_evicted{0}, groups{0}, groups_evicted{0}, threats_in_memory{0};
  Count commits{0}, commit_failures{0};
  std::atomic<bool> store_failing{false};
  std::atomic<bool> ready{false};

  /// Commits should come at once for so many seconds: somebody waits for one.
  void commit_soon(double seconds) { soon_until = monotonic_seconds() + seconds; }
  bool commits_soon() const { return monotonic_seconds() < soon_until; }
  std::atomic<double> soon_until{0};

  static void add(Count& count, std::uint64_t by) {
    count.fetch_add(by, std::memory_order_relaxed);
  }
  static std::uint64_t get(const Count& count) { return count.load(std::memory_order_relaxed); }
};

}  // namespace vedette::engine
