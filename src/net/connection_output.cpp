// The half of a connection that answers, writes and ends it.
#include "base/assert.h"
#include "net/connection.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace vedette::net {
namespace {

constexpr std::size_t kCopiedBytesMax = 16 * 1024;  // a larger body is written from where it is
constexpr std::size_t kKeptBytes = 128 * 1024;
constexpr std::size_t kLingerBytesMax = 16 * 1024 * 1024;
constexpr std::size_t kStreamInputBytesMax = 64 * 1024;

}  // namespace

void Connection::refuse(unsigned status, std::string_view detail) {
  framing_.keep_alive = false;
  consumed_ = filled_;
  respond(context_.problem(status, detail));
}

void Connection::take_answer(Answer answer) {
  reply_out_ = false;
  if (state_ != State::Handling) {  // closed meanwhile
    if (answer.stream) answer.stream->close();
    return;
  }
  switch (answer.kind) {
    case Answer::Kind::Response:
      return respond(std::move(answer.response));
    case Answer::Kind::Dropped:
      return respond(context_.problem(500, "the request was not answered"));
    case Answer::Kind::Stream:
      return start_stream(std::move(answer));
  }
}

void Connection::respond(HttpResponse response) {
  VD_ASSERT(response.status >= 200 && response.status <= 999);
  const HttpOptions& options = context_.options;
  const bool last =
      !framing_.keep_alive || context_.stopping ||
      (options.requests_per_connection_max > 0 && served_ >= options.requests_per_connection_max);
  const After after = last ? After::Close : framing_.http_1_1 ? After::Keep : After::KeepAndSay;
  context_.head.write(out_, response, after, BodyEnd::Length);
  const std::string_view content = response.content();
  if (request_.method != "HEAD" && may_have_body(response.status) && !content.empty()) {
    if (content.size() <= kCopiedBytesMax) {
      out_.append(content);
    } else {
      large_ = std::move(response);
      large_at_ = 0;
      has_large_ = true;
    }
  }
  finish_exchange(last ? State::Closing : State::Head);
}

void Connection::start_stream(Answer answer) {
  const bool head_only = request_.method == "HEAD";
  const BodyEnd end = framing_.http_1_1 ? BodyEnd::Chunks : BodyEnd::Connection;
  context_.head.write(out_, answer.response, After::Close, end);
  const bool chunked = framing_.http_1_1;
  consumed_ = filled_;
  finish_exchange(head_only ? State::Closing : State::Streaming);
  framing_.chunked = chunked;
  if (head_only) return answer.stream->close();
  stream_ = std::move(answer.stream);
  discarded_ = 0;
}

bool Connection::pump_stream() {
  if (stream_->overrun()) {
    context_.counters.overruns.add(1);
    close();
    return false;
  }
  if (!discard_input(kStreamInputBytesMax) || peer_ended_) {
    close();
    return false;
  }
  if (!flush()) return false;
  const auto state = stream_->take(piece_);
  if (!piece_.empty()) {
    if (framing_.chunked) fmt::format_to(std::back_inserter(out_), "{:x}\r\n", piece_.size());
    out_.append(piece_);
    if (framing_.chunked) out_.append("\r\n");
    return true;
  }
  if (state == StreamQueue::State::Ended) end_stream();
  return state != StreamQueue::State::Open;
}

void Connection::end_stream() {
  if (framing_.chunked) out_.append("0\r\n\r\n");
  stream_->close();
  stream_.reset();
  framing_ = {};
  enter(State::Closing);
}

bool Connection::flush() {
  const auto large = [this] { return has_large_ ? large_.content() : std::string_view(); };
  while (out_at_ < out_.size() || large_at_ < large().size()) {
    if (!writable_) return false;
    const std::string_view first = std::string_view(out_).substr(out_at_);
    const std::string_view second = large().substr(large_at_);
    std::size_t done = 0;
    const Io io = transport_.write(first, second, done);
    if (io == Io::Closed) {
      close();
      return false;
    }
    context_.counters.bytes_out.add(done);
    written_ += done;
    const std::size_t of_first = std::min(done, first.size());
    out_at_ += of_first;
    large_at_ += done - of_first;
    if (io == Io::Done && (done == first.size() + second.size() || transport_.has_tls())) continue;
    writable_ = false;
    if (!std::exchange(writing_, true)) {
      writing_since_ = context_.now;
      written_ = 0;
    }
    return false;
  }
  if (out_.capacity() > kKeptBytes) std::string().swap(out_);
  out_.clear();
  out_at_ = 0;
  writing_ = false;
  if (has_large_) {
    large_ = {};
    large_at_ = 0;
    has_large_ = false;
  }
  return true;
}

bool Connection::end_output() {
  if (!flush()) return false;
  transport_.end_output();
  discarded_ = 0;
  enter(State::Lingering);
  return true;
}

bool Connection::linger() {
  if (!discard_input(kLingerBytesMax) || peer_ended_) close();
  return false;
}

bool Connection::discard_input(std::size_t bytes_max) {
  while (readable_ && !peer_ended_) {
    std::size_t done = 0;
    const Io io = read_some(context_.scratch.data(), context_.scratch.size(), done);
    if (io == Io::Closed) return false;
    discarded_ += done;
    if (discarded_ > bytes_max) return false;
  }
  return true;
}

bool Connection::too_slow(Instant since, std::uint64_t bytes) const {
  const auto spent = context_.now - since;
  if (spent <= context_.options.transfer_grace) return false;
  const double seconds = std::chrono::duration<double>(spent).count();
  return static_cast<double>(bytes) <
         seconds * static_cast<double>(context_.options.bytes_per_second_min);
}

void Connection::on_tick() {
  const HttpOptions& options = context_.options;
  const auto spent = context_.now - since_;
  if (state_ == State::Closed) return;
  if (writing_ && state_ != State::Handling) {
    if (too_slow(writing_since_, written_)) close_as_slow();
    return;
  }
  switch (state_) {
    case State::Handshake:
      if (spent > options.handshake_time_max) close_as_slow();
      return;
    case State::Head:
      if (filled_ == 0 && served_ > 0) {
        if (spent > options.idle_max) close();
      } else if (spent > options.header_time_max) {
        if (filled_ == 0) return close_as_slow();
        context_.counters.timeouts.add(1);
        refuse(408, "the header took too long");
        advance();
      }
      return;
    case State::Body:
      if (too_slow(since_, received_)) {
        context_.counters.timeouts.add(1);
        refuse(408, "the body took too long");
        advance();
      }
      return;
    case State::Lingering:
      if (spent > options.linger_max) close();
      return;
    default:
      return;
  }
}

void Connection::on_stop() {
  if (state_ == State::Handshake) return close();
  if (state_ == State::Streaming) end_stream();
  advance();
}

void Connection::close() {
  transport_.close();
  if (stream_) stream_->close();
  stream_.reset();
  state_ = State::Closed;
}

void Connection::close_as_slow() {
  context_.counters.timeouts.add(1);
  close();
}

}  // namespace vedette::net
