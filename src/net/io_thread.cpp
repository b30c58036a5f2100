#include "net/io_thread.h"

#include "base/ip.h"
#include "base/log.h"

#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <pthread.h>
#include <utility>

namespace vedette::net {
namespace {

// Tokens of epoll that are no connections; those have a generation from 1 in the upper half.
constexpr std::uint64_t kWakeToken = 0;
constexpr std::uint64_t kTcpToken = 1;
constexpr std::uint64_t kLocalToken = 2;
constexpr int kAcceptsPerRound = 64;
constexpr std::size_t kScratchBytes = 64 * 1024;
constexpr std::size_t kEventsPerRound = 256;
constexpr std::uint32_t kConnectionEvents = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;

std::uint64_t make_id(std::uint32_t slot, std::uint32_t generation) {
  return std::uint64_t{generation} << 32 | slot;
}

/// How often time limits are looked at: often enough that the shortest is met about in time.
std::chrono::milliseconds choose_tick(const HttpOptions& options) {
  const auto shortest = std::min({options.handshake_time_max, options.header_time_max,
                                  options.idle_max, options.transfer_grace, options.linger_max});
  return std::clamp(shortest / 4, std::chrono::milliseconds(10), std::chrono::milliseconds(250));
}

std::string peer_text(const sockaddr_storage& from) {
  if (from.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(from);
    return format_ip(IpAddress::from_v4(ntohl(v4.sin_addr.s_addr)));
  }
  IpAddress ip;
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
  std::memcpy(ip.bytes.data(), &v6.sin6_addr, ip.bytes.size());
  return format_ip(ip);
}

MailboxOptions mailbox_options(const HttpOptions& options) {
  MailboxOptions out;
  if (options.compression == Compression::On) out.compress_bytes_min = options.compress_bytes_min;
  out.stream_bytes_max = options.stream_bytes_max;
  return out;
}

}  // namespace

IoThread::IoThread(const IoShared& shared, UniqueFd tcp, UnixListener local)
    : shared_(shared),
      context_{.options = shared.options,
               .hooks = shared.hooks,
               .quota = shared.quota,
               .mailbox = std::make_shared<Mailbox>(mailbox_options(shared.options)),
               .head = ResponseHead(shared.options.headers)},
      epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      tcp_(std::move(tcp)),
      local_(std::move(local)),
      tick_(choose_tick(shared.options)) {
  context_.scratch.resize(kScratchBytes);
}

IoThread::~IoThread() {
  join();
}

Result<void> IoThread::start(const std::string& name) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = kWakeToken;
  const int wake = context_.mailbox->wake_fd();
  if (!epoll_ || wake < 0 || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake, &event) != 0) {
    return Error{Errc::SocketFailed, fmt::format("{}: {}", name, errno_text(errno))};
  }
  listen(true);
  thread_ = std::thread([this, name] {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    // OpenSSL writes without MSG_NOSIGNAL.
    sigset_t pipe;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
    try {
      run();
    } catch (const std::exception& exception) {
      log::error("The HTTP server failed; the process ends.", {{"reason", exception.what()}});
      std::abort();
    }
  });
  return {};
}

void IoThread::stop_until(Instant deadline) {
  deadline_.store(deadline.time_since_epoch().count());
  stop_.store(true);
  context_.mailbox->wake();
}

void IoThread::join() {
  if (thread_.joinable()) thread_.join();
}

void IoThread::run() {
  context_.mailbox->own();
  std::array<epoll_event, kEventsPerRound> events{};
  for (;;) {
    const bool waits = context_.again.empty();
    const bool ticks = alive_ > 0 || !listening_;
    const int timeout = !waits ? 0 : ticks ? static_cast<int>(tick_.count()) : -1;
    const int count = ::epoll_wait(epoll_.get(), events.data(), events.size(), timeout);
    begin_round();
    if (stop_.load() && !context_.stopping) begin_stop();
    for (int i = 0; i < count; ++i) {
      const auto& event = events[static_cast<std::size_t>(i)];
      on_event(event.data.u64, event.events);
    }
    on_again();
    if (context_.now >= next_tick_) on_tick();
    if (!context_.stopping) continue;
    if (alive_ == 0 || context_.now.time_since_epoch().count() >= deadline_.load()) break;
  }
  // Here, so that streams are closed and views end before stop() returns.
  context_.mailbox->close();
  slots_.clear();
}

void IoThread::begin_round() {
  context_.now = std::chrono::steady_clock::now();
  context_.head.set_time(shared_.clock.now());
}

void IoThread::on_event(std::uint64_t token, std::uint32_t events) {
  switch (token) {
    case kWakeToken:
      return on_letters();
    case kTcpToken:
      return accept_some(Kind::Tcp);
    case kLocalToken:
      return accept_some(Kind::Local);
    default:
      break;
  }
  if (Connection* connection = find(token)) {
    connection->on_ready(events);
    remove_if_finished(token);
  }
}

void IoThread::on_letters() {
  context_.mailbox->take(letters_);
  for (Letter& letter : letters_) {
    const std::uint64_t id = letter.connection;
    if (Connection* connection = find(id)) {
      connection->on_letter(std::move(letter));
      remove_if_finished(id);
    } else {
      discard(letter);
    }
  }
  letters_.clear();
}

void IoThread::on_again() {
  turn_.clear();
  turn_.swap(context_.again);
  for (const std::uint64_t id : turn_) {
    if (Connection* connection = find(id)) {
      connection->advance();
      remove_if_finished(id);
    }
  }
}

void IoThread::on_tick() {
  next_tick_ = context_.now + tick_;
  if (!listening_ && !context_.stopping) listen(true);
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].connection) continue;
    slots_[i].connection->on_tick();
    remove_if_finished(make_id(i, slots_[i].generation));
  }
}

void IoThread::begin_stop() {
  listen(false);
  tcp_ = UniqueFd();
  local_ = UnixListener();
  context_.stopping = true;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    if (!slots_[i].connection) continue;
    slots_[i].connection->on_stop();
    remove_if_finished(make_id(i, slots_[i].generation));
  }
}

void IoThread::listen(bool on) {
  listening_ = on;
  const auto set = [&](int fd, std::uint64_t token) {
    if (fd < 0) return;
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = token;
    ::epoll_ctl(epoll_.get(), on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &event);
  };
  set(tcp_.get(), kTcpToken);
  set(local_.fd(), kLocalToken);
}

void IoThread::accept_some(Kind kind) {
  for (int i = 0; i < kAcceptsPerRound; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const int listener = kind == Kind::Tcp ? tcp_.get() : local_.fd();
    UniqueFd fd(::accept4(listener, reinterpret_cast<sockaddr*>(&from), &size,
                          SOCK_CLOEXEC | SOCK_NONBLOCK));
    if (fd) {
      admit(std::move(fd), kind, from);
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) return;
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      listen(false);  // until the next tick: it would only spin
      next_tick_ = context_.now + tick_;
      return;
    }
  }
}

void IoThread::admit(UniqueFd fd, Kind kind, const sockaddr_storage& from) {
  std::string peer = kind == Kind::Local ? "unix" : peer_text(from);
  const auto tls = kind == Kind::Tcp ? shared_.tls.get() : nullptr;
  if (!shared_.quota.enter(peer)) {
    context_.counters.refused.add(1);
    if (!tls) turn_away(fd.get());
    return;
  }
  context_.counters.accepted.add(1);
  std::optional<std::uint32_t> uid;
  if (kind == Kind::Local) {
    ucred other{};
    socklen_t size = sizeof other;
    if (::getsockopt(fd.get(), SOL_SOCKET, SO_PEERCRED, &other, &size) == 0) uid = other.uid;
  } else {
    const int on = 1;
    ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  add(std::move(fd), tls.get(), std::move(peer), uid);
}

void IoThread::turn_away(int fd) {
  const HttpResponse response = context_.problem(503, "too many connections are open");
  std::string bytes;
  context_.head.write(bytes, response, After::Close, BodyEnd::Length);
  bytes.append(response.content());
  [[maybe_unused]] const ssize_t sent =
      ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  ::shutdown(fd, SHUT_WR);
}

void IoThread::add(UniqueFd fd, const TlsContext* tls, std::string peer,
                   std::optional<std::uint32_t> peer_uid) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const std::uint32_t index = free_.back();
  Slot& slot = slots_[index];
  if (++slot.generation == 0) ++slot.generation;
  const std::uint64_t id = make_id(index, slot.generation);
  const int number = fd.get();
  slot.connection = std::make_unique<Connection>(Transport(std::move(fd), tls), id, std::move(peer),
                                                 peer_uid, context_);
  epoll_event event{};
  event.events = kConnectionEvents;
  event.data.u64 = id;
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, number, &event) != 0) {
    slot.connection.reset();
    return;
  }
  free_.pop_back();
  ++alive_;
}

Connection* IoThread::find(std::uint64_t id) {
  const auto index = static_cast<std::uint32_t>(id);
  if (index >= slots_.size() || slots_[index].generation != id >> 32) return nullptr;
  return slots_[index].connection.get();
}

void IoThread::remove_if_finished(std::uint64_t id) {
  const auto index = static_cast<std::uint32_t>(id);
  if (!slots_[index].connection->finished()) return;
  slots_[index].connection.reset();
  free_.push_back(index);
  --alive_;
}

}  // namespace vedette::net
