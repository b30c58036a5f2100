#include "engine/committer.h"

#include "base/clock.h"
#include "base/log.h"
#include "engine/thread.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace vedette::engine {
namespace {

std::int64_t monotonic_ms() {
  return static_cast<std::int64_t>(monotonic_seconds() * 1000);
}

void merge(Commit& whole, Commit&& part) {
  const auto append = [](auto& to, auto&& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(whole.positions, std::move(part.positions));
  append(whole.state, std::move(part.state));
  append(whole.threats, std::move(part.threats));
  append(whole.lines, std::move(part.lines));
  whole.first_event = std::min(whole.first_event, part.first_event);
  whole.last_event = std::max(whole.last_event, part.last_event);
  if (!part.ledger.empty()) whole.ledger = std::move(part.ledger);
}

}  // namespace

Committer::Committer(Store store, std::size_t lanes, Stats& stats, OnCommit on_commit,
                     std::uint64_t last_barrier)
    : store_(std::move(store)),
      lanes_(lanes),
      stats_(stats),
      on_commit_(std::move(on_commit)),
      parts_(lanes * 2 + 2),
      committed_(last_barrier) {
  thread_ = start_thread("vd-commit", [this] { run(); });
}

Committer::~Committer() {
  if (!thread_.joinable()) return;
  give_up_after_ms_ = monotonic_ms();
  parts_.close();
  thread_.join();
}

Result<void> Committer::finish(std::chrono::seconds patience) {
  give_up_after_ms_ = monotonic_ms() + std::chrono::milliseconds(patience).count();
  parts_.close();
  thread_.join();
  return outcome_;
}

void Committer::run() {
  // Each lane hands over its parts in the order of the barriers, but the lanes are not in step: a
  // fast one may have begun the next barrier. There are at most two under way (the last one at the
  // end).
  std::vector<std::pair<Commit, std::size_t>> open;
  while (auto part = parts_.pop()) {
    const std::uint64_t id = part->barrier;
    auto at = std::find_if(open.begin(), open.end(),
                           [&](const auto& entry) { return entry.first.barrier == id; });
    if (at == open.end()) {
      open.emplace_back(Commit{}, 0);
      at = open.end() - 1;
      at->first.barrier = id;
    }
    merge(at->first, *std::move(part));
    if (++at->second < lanes_) continue;
    if (!store_with_retries(at->first)) return;
    if (on_commit_) on_commit_(at->first);
    open.erase(at);
    committed_.store(id, std::memory_order_release);
    Stats::add(stats_.commits, 1);
  }
}

bool Committer::store_with_retries(Commit& commit) {
  for (bool first = true;; first = false) {
    outcome_ = store_(commit);
    if (outcome_) {
      if (stats_.store_failing.exchange(false)) log::info("The database can be written again.");
      return true;
    }
    Stats::add(stats_.commit_failures, 1);
    if (first) {
      log::warn("The database cannot be written; what was found stays in memory until it can.",
                {{"error", outcome_.error().detail}});
    }
    stats_.store_failing = true;
    for (int tenth = 0; tenth < 10; ++tenth) {
      const std::int64_t until = give_up_after_ms_;
      if (until >= 0 && monotonic_ms() >= until) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
  }
}

}  // namespace vedette::engine
