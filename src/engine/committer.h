// Committer: gathers what the lanes hand over at a barrier and stores it in one transaction. While
// the store fails it tries again and again; the lanes go on meanwhile, and no new barrier is begun.
#pragma once

#include "base/bounded_queue.h"
#include "base/result.h"
#include "engine/stats.h"
#include "model/commit.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

namespace vedette::engine {

class Committer {
 public:
  using Store = std::function<Result<void>(Commit&)>;  ///< may be called again with the same one
  using OnCommit = std::function<void(const Commit&)>;
  /// `last_barrier`: the one that was durable before.
  Committer(Store store, std::size_t lanes, Stats& stats, OnCommit on_commit,
            std::uint64_t last_barrier);
  ~Committer();

  /// One lane's part of barrier `part.barrier`. Any lane thread.
  void add(Commit part) { parts_.push(std::move(part)); }
  /// The last barrier that is durable.
  std::uint64_t committed() const { return committed_.load(std::memory_order_acquire); }
  /// No more parts will come: stores what is complete, then returns. What could not be stored
  /// within `patience` is an error.
  Result<void> finish(std::chrono::seconds patience);

 private:
  void run();
  bool store_with_retries(Commit& commit);

  const Store store_;
  const std::size_t lanes_;
  Stats& stats_;
  const OnCommit on_commit_;
  BoundedQueue<Commit> parts_;
  // Published with release after the transaction, so that a lane that reads it may forget what was
  // stored.
  std::atomic<std::uint64_t> committed_;
  std::atomic<std::int64_t> give_up_after_ms_{-1};  // monotonic; -1: never
  Result<void> outcome_;                            // written by the thread, read after join
  std::thread thread_;
};

}  // namespace vedette::engine
