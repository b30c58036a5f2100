// One thread of the server: an epoll, its share of the listening sockets, and the connections that
// came through them, which stay with it for life. Edge-triggered: a small exchange costs one recv,
// one send, and its share of an epoll_wait.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "net/connection.h"
#include "net/listen.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

struct sockaddr_storage;

namespace vedette::net {

/// The certificates that new connections get; swapped when they are read again. Any thread.
class TlsSlot {
 public:
  std::shared_ptr<const TlsContext> get() const EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    return context_;
  }
  void set(std::shared_ptr<const TlsContext> context) EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    context_ = std::move(context);
  }

 private:
  mutable Mutex mutex_;
  std::shared_ptr<const TlsContext> context_ GUARDED_BY(mutex_);  // absent: plain
};

/// What the threads of a server share; outlives them.
struct IoShared {
  const HttpOptions& options;
  const HttpHooks& hooks;
  const Clock& clock;
  Quota& quota;
  const TlsSlot& tls;
};

class IoThread {
 public:
  /// `tcp` and `local` may be closed ones: no such listener.
  IoThread(const IoShared& shared, UniqueFd tcp, UnixListener local);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  /// SocketFailed if the kernel gives no descriptors. `name`: at most 15 characters.
  Result<void> start(const std::string& name);
  /// Any thread, once: ends by itself when its connections have, or at `deadline`.
  void stop_until(Instant deadline);
  void join();

  const HttpCounters& counters() const { return context_.counters; }

 private:
  struct Slot {
    std::unique_ptr<Connection> connection;
    std::uint32_t generation = 0;
  };
  enum class Kind : std::uint8_t { Tcp, Local };

  void run();
  void begin_round();
  void on_event(std::uint64_t token, std::uint32_t events);
  void on_letters();
  void on_again();
  void on_tick();
  void begin_stop();
  void listen(bool on);
  void accept_some(Kind kind);
  void admit(UniqueFd fd, Kind kind, const ::sockaddr_storage& from);
  void turn_away(int fd);
  void add(UniqueFd fd, const TlsContext* tls, std::string peer,
           std::optional<std::uint32_t> peer_uid);
  Connection* find(std::uint64_t id);
  void remove_if_finished(std::uint64_t id);

  const IoShared shared_;
  IoContext context_;
  UniqueFd epoll_;
  UniqueFd tcp_;
  UnixListener local_;
  const std::chrono::milliseconds tick_;
  Instant next_tick_{};
  bool listening_ = false;
  std::vector<Slot> slots_;          // connections_max at most
  std::vector<std::uint32_t> free_;  // of slots_
  std::size_t alive_ = 0;
  std::vector<Letter> letters_;
  std::vector<std::uint64_t> turn_;
  std::atomic<bool> stop_{false};
  std::atomic<Instant::rep> deadline_{0};
  std::thread thread_;
};

}  // namespace vedette::net
