// Desk: the thread on which people's changes are made. Those that wait are made together, in one
// transaction and one sync of the disk. Between them it takes the steps that move threads between
// the tiers, so that those are in nobody's way.
#pragma once

#include "base/bounded_queue.h"
#include "engine/threat_queue.h"

#include <functional>
#include <thread>

namespace vedette::engine {

class Desk {
 public:
  struct Job {
    ThreatQueue::Write write;  ///< on the desk's thread
    /// After the transaction, on the desk's thread: stored, or why not. Then nothing has changed,
    /// whatever `write` was told.
    std::function<void(const Result<void>&)> done;
  };
  static constexpr std::size_t kWaitingMax = 4096;

  /// `tidy`: one more small step that is taken between changes; true: there is more at once.
  explicit Desk(ThreatQueue& queue, std::function<bool()> tidy = {});
  ~Desk();  ///< after what waits was made

  /// False: too many are waiting, and the job is as it was. Any thread.
  bool post(Job& job) { return jobs_.try_push(job); }
  std::size_t waiting() const { return jobs_.size(); }

 private:
  void run();
  void make(Job first);
  bool step();

  ThreatQueue& queue_;
  const std::function<bool()> tidy_;
  BoundedQueue<Job> jobs_;
  std::thread thread_;
};

}  // namespace vedette::engine
