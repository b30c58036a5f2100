#include "prompt/verdict_redis.h"

#include "base/assert.h"
#include "base/clock.h"
#include "base/log.h"
#include "prompt/verdict_codec.h"

#include <fmt/core.h>
#include <sys/eventfd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <csignal>
#include <poll.h>
#include <pthread.h>
#include <unistd.h>

namespace vedette::prompt {
namespace {

constexpr std::string_view kKeyPrefix = "vedette:verdict:";
constexpr double kPauseMin = 0.25, kPauseMax = 30;
/// A command that is not answered within so many seconds will not be.
constexpr double kReplyMax = 1;
/// Commands under way: what the library buffers has no limit of its own.
constexpr std::size_t kSentMax = 64;

std::string key_of(std::string_view name) {
  return fmt::format("{}{}", kKeyPrefix, name);
}

}  // namespace

VerdictRedis::VerdictRedis(Options options, EntrySeal seal)
    : options_(std::move(options)),
      seal_(std::move(seal)),
      wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      pause_(kPauseMin) {
  VD_ASSERT(wake_);
  thread_ = std::thread([this] { run(); });
}

VerdictRedis::~VerdictRedis() {
  stopping_ = true;
  wake();
  thread_.join();
}

void VerdictRedis::wake() const {
  const std::uint64_t one = 1;
  // It fails only when the thread has long been woken.
  static_cast<void>(!::write(wake_.get(), &one, sizeof one));
}

bool VerdictRedis::find(const Receipt& receipt, std::size_t text_bytes, std::string& entry) {
  if (text_bytes < options_.text_bytes_min || open_) return false;
  const std::chrono::duration<double> patience = options_.patience_per_byte * text_bytes;
  const double until = monotonic_seconds() + patience.count();
  const std::string name = seal_.name(receipt);
  const std::string sealed = ask(name, until);
  const auto opened = seal_.open(name, sealed);
  MutexLock lock(mutex_);
  ++(opened ? counts_.hits : counts_.misses);
  if (!opened && !sealed.empty()) ++counts_.refused;
  if (opened) entry = *opened;
  return opened.has_value();
}

/// What is kept under the name; nothing if there is nothing, or not by then.
std::string VerdictRedis::ask(const std::string& name, double until) {
  const auto lookup = std::make_shared<Lookup>(name);
  MutexLock lock(mutex_);
  if (open_) return {};
  lookups_.push_back(lookup);
  wake();
  while (lookup->state == State::Waiting) {
    const double left = until - monotonic_seconds();
    if (left > 0) {
      lookup->done.wait_for(mutex_, std::chrono::duration<double>(left));
      continue;
    }
    lookup->state = State::GivenUp;
    ++counts_.timeouts;
    if (++timeouts_in_a_row_ < kTimeoutsMax) return {};
    open_ = too_slow_ = true;
    wake();
  }
  if (lookup->state != State::Answered) return {};
  timeouts_in_a_row_ = 0;
  pause_ = kPauseMin;
  return std::move(lookup->sealed);
}

void VerdictRedis::put(const Receipt& receipt, std::size_t text_bytes, std::string_view entry) {
  if (text_bytes < options_.text_bytes_min) return;
  Put put;
  if (!open_) {
    put.name = seal_.name(receipt);
    put.sealed = seal_.seal(put.name, entry);
  }
  const std::size_t bytes = put.name.size() + put.sealed.size();
  MutexLock lock(mutex_);
  if (open_ || bytes == 0 || puts_bytes_ + bytes > kQueueBytesMax) {
    ++counts_.dropped;
    return;
  }
  puts_bytes_ += bytes;
  puts_.push_back(std::move(put));
  wake();
}

TierCounts VerdictRedis::counts() const {
  MutexLock lock(mutex_);
  TierCounts all = counts_;
  all.open = open_;
  return all;
}

void VerdictRedis::run() {
  pthread_setname_np(pthread_self(), "vd-redis");
  // A connection that was closed tells so by an error.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  while (!stopping_) {
    const double now = monotonic_seconds();
    if (!link_ && now >= next_try_) connect(now);
    wait(now);
    if (!link_) continue;
    send_queued(monotonic_seconds());
    auto done = link_->exchange([this](const RedisReply& reply) { on_reply(reply); });
    if (done) done = check_replies(monotonic_seconds());
    if (!done) lose(done.error().detail);
  }
}

void VerdictRedis::connect(double now) {
  auto made = RedisLink::open(options_.address);
  if (!made) return lose(made.error().detail);
  link_ = *std::move(made);
  if (!options_.password.empty()) {
    link_->authenticate(options_.address.user, options_.password);
    sent_.push_back({Sent::Kind::Greeting, now});
  }
  if (options_.address.database != 0) {
    link_->select(options_.address.database);
    sent_.push_back({Sent::Kind::Greeting, now});
  }
  link_->ping();
  sent_.push_back({Sent::Kind::LastGreeting, now});
}

void VerdictRedis::send_queued(double now) {
  MutexLock lock(mutex_);
  while (!lookups_.empty() && sent_.size() < kSentMax) {
    const auto lookup = std::move(lookups_.front());
    lookups_.pop_front();
    if (lookup->state != State::Waiting) continue;
    link_->get(key_of(lookup->name), kEntryBytesMax);
    sent_.push_back({Sent::Kind::Get, now, lookup});
  }
  while (!puts_.empty() && sent_.size() < kSentMax) {
    const Put put = std::move(puts_.front());
    puts_.pop_front();
    puts_bytes_ -= put.name.size() + put.sealed.size();
    link_->set(key_of(put.name), put.sealed, options_.lifetime);
    sent_.push_back({Sent::Kind::Set, now});
  }
}

void VerdictRedis::wait(double now) {
  double until = link_ ? now + kPauseMax : next_try_;
  if (!sent_.empty()) until = sent_.front().at + kReplyMax;
  if (link_ && sent_.size() < kSentMax && has_queued()) until = now;
  std::array<pollfd, 2> polled{pollfd{.fd = wake_.get(), .events = POLLIN, .revents = 0},
                               pollfd{.fd = -1, .events = POLLIN, .revents = 0}};
  if (link_) {
    polled[1].fd = link_->fd();
    if (link_->wants_to_send()) polled[1].events |= POLLOUT;
  }
  const double millis = std::clamp(std::ceil((until - now) * 1000), 0.0, kPauseMax * 1000);
  ::poll(polled.data(), polled.size(), static_cast<int>(millis));
  std::uint64_t count = 0;
  static_cast<void>(!::read(wake_.get(), &count, sizeof count));
}

bool VerdictRedis::has_queued() const {
  MutexLock lock(mutex_);
  return !lookups_.empty() || !puts_.empty();
}

void VerdictRedis::on_reply(const RedisReply& reply) {
  using Kind = Sent::Kind;
  if (sent_.empty()) {
    broken_ = "a reply to nothing";
    return;
  }
  const Sent sent = std::move(sent_.front());
  sent_.pop_front();
  const bool is_error = reply.kind == RedisReply::Kind::Error;
  const bool is_greeting = sent.kind == Kind::Greeting || sent.kind == Kind::LastGreeting;
  if (is_error && is_greeting && broken_.empty()) broken_ = reply.text;
  if (is_greeting && !broken_.empty()) return;
  if (sent.kind == Kind::LastGreeting) {
    log::info("Redis keeps verdicts.", {{"address", options_.address.text()}});
    told_ = false;
  }
  MutexLock lock(mutex_);
  if (sent.kind == Kind::LastGreeting) open_ = false;
  if (is_error) ++counts_.errors;
  if (sent.kind == Kind::Set) ++(is_error ? counts_.dropped : counts_.stored);
  if (sent.kind != Kind::Get || sent.lookup->state != State::Waiting) return;
  sent.lookup->state = is_error ? State::Failed : State::Answered;
  if (reply.kind == RedisReply::Kind::Text) sent.lookup->sealed = reply.text;
  sent.lookup->done.notify_one();
}

Result<void> VerdictRedis::check_replies(double now) {
  const auto failed = [](std::string why) { return Error{Errc::RedisFailed, std::move(why)}; };
  if (!broken_.empty()) return failed(broken_);
  if (!sent_.empty() && now > sent_.front().at + kReplyMax) return failed("it does not answer");
  MutexLock lock(mutex_);
  if (too_slow_) return failed("its answers come too late");
  return {};
}

/// Opens the circuit: nobody waits any more.
void VerdictRedis::lose(const std::string& why) {
  link_.reset();
  broken_.clear();
  MutexLock lock(mutex_);
  open_ = true;
  too_slow_ = false;
  for (const Sent& sent : sent_) {
    if (sent.kind == Sent::Kind::Get) lookups_.push_back(sent.lookup);
    if (sent.kind == Sent::Kind::Set) ++counts_.dropped;
  }
  sent_.clear();
  for (const auto& lookup : lookups_) {
    if (lookup->state != State::Waiting) continue;
    lookup->state = State::Failed;
    lookup->done.notify_one();
  }
  lookups_.clear();
  counts_.dropped += puts_.size();
  puts_.clear();
  puts_bytes_ = 0;
  ++counts_.errors;
  timeouts_in_a_row_ = 0;
  if (!std::exchange(told_, true)) {
    log::warn("Redis cannot be used; verdicts go on without it.",
              {{"address", options_.address.text()}, {"reason", why}});
  }
  next_try_ = monotonic_seconds() + pause_;
  pause_ = std::min(2 * pause_, kPauseMax);
}

}  // namespace vedette::prompt
