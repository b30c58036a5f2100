// Hub: tells those who watch what becomes of threats, as server-sent events. Whoever changes
// something only notes down which threats; a thread of the hub looks them up and sends them, so
// that no watcher can hold anybody up. The latest changes are remembered, so that who was away for
// a moment resumes with `Last-Event-ID`; who was away for longer is told to look at everything
// anew.
#pragma once

#include "base/mutex.h"
#include "engine/threat_queue.h"
#include "net/reply.h"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace vedette::api {

class Hub {
 public:
  static constexpr std::size_t kRememberedMax = 16 * 1024, kStreamsMax = 256;

  explicit Hub(engine::ThreatQueue& queue);
  ~Hub();  ///< end()
  /// Ends the streams and forgets who waits. Nothing comes after.
  void end();

  /// Any thread; never waits for a watcher.
  void tell(const std::vector<engine::ThreatUpdate>& updates);
  /// False: there are too many already.
  bool watch(std::shared_ptr<net::EventStream> stream, std::string_view last_event_id);
  std::size_t streams() const;

  /// Called again and again, some milliseconds apart, until it says true; on the hub's thread.
  void wait_for(std::function<bool()> done);

 private:
  struct Change {
    std::uint64_t id;
    std::uint64_t entity_hash;
  };
  struct Watcher {
    std::shared_ptr<net::EventStream> stream;
    std::uint64_t told = 0;  // the last change it knows
    bool lost = false;       // it asked for what is not remembered any more
  };

  void run();
  void send_changes();
  void send_to(Watcher& watcher, const std::vector<Change>& changes, std::uint64_t latest);
  std::string event_of(const Change& change) const;
  void ask_waiting();

  engine::ThreatQueue& queue_;
  const std::string instance_;  // ids of an earlier process mean nothing here
  mutable Mutex mutex_;
  Condition wake_;
  std::deque<Change> changes_ GUARDED_BY(mutex_);
  std::uint64_t latest_ GUARDED_BY(mutex_) = 0;
  std::vector<Watcher> watchers_ GUARDED_BY(mutex_);
  std::vector<std::function<bool()>> waiting_ GUARDED_BY(mutex_);
  bool ending_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace vedette::api
