#include "engine/desk.h"

#include "base/log.h"
#include "engine/thread.h"

#include <chrono>
#include <utility>
#include <vector>

namespace vedette::engine {
namespace {

constexpr std::size_t kTogetherMax = 256;
constexpr std::chrono::milliseconds kBetweenSteps{500};
/// A step is followed by a rest of so many times its length: it holds up whoever commits.
constexpr int kRest = 4;

}  // namespace

Desk::Desk(ThreatQueue& queue, std::function<bool()> tidy)
    : queue_(queue),
      tidy_(std::move(tidy)),
      jobs_(kWaitingMax),
      thread_(start_thread("vd-desk", [this] { run(); })) {}

Desk::~Desk() {
  jobs_.close();
  thread_.join();
}

void Desk::run() {
  using Clock = std::chrono::steady_clock;
  Clock::time_point due = Clock::now();
  for (;;) {
    auto job = jobs_.pop_for(std::max(due - Clock::now(), Clock::duration::zero()));
    if (job) {
      make(*std::move(job));
    } else if (jobs_.closed()) {
      return;
    }
    const Clock::time_point began = Clock::now();
    if (began < due) continue;
    const bool more = step();
    const Clock::time_point ended = Clock::now();
    due = ended + (more ? kRest * (ended - began) : Clock::duration(kBetweenSteps));
  }
}

void Desk::make(Job first) {
  std::vector<Job> jobs;
  jobs.push_back(std::move(first));
  while (jobs.size() < kTogetherMax) {
    auto next = jobs_.try_pop();
    if (!next) break;
    jobs.push_back(*std::move(next));
  }
  std::vector<ThreatQueue::Write> writes;
  writes.reserve(jobs.size());
  for (Job& job : jobs) writes.push_back(std::move(job.write));
  const auto stored = queue_.transact(writes);
  for (const Job& job : jobs) job.done(stored);
}

bool Desk::step() {
  const bool more = tidy_ && tidy_();
  const auto stepped = queue_.step();
  if (stepped) return *stepped || more;
  log::warn("Threats cannot be moved between the tiers.", {{"error", stepped.error().detail}});
  return false;
}

}  // namespace vedette::engine
