// VerdictRedis: the tier of a VerdictCache in a Redis that several instances may share, and that
// outlives them. Only for texts that are long enough that a scan costs clearly more than asking.
//
// One thread owns the connection (redis_link.h). Who asks waits for a part of what the scan would
// take, and no longer; what is to be kept goes through a bounded queue. When the connection
// fails, or some answers in a row come too late, the circuit opens: nobody asks, nothing is
// queued, and after pauses that double the thread tries whether Redis answers again.
#pragma once

#include "base/file.h"
#include "base/mutex.h"
#include "prompt/entry_seal.h"
#include "prompt/redis_address.h"
#include "prompt/redis_link.h"
#include "prompt/verdict_cache.h"

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace vedette::prompt {

class VerdictRedis final : public VerdictTier {
 public:
  struct Options {
    RedisAddress address;
    std::string password = {};           ///< empty: none is asked for
    std::chrono::seconds lifetime{600};  ///< of an entry
    std::size_t text_bytes_min = 8192;   ///< shorter texts are scanned sooner than asked for
    /// How long a lookup may take for each byte of the text: half of what its scan takes.
    std::chrono::nanoseconds patience_per_byte{10};
  };
  static constexpr std::size_t kQueueBytesMax = 1u << 20;
  static constexpr unsigned kTimeoutsMax = 5;  ///< in a row, then the circuit opens

  /// Begins to connect, and needs no Redis to be there.
  VerdictRedis(Options options, EntrySeal seal);
  ~VerdictRedis() override;  ///< what is queued is not sent any more

  std::string_view name() const override { return "redis"; }
  bool find(const Receipt& receipt, std::size_t text_bytes, std::string& entry) override;
  void put(const Receipt& receipt, std::size_t text_bytes, std::string_view entry) override;
  TierCounts counts() const override;

 private:
  enum class State : std::uint8_t { Waiting, Answered, Failed, GivenUp };
  /// Shared by who asks and the thread; but for the name, changed under mutex_ alone.
  struct Lookup {
    explicit Lookup(std::string its_name) : name(std::move(its_name)) {}
    const std::string name;
    State state = State::Waiting;
    std::string sealed;
    Condition done;
  };
  struct Put {
    std::string name, sealed;
  };
  /// A command under way.
  struct Sent {
    enum class Kind : std::uint8_t { Greeting, LastGreeting, Get, Set } kind;
    double at;  ///< monotonic seconds
    std::shared_ptr<Lookup> lookup = {};
  };

  std::string ask(const std::string& name, double until);

  // The thread's.
  void run();
  void connect(double now);
  void send_queued(double now);
  void wait(double now);
  bool has_queued() const;
  void on_reply(const RedisReply& reply);
  void lose(const std::string& why);
  Result<void> check_replies(double now);

  void wake() const;

  const Options options_;
  const EntrySeal seal_;
  const UniqueFd wake_;

  mutable Mutex mutex_;
  std::deque<std::shared_ptr<Lookup>> lookups_ GUARDED_BY(mutex_);
  std::deque<Put> puts_ GUARDED_BY(mutex_);
  std::size_t puts_bytes_ GUARDED_BY(mutex_) = 0;
  unsigned timeouts_in_a_row_ GUARDED_BY(mutex_) = 0;
  bool too_slow_ GUARDED_BY(mutex_) = false;  ///< the thread is to give the link up
  double pause_ GUARDED_BY(mutex_);  ///< seconds; before the next try, when the circuit opens
  TierCounts counts_ GUARDED_BY(mutex_);
  std::atomic<bool> open_{
      true};  // set under mutex_; read without, so that an open one costs nothing
  std::atomic<bool> stopping_{false};

  // The thread's.
  std::optional<RedisLink> link_;
  std::deque<Sent> sent_;
  std::string broken_;   // why the link is to be given up
  double next_try_ = 0;  // monotonic seconds
  bool told_ = false;    // on the log that Redis cannot be used

  std::thread thread_;
};

}  // namespace vedette::prompt
