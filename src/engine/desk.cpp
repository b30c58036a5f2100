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
  bool more_steps = true;
  for (;;) {
    auto job = more_steps ? jobs_.try_pop() : jobs_.pop_for(kBetweenSteps);
    if (job) {
      make(*std::move(job));
    } else if (jobs_.closed()) {
      return;
    }
    more_steps = step();
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
