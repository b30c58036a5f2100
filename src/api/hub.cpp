#include "api/hub.h"

#include "api/secret.h"
#include "base/clock.h"
#include "base/text.h"
#include "engine/thread.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::api {
namespace {

constexpr std::chrono::milliseconds kPause{250};    // between two looks, with nothing to wait for
constexpr std::chrono::milliseconds kImpatient{5};  // while somebody waits
constexpr double kKeepAliveSeconds = 15;
/// Sent together, so that a flood of changes does not become a flood of packets.
constexpr std::size_t kTogetherMax = 500;

std::string new_instance() {
  std::string text;
  for (const char byte : random_bytes(4)) {
    text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  }
  return text;
}

}  // namespace

Hub::Hub(engine::ThreatQueue& queue)
    : queue_(queue),
      instance_(new_instance()),
      thread_(engine::start_thread("vd-hub", [this] { run(); })) {}

Hub::~Hub() {
  end();
}

void Hub::end() {
  {
    MutexLock guard(mutex_);
    ending_ = true;
    wake_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  std::vector<std::function<bool()>> waiting;
  std::vector<Watcher> watchers;
  MutexLock guard(mutex_);
  waiting.swap(waiting_);
  watchers.swap(watchers_);
}

void Hub::tell(const std::vector<engine::ThreatUpdate>& updates) {
  MutexLock guard(mutex_);
  for (const engine::ThreatUpdate& update : updates) {
    changes_.push_back({++latest_, update.head.entity_hash});
  }
  while (changes_.size() > kRememberedMax) changes_.pop_front();
  if (!watchers_.empty()) wake_.notify_all();
}

bool Hub::watch(std::shared_ptr<net::EventStream> stream, std::string_view last_event_id) {
  MutexLock guard(mutex_);
  if (watchers_.size() >= kStreamsMax) return false;
  Watcher watcher{.stream = std::move(stream), .told = latest_, .lost = false};
  if (!last_event_id.empty()) {
    std::string_view rest = last_event_id;
    const std::string_view instance = take_until(rest, '-');
    const auto id = parse_int<std::uint64_t>(rest);
    const std::uint64_t oldest = changes_.empty() ? latest_ + 1 : changes_.front().id;
    watcher.lost = instance != instance_ || !id || *id > latest_ || *id + 1 < oldest;
    if (!watcher.lost) watcher.told = *id;
  }
  watchers_.push_back(std::move(watcher));
  wake_.notify_all();
  return true;
}

std::size_t Hub::streams() const {
  MutexLock guard(mutex_);
  return watchers_.size();
}

void Hub::wait_for(std::function<bool()> done) {
  MutexLock guard(mutex_);
  waiting_.push_back(std::move(done));
  wake_.notify_all();
}

std::string Hub::event_of(const Change& change) const {
  std::string event = fmt::format("id: {}-{}\n", instance_, change.id);
  const auto head = queue_.head_of(change.entity_hash);
  if (head && *head) {
    event += "event: threat\ndata: ";
    append_json(event, **head, queue_.now());
  } else {
    event += fmt::format("event: expired\ndata: {{\"id\":\"{}\"}}", threat_id(change.entity_hash));
  }
  return event + "\n\n";
}

void Hub::send_to(Watcher& watcher, const std::vector<Change>& changes, std::uint64_t latest) {
  if (watcher.lost) {
    watcher.lost = false;
    watcher.told = latest;
    watcher.stream->send(fmt::format("id: {}-{}\nevent: reset\ndata: {{}}\n\n", instance_, latest));
    return;
  }
  std::string text;
  std::size_t sent = 0;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    if (changes[i].id <= watcher.told) continue;
    if (sent++ == kTogetherMax) break;
    watcher.told = changes[i].id;
    // Only the latest state is told: an earlier change of the same threat in here says nothing new.
    const bool again = std::any_of(
        changes.begin() + static_cast<std::ptrdiff_t>(i) + 1, changes.end(),
        [&](const Change& later) { return later.entity_hash == changes[i].entity_hash; });
    if (!again) text += event_of(changes[i]);
  }
  if (!text.empty()) watcher.stream->send(text);
}

void Hub::send_changes() {
  // Looking threats up may touch the disk: not under the lock that tell() takes.
  std::vector<Watcher> watchers;
  std::vector<Change> changes;
  std::uint64_t latest = 0;
  {
    MutexLock guard(mutex_);
    std::erase_if(watchers_, [](const Watcher& watcher) { return !watcher.stream->open(); });
    watchers = watchers_;
    latest = latest_;
    std::uint64_t from = latest;
    for (const Watcher& watcher : watchers) from = std::min(from, watcher.told);
    for (auto change = changes_.rbegin(); change != changes_.rend() && change->id > from;
         ++change) {
      changes.push_back(*change);
    }
  }
  std::reverse(changes.begin(), changes.end());
  for (Watcher& watcher : watchers) {
    // Who fell behind what is remembered begins anew.
    if (watcher.told < latest && (changes.empty() || changes.front().id > watcher.told + 1)) {
      watcher.lost = true;
    }
    send_to(watcher, changes, latest);
  }
  MutexLock guard(mutex_);
  for (const Watcher& sent : watchers) {
    for (Watcher& watcher : watchers_) {
      if (watcher.stream != sent.stream) continue;
      watcher.told = sent.told;
      watcher.lost = sent.lost;
    }
  }
}

void Hub::ask_waiting() {
  std::vector<std::function<bool()>> waiting;
  {
    MutexLock guard(mutex_);
    waiting.swap(waiting_);
  }
  std::erase_if(waiting, [](const std::function<bool()>& done) { return done(); });
  MutexLock guard(mutex_);
  waiting_.insert(waiting_.end(), std::make_move_iterator(waiting.begin()),
                  std::make_move_iterator(waiting.end()));
}

void Hub::run() {
  double last_alive = monotonic_seconds();
  for (;;) {
    {
      MutexLock guard(mutex_);
      if (ending_) return;
      const bool behind = std::any_of(watchers_.begin(), watchers_.end(),
                                      [&](const Watcher& watcher) REQUIRES(mutex_) {
                                        return watcher.lost || watcher.told < latest_;
                                      });
      if (!behind) wake_.wait_for(mutex_, waiting_.empty() ? kPause : kImpatient);
      if (ending_) return;
    }
    ask_waiting();
    send_changes();
    if (monotonic_seconds() - last_alive < kKeepAliveSeconds) continue;
    last_alive = monotonic_seconds();
    MutexLock guard(mutex_);
    for (Watcher& watcher : watchers_) watcher.stream->send(": alive\n\n");
  }
}

}  // namespace vedette::api
