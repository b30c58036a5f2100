#include "net/connection.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace vedette::net {
namespace {

constexpr std::size_t kInBytes = 4 * 1024;     // at first
constexpr std::size_t kKeptBytes = 64 * 1024;  // a larger buffer is given back after its exchange
constexpr std::size_t kBodyStep = 64 * 1024;   // memory for a body is taken as it comes
constexpr int kStepsMax = 64;                  // then other connections get their turn

void clear_kept(std::string& buffer) {
  if (buffer.capacity() > kKeptBytes) std::string().swap(buffer);
  buffer.clear();
}

}  // namespace

HttpResponse IoContext::problem(unsigned status, std::string_view detail) const {
  if (hooks.problem) return hooks.problem(status, detail);
  return {.status = status, .body = fmt::format("{}: {}.\n", reason_phrase(status), detail)};
}

Connection::Connection(Transport transport, std::uint64_t id, std::string peer,
                       std::optional<std::uint32_t> peer_uid, IoContext& context)
    : context_(context),
      transport_(std::move(transport)),
      id_(id),
      peer_(std::move(peer)),
      state_(transport_.has_tls() ? State::Handshake : State::Head),
      since_(context.now),
      scanner_(context.options.head) {
  request_.peer = peer_;
  request_.peer_uid = peer_uid;
  request_.tls = transport_.has_tls();
}

Connection::~Connection() {
  if (stream_) stream_->close();
  context_.quota.release(memory_);
  context_.quota.leave(peer_);
}

void Connection::enter(State state) {
  state_ = state;
  since_ = context_.now;
}

void Connection::on_ready(std::uint32_t epoll_events) {
  const bool ended = (epoll_events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  // TLS may wait for one direction to go on with the other.
  if (ended || transport_.has_tls() || (epoll_events & EPOLLIN) != 0) readable_ = true;
  if (ended || transport_.has_tls() || (epoll_events & EPOLLOUT) != 0) writable_ = true;
  hung_up_ = hung_up_ || ended;
  advance();
}

void Connection::on_letter(Letter letter) {
  if (letter.answer) take_answer(std::move(*letter.answer));
  advance();
}

void Connection::advance() {
  for (int steps = 0; step(); ++steps) {
    if (steps < kStepsMax) continue;
    context_.again.push_back(id_);
    return;
  }
}

bool Connection::step() {
  switch (state_) {
    case State::Handshake:
      return shake_hands();
    case State::Head:
      return read_head();
    case State::Body:
      return framing_.chunked ? read_chunks() : read_body();
    case State::Handling:
      flush();  // answers to requests before this one
      return false;
    case State::Streaming:
      return pump_stream();
    case State::Closing:
      return end_output();
    case State::Lingering:
      return linger();
    case State::Closed:
      return false;
  }
  return false;
}

bool Connection::shake_hands() {
  switch (transport_.handshake()) {
    case Io::Done:
      enter(State::Head);
      return true;
    case Io::Wait:
      return false;
    case Io::Closed:
      context_.counters.protocol_errors.add(1);
      close();
      return false;
  }
  return false;
}

bool Connection::read_head() {
  // Small answers wait for each other as long as there are complete requests; then one write.
  if ((has_large_ || out_.size() - out_at_ > kKeptBytes) && !flush()) return false;
  switch (scanner_.scan(std::string_view(in_.data(), filled_))) {
    case HeadScanner::State::Complete:
      start_request();
      return true;
    case HeadScanner::State::Refused:
      context_.counters.protocol_errors.add(1);
      refuse(scanner_.refusal().status, scanner_.refusal().detail);
      return true;
    case HeadScanner::State::More:
      break;
  }
  if (!flush()) return false;
  if (peer_ended_ || (context_.stopping && filled_ == 0)) {
    close();
    return false;
  }
  return fill();
}

bool Connection::fill() {
  if (!readable_) return false;
  // The scanner refuses what is longer than a header may be, so this ends.
  if (filled_ == in_.size()) in_.resize(std::max(kInBytes, in_.size() * 2));
  std::size_t done = 0;
  if (read_some(in_.data() + filled_, in_.size() - filled_, done) != Io::Done) return false;
  if (filled_ == 0) since_ = context_.now;
  filled_ += done;
  return true;
}

Io Connection::read_some(char* out, std::size_t size, std::size_t& done) {
  const Io io = transport_.read(out, size, done);
  if (io == Io::Closed) {
    // Of TLS: a close_notify. Answers may still be taken; if not, writing will tell.
    if (transport_.has_tls()) {
      peer_ended_ = true;
      readable_ = false;
      return Io::Done;
    }
    close();
    return io;
  }
  if (io == Io::Wait) {
    readable_ = false;
    return io;
  }
  context_.counters.bytes_in.add(done);
  if (done == 0) peer_ended_ = true;
  // Edge-triggered: less than asked for means there is no more, unless an end stands behind it.
  if (!transport_.has_tls() && done < size && !hung_up_) readable_ = false;
  if (peer_ended_) readable_ = false;
  return io;
}

void Connection::start_request() {
  consumed_ = scanner_.end();
  const std::string_view head = scanner_.head(std::string_view(in_.data(), filled_));
  if (const auto refusal = parse_head(head, context_.options.head, request_, framing_)) {
    context_.counters.protocol_errors.add(1);
    return refuse(refusal->status, refusal->detail);
  }
  context_.counters.requests.add(1);
  ++served_;
  Admission admission;
  if (context_.hooks.admit) admission = context_.hooks.admit(request_);
  if (admission.refusal) {
    if (framing_.has_body()) framing_.keep_alive = false;
    return respond(std::move(*admission.refusal));
  }
  if (framing_.expect == Expect::Unknown) return refuse(417, "only 100-continue can be expected");
  if (!framing_.has_body()) return dispatch();
  body_bytes_max_ = admission.body_bytes_max.value_or(context_.options.body_bytes_max);
  const auto coding = parse_content_coding(framing_.content_encoding);
  if (!coding) return refuse(415, "the content coding is none of gzip, zstd and identity");
  if (framing_.content_length.value_or(0) > body_bytes_max_) {
    return refuse(413, "the body is too large");
  }
  start_body(*coding);
}

void Connection::start_body(Coding coding) {
  coding_ = coding;
  received_ = 0;
  enter(State::Body);
  const std::size_t here = filled_ - consumed_;
  if (!framing_.chunked) {
    const auto length = static_cast<std::size_t>(*framing_.content_length);
    const std::string_view came(in_.data() + consumed_, std::min(here, length));
    consumed_ += came.size();
    received_ = came.size();
    if (came.size() == length) {  // all is here: no copy
      request_.body = came;
      return dispatch();
    }
    if (!take_memory(came.size())) return;
    body_.assign(came);
  } else {
    chunks_ = {};
  }
  if (framing_.expect == Expect::Continue && framing_.http_1_1 && here == 0) {
    out_.append("HTTP/1.1 100 Continue\r\n\r\n");
  }
}

bool Connection::take_memory(std::size_t bytes) {
  if (context_.quota.take(bytes)) {
    memory_ += bytes;
    return true;
  }
  refuse(503, "too many bodies are under way");
  return false;
}

bool Connection::read_body() {
  const auto length = static_cast<std::size_t>(*framing_.content_length);
  if (received_ < length) {
    if (!readable_) {
      flush();
      if (peer_ended_) close();
      return false;
    }
    if (received_ == body_.size()) {
      const std::size_t more = std::min(length - received_, std::max(kBodyStep, body_.size()));
      if (!take_memory(more)) return true;
      body_.resize(received_ + more);
    }
    std::size_t done = 0;
    const Io io = read_some(body_.data() + received_, body_.size() - received_, done);
    received_ += done;
    return io != Io::Closed;
  }
  request_.body = std::string_view(body_.data(), length);
  dispatch();
  return true;
}

bool Connection::read_chunks() {
  std::string_view bytes(in_.data() + consumed_, filled_ - consumed_);
  const bool from_in = !bytes.empty();
  if (!from_in) {
    if (!readable_) {
      flush();
      if (peer_ended_) close();
      return false;
    }
    std::size_t done = 0;
    if (read_some(context_.scratch.data(), context_.scratch.size(), done) != Io::Done) return true;
    bytes = {context_.scratch.data(), done};
  }
  received_ += bytes.size();
  if (!take_memory(bytes.size())) return true;
  const auto state = chunks_.feed(bytes, body_, body_bytes_max_);
  if (from_in) consumed_ = filled_ - bytes.size();
  switch (state) {
    case ChunkedDecoder::State::More:
      return true;
    case ChunkedDecoder::State::Done:
      if (!from_in) carry_.assign(bytes);
      request_.body = body_;
      dispatch();
      return true;
    case ChunkedDecoder::State::Damaged:
      context_.counters.protocol_errors.add(1);
      refuse(400, "the chunks of the body are damaged");
      return true;
    case ChunkedDecoder::State::TooLarge:
      refuse(413, "the body is too large");
      return true;
  }
  return true;
}

void Connection::dispatch() {
  if (coding_ != Coding::Identity) {
    switch (
        unpack(body_, request_.body, std::exchange(coding_, Coding::Identity), body_bytes_max_)) {
      case Unpack::Damaged:
        return refuse(400, "the body is not what its content coding says");
      case Unpack::TooLarge:
        return refuse(413, "the unpacked body is too large");
      case Unpack::Done:
        break;
    }
    if (!take_memory(body_.size())) return;
    request_.body = body_;
  }
  enter(State::Handling);
  reply_out_ = true;
  const bool packs = context_.options.compression == Compression::On;
  context_.mailbox->begin_handler(id_, answer_);
  context_.hooks.handle(request_,
                        Reply(context_.mailbox, id_,
                              packs ? best_coding(framing_.accept_encoding) : Coding::Identity));
  context_.mailbox->end_handler();
  if (answer_) take_answer(*std::exchange(answer_, std::nullopt));
}

void Connection::finish_exchange(State next) {
  context_.quota.release(std::exchange(memory_, 0));
  const std::size_t rest = filled_ - consumed_;
  if (rest > 0) std::memmove(in_.data(), in_.data() + consumed_, rest);
  filled_ = rest;
  consumed_ = 0;
  if (!carry_.empty()) {
    if (in_.size() < filled_ + carry_.size()) in_.resize(filled_ + carry_.size());
    std::memcpy(in_.data() + filled_, carry_.data(), carry_.size());
    filled_ += carry_.size();
    carry_ = {};
  }
  if (filled_ == 0 && in_.size() > kKeptBytes) std::string().swap(in_);
  clear_kept(body_);
  request_.method = request_.target = request_.body = {};
  request_.fields.clear();
  framing_ = {};
  coding_ = Coding::Identity;
  scanner_ = HeadScanner(context_.options.head);
  enter(next);
}

}  // namespace vedette::net
