// One connection of the server: reads requests one after the other, asks the hooks, writes the
// answers in order. It belongs to one io thread, which calls it when its socket is ready, when an
// answer comes from elsewhere, and a few times a second for the time limits. Never blocks. While a
// Reply is out nothing is read, so that the views of its request stay good and nobody can pile up
// requests.
#pragma once

#include "net/chunked.h"
#include "net/http_counts.h"
#include "net/http_server.h"
#include "net/mailbox.h"
#include "net/quota.h"
#include "net/response_head.h"
#include "net/transport.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::net {

using Instant = std::chrono::steady_clock::time_point;

/// What the connections of one io thread share.
struct IoContext {
  const HttpOptions& options;
  const HttpHooks& hooks;
  Quota& quota;
  std::shared_ptr<Mailbox> mailbox;
  ResponseHead head;
  HttpCounters counters{};
  Instant now{};                       // as of the last return from epoll
  bool stopping = false;               // no connection stays after its answer
  std::string scratch{};               // for bytes that are not kept where they are read
  std::vector<std::uint64_t> again{};  // connections that have more to do, but let others go first

  HttpResponse problem(unsigned status, std::string_view detail) const;
};

class Connection {
 public:
  /// `peer` has entered the quota; it leaves with this.
  Connection(Transport transport, std::uint64_t id, std::string peer,
             std::optional<std::uint32_t> peer_uid, IoContext& context);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void on_ready(std::uint32_t epoll_events);
  void on_letter(Letter letter);
  void on_tick();
  void on_stop();  ///< context.stopping has been set
  void advance();  ///< does what can be done now

  /// Closed, and no Reply is out whose request lies here.
  bool finished() const { return state_ == State::Closed && !reply_out_; }

 private:
  enum class State : std::uint8_t {
    Handshake,
    Head,      // waiting for, or reading, a header
    Body,      // reading a body
    Handling,  // a Reply is out
    Streaming,
    Closing,    // writing the last of it
    Lingering,  // all is said; reading until the client closes
    Closed
  };

  // Each step returns whether there may be more to do at once.
  bool step();
  bool shake_hands();
  bool read_head();
  bool read_body();
  bool read_chunks();
  bool pump_stream();
  bool end_output();
  bool linger();

  void start_request();
  void start_body(Coding coding);
  void dispatch();
  void refuse(unsigned status, std::string_view detail);
  void take_answer(Answer answer);
  void respond(HttpResponse response);
  void start_stream(Answer answer);
  void end_stream();
  void finish_exchange(State next);
  bool take_memory(std::size_t bytes);

  bool fill();
  Io read_some(char* out, std::size_t size, std::size_t& done);
  bool discard_input(std::size_t bytes_max);
  bool flush();  ///< true: all is written
  bool too_slow(Instant since, std::uint64_t bytes) const;
  void enter(State state);
  void close();
  void close_as_slow();

  IoContext& context_;
  Transport transport_;
  const std::uint64_t id_;
  const std::string peer_;
  State state_;
  bool readable_ = true;  // until the socket says otherwise
  bool writable_ = true;
  bool hung_up_ = false;     // an end is to be read behind what comes
  bool peer_ended_ = false;  // it has been read
  bool reply_out_ = false;
  Instant since_;  // the beginning of the state; in Head, of the header
  std::uint64_t served_ = 0;

  std::string in_;  // header, and what came with it; in_.size() is the room
  std::size_t filled_ = 0;
  std::size_t consumed_ = 0;  // by this request
  HeadScanner scanner_;
  Framing framing_;
  HttpRequest request_;

  Coding coding_ = Coding::Identity;
  std::size_t body_bytes_max_ = 0;
  std::string body_;
  std::size_t received_ = 0;  // of the body, as sent
  std::size_t memory_ = 0;    // taken from the quota
  ChunkedDecoder chunks_;
  std::string carry_;  // came behind a chunked body

  std::string out_;
  std::size_t out_at_ = 0;  // written so far
  HttpResponse large_;      // whose content is written behind out_ without being copied
  std::size_t large_at_ = 0;
  bool has_large_ = false;
  bool writing_ = false;  // the socket did not take everything
  Instant writing_since_{};
  std::uint64_t written_ = 0;  // since then
  std::size_t discarded_ = 0;

  std::optional<Answer> answer_;
  std::shared_ptr<StreamQueue> stream_;
  std::string piece_;  // of the stream
};

}  // namespace vedette::net
