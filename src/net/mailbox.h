// How answers and stream events come from other threads to the io thread that owns the connection.
// A connection is named by a number that is never used twice, so that what comes too late is
// recognised and thrown away. Nothing here grows beyond one answer and one word per connection.
#pragma once

#include "base/file.h"
#include "base/mutex.h"
#include "net/http_message.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace vedette::net {

class StreamQueue;

struct Answer {
  enum class Kind : std::uint8_t { Response, Dropped, Stream };
  Kind kind = Kind::Response;
  HttpResponse response{};                // of Stream: its head
  std::shared_ptr<StreamQueue> stream{};  // of Stream
};

struct Letter {
  std::uint64_t connection = 0;
  std::optional<Answer> answer;  // without: the stream of that connection has something
};

/// For one that comes too late: closes the stream in it.
void discard(const Letter& letter);

struct MailboxOptions {
  std::size_t compress_bytes_min = SIZE_MAX;
  std::size_t stream_bytes_max = 0;
};

class Mailbox {
 public:
  explicit Mailbox(const MailboxOptions& options);

  const MailboxOptions& options() const { return options_; }
  int wake_fd() const { return wake_.get(); }  ///< readable: look here

  /// Any thread. After close() without effect, but for the stream in it, which is closed, too.
  void post(Letter letter) EXCLUDES(mutex_);
  void wake();

  // The rest is the io thread's.

  void own() { owner_.store(std::this_thread::get_id(), std::memory_order_relaxed); }
  /// While the handler of `connection` runs on this thread, its answer goes straight into `place`.
  void begin_handler(std::uint64_t connection, std::optional<Answer>& place);
  void end_handler() { place_ = nullptr; }
  /// True: taken. False: post it.
  bool answer_directly(std::uint64_t connection, Answer& answer);

  /// Replaces `letters` by what came, in order.
  void take(std::vector<Letter>& letters) EXCLUDES(mutex_);
  void close() EXCLUDES(mutex_);

 private:
  const MailboxOptions options_;
  UniqueFd wake_;
  std::atomic<std::thread::id> owner_{};  // relaxed: only compared with the asker's own
  std::uint64_t handled_ = 0;
  std::optional<Answer>* place_ = nullptr;
  Mutex mutex_;
  std::vector<Letter> letters_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

/// What waits to be sent on one stream. Shared by its EventStream and its connection.
class StreamQueue {
 public:
  StreamQueue(std::shared_ptr<Mailbox> mailbox, std::uint64_t connection)
      : mailbox_(std::move(mailbox)), connection_(connection) {}

  bool push(std::string_view bytes) EXCLUDES(mutex_);  ///< false: closed
  bool open() const EXCLUDES(mutex_);
  void end() EXCLUDES(mutex_);  ///< by the sender: what waits is still sent

  // The connection's.

  bool overrun() const EXCLUDES(mutex_);  ///< the client was too slow
  enum class State : std::uint8_t { Open, Ended, Overrun };
  /// Replaces `bytes` by what waits.
  State take(std::string& bytes) EXCLUDES(mutex_);
  void close() EXCLUDES(mutex_);  ///< the client is gone

 private:
  const std::shared_ptr<Mailbox> mailbox_;
  const std::uint64_t connection_;
  mutable Mutex mutex_;
  std::string waiting_ GUARDED_BY(mutex_);  // stream_bytes_max at most
  State state_ GUARDED_BY(mutex_) = State::Open;
  bool closed_ GUARDED_BY(mutex_) = false;
  bool told_ GUARDED_BY(mutex_) = false;  // the io thread will look
};

}  // namespace vedette::net
