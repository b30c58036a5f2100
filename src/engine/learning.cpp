#include "engine/learning.h"

#include "base/clock.h"
#include "base/log.h"
#include "engine/resolutions.h"
#include "engine/thread.h"

#include <utility>

namespace vedette::engine {
namespace {

constexpr std::size_t kResolutionsMax = 1000;
constexpr float kScoreDriftMax = 0.1f, kFeatureDriftMax = 1.0f;

}  // namespace

Learning::Learning(const anomaly::LearningOptions& options, std::size_t lanes, ThreatQueue* queue,
                   Stats& stats)
    : options_(options), lanes_(lanes), queue_(queue), stats_(stats) {
  thread_ = start_thread("vd-learn", [this] { train(); });
}

Learning::~Learning() {
  {
    MutexLock guard(mutex_);
    ended_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::uint64_t Learning::submit(anomaly::Lesson lesson,
                               std::shared_ptr<const anomaly::Learned> before, std::int64_t hour) {
  MutexLock guard(mutex_);
  if (lessons_.empty()) before_ = std::move(before);
  lessons_.push_back(std::move(lesson));
  hour_ = hour;
  changed_.notify_all();
  return learned_lesson_ + 1;
}

std::shared_ptr<const anomaly::Learned> Learning::wait(std::uint64_t lesson) {
  MutexLock guard(mutex_);
  while (learned_lesson_ < lesson) changed_.wait(mutex_);
  // There is no later one yet: it needs this lane's part.
  return learned_;
}

void Learning::train() {
  (void)labels();  // what people made of earlier alarms can be seen from the start
  for (;;) {
    std::vector<anomaly::Lesson> lessons;
    std::shared_ptr<const anomaly::Learned> before;
    std::int64_t hour = 0;
    {
      MutexLock guard(mutex_);
      while (!ended_ && lessons_.size() < lanes_) changed_.wait(mutex_);
      if (ended_) return;
      lessons = std::exchange(lessons_, {});
      before = before_;
      hour = hour_;
    }
    const double started = monotonic_seconds();
    auto learned = std::make_shared<const anomaly::Learned>(
        anomaly::learn(*before, std::move(lessons), labels(), hour, options_));
    Stats::add(stats_.learning_microseconds,
               static_cast<std::uint64_t>((monotonic_seconds() - started) * 1e6));
    publish(*before, *learned);
    {
      MutexLock guard(mutex_);
      learned_ = std::move(learned);
      ++learned_lesson_;
    }
    changed_.notify_all();
  }
}

anomaly::Labels Learning::labels() const {
  if (queue_ == nullptr) return {};
  auto found = resolutions(*queue_, kResolutionsMax);
  if (!found) {
    log::warn("Resolutions cannot be read; nothing is learned from them this time.",
              {{"error", found.error().detail}});
    return {};
  }
  const Outcomes& outcomes = found->outcomes;
  stats_.resolved = outcomes.all();
  stats_.precision = outcomes.precision();
  stats_.recall = outcomes.recall();
  stats_.false_alarm_rate = outcomes.false_alarm_rate();
  stats_.accuracy = outcomes.accuracy();
  return std::move(found->labels);
}

void Learning::publish(const anomaly::Learned& before, const anomaly::Learned& learned) const {
  publish_learned(learned, stats_);
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
    const anomaly::Lore& lore = learned.kinds[k];
    if (lore.id == before.kinds[k].id) continue;
    Stats::add(stats_.models_trained, 1);
    if (queue_ == nullptr) continue;  // a scan says it in its report
    if (before.kinds[k].id == 0) {
      log::info("Enough is known of what is usual; from now on what is not is an alarm.",
                {{"of", to_string(static_cast<anomaly::Kind>(k))}});
    }
    if (!has_drifted(stats_.behaviour[k])) continue;
    log::warn("What is usual has changed.",
              {{"of", to_string(static_cast<anomaly::Kind>(k))},
               {"score_drift", fmt::format("{:.3f}", lore.score_drift)},
               {"feature_drift", fmt::format("{:.2f}", lore.feature_drift)}});
  }
}

bool has_drifted(const Stats::Behaviour& behaviour) {
  return behaviour.score_drift >= kScoreDriftMax || behaviour.feature_drift >= kFeatureDriftMax;
}

void publish_learned(const anomaly::Learned& learned, Stats& stats) {
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
    const anomaly::Lore& lore = learned.kinds[k];
    Stats::Behaviour& its = stats.behaviour[k];
    its.model = lore.id;
    its.trained_hour = lore.trained_hour;
    its.progress = lore.progress;
    its.threshold = lore.threshold;
    its.score_drift = lore.score_drift;
    its.feature_drift = lore.feature_drift;
  }
}

}  // namespace vedette::engine
