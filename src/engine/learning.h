// Learning: trains models of what the lanes have seen, on a thread of its own. When the time of the
// stream says so, each lane hands over a lesson, at the same event; some minutes of the stream
// later all adopt what was learned, again at the same event. So the outcome depends neither on
// threads nor on how fast they are. A barrier between the two stores what was learned and is not
// adopted yet.
#pragma once

#include "anomaly/learned.h"
#include "base/mutex.h"
#include "engine/stats.h"
#include "engine/threat_queue.h"

#include <cstdint>
#include <memory>
#include <thread>
#include <vector>

namespace vedette::engine {

class Learning {
 public:
  /// `queue`: whose resolutions to learn from; null for none.
  Learning(const anomaly::LearningOptions& options, std::size_t lanes, ThreatQueue* queue,
           Stats& stats);
  ~Learning();

  const anomaly::LearningOptions& options() const { return options_; }

  /// A lane's part of the next lesson; all lanes give the same `before` and `hour`. When the last
  /// one has, training begins. Returns the number of the lesson.
  std::uint64_t submit(anomaly::Lesson lesson, std::shared_ptr<const anomaly::Learned> before,
                       std::int64_t hour) EXCLUDES(mutex_);
  /// What followed from this lesson, the last one that the calling lane gave: waits for the others
  /// to give it, and for the training.
  std::shared_ptr<const anomaly::Learned> wait(std::uint64_t lesson) EXCLUDES(mutex_);

 private:
  void train();
  /// What people taught; how right alarms were by that is published.
  anomaly::Labels labels() const;
  void publish(const anomaly::Learned& before, const anomaly::Learned& learned) const;

  const anomaly::LearningOptions options_;
  const std::size_t lanes_;
  ThreatQueue* queue_;
  Stats& stats_;
  Mutex mutex_;
  Condition changed_;
  std::vector<anomaly::Lesson> lessons_ GUARDED_BY(mutex_);
  std::shared_ptr<const anomaly::Learned> before_ GUARDED_BY(mutex_);
  std::int64_t hour_ GUARDED_BY(mutex_) = 0;
  std::shared_ptr<const anomaly::Learned> learned_ GUARDED_BY(mutex_);
  std::uint64_t learned_lesson_ GUARDED_BY(mutex_) = 0;  // that it follows from
  bool ended_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // the last member: it uses the others
};

/// Whether a person should look: the model changed its mind, or the world did.
bool has_drifted(const Stats::Behaviour& behaviour);

/// So that anybody can see it.
void publish_learned(const anomaly::Learned& learned, Stats& stats);

}  // namespace vedette::engine
