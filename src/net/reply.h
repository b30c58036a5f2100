// How a handler answers: at once or later, from whatever thread, with one response or with a
// stream of events that goes on.
#pragma once

#include "net/content_coding.h"
#include "net/http_message.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace vedette::net {

class Mailbox;
class StreamQueue;

/// A response that goes on. Ends when it goes, or when the client does. Any thread.
class EventStream {
 public:
  explicit EventStream(std::shared_ptr<StreamQueue> queue) : queue_(std::move(queue)) {}
  ~EventStream();
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;

  /// Sends the bytes as they are. False, now and from now on, once the client is gone, the server
  /// ends, or the bytes that wait would be more than HttpOptions::stream_bytes_max: who reads
  /// too slowly is closed.
  bool send(std::string_view bytes);
  bool open() const;

 private:
  std::shared_ptr<StreamQueue> queue_;
};

/// The one answer to one request. Dropped without an answer, it is a 500. Moves, does not copy; any
/// thread. May outlive the server, and is then of no effect.
class Reply {
 public:
  Reply(std::shared_ptr<Mailbox> mailbox, std::uint64_t connection, Coding coding)
      : mailbox_(std::move(mailbox)), connection_(connection), coding_(coding) {}
  Reply(Reply&&) noexcept = default;
  Reply& operator=(Reply&&) = delete;
  ~Reply();

  /// Packs the body here, if the client takes it packed: on the calling thread.
  void send(HttpResponse response) &&;

  /// Status 200, text/event-stream, not to be stored. `headers` come besides.
  std::shared_ptr<EventStream> stream(HttpHeaders headers = {}) &&;

 private:
  std::shared_ptr<Mailbox> mailbox_;  // absent: answered
  std::uint64_t connection_;
  Coding coding_;
};

}  // namespace vedette::net
