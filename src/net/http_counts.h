// What a server counts of itself.
#pragma once

#include <atomic>
#include <cstdint>

namespace vedette::net {

/// Numbers since the start; `open` is of now.
struct HttpCounts {
  std::uint64_t open = 0;      ///< connections
  std::uint64_t accepted = 0;  ///< connections
  std::uint64_t refused = 0;   ///< connections beyond a limit
  std::uint64_t requests = 0;  ///< with a header that could be read
  std::uint64_t bytes_in = 0;  ///< without TLS's own
  std::uint64_t bytes_out = 0;
  std::uint64_t timeouts = 0;         ///< connections closed for being slow
  std::uint64_t protocol_errors = 0;  ///< requests that could not be read
  std::uint64_t overruns = 0;         ///< streams closed because their client was too slow
};

/// Written by one thread, read by any.
class Counter {
 public:
  // Relaxed, and without a locked instruction: there is one writer, and the number guards nothing.
  void add(std::uint64_t count) {
    value_.store(value_.load(std::memory_order_relaxed) + count, std::memory_order_relaxed);
  }
  std::uint64_t get() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// One io thread's; on cache lines of its own.
struct alignas(64) HttpCounters {
  Counter accepted, refused, requests, bytes_in, bytes_out, timeouts, protocol_errors, overruns;
};

}  // namespace vedette::net
