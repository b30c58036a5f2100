// The engine's counters, written by its threads and read by anyone at any time (progress,
// /metrics).
#pragma once

#include "anomaly/activity.h"
#include "base/clock.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

namespace vedette::engine {

/// Where time goes: the first three are the workers', of which the last tells how entities behave,
/// too; then the lanes', which is profiles, attempts, correlations and threats, and scores.
enum class Stage : std::uint8_t { Decode, Match, Route, Observe, Anomalies };
inline constexpr auto kStageNames =
    std::to_array<std::string_view>({"decode", "match", "route", "observe", "anomalies"});

struct Stats {
  // Independent counters: readers want recent values, no order between them, so all use is relaxed.
  using Count = std::atomic<std::uint64_t>;
  Count bytes{0}, lines{0}, events{0}, undecoded{0}, truncated{0}, filtered{0};
  Count matches{0}, observations{0}, hits{0}, findings{0}, findings_hidden{0};
  Count batches{0};
  Count entities{0}, entities_evicted{0}, groups{0}, groups_evicted{0}, threats_in_memory{0};
  Count commits{0}, commit_failures{0};

  // Anomalies.
  Count profiles{0}, profiles_evicted{0}, vectors_scored{0}, anomalies{0};
  Count models_trained{0}, learning_microseconds{0};
  /// What was learned of one kind of entity.
  struct Behaviour {
    std::atomic<std::uint64_t> model{0};  ///< id; 0: it is still being learned
    std::atomic<std::int64_t> trained_hour{0};
    std::atomic<float> progress{0}, threshold{0}, score_drift{0}, feature_drift{0};
  };
  std::array<Behaviour, anomaly::kKinds> behaviour;
  /// Of the threats that people closed last: see Outcomes.
  std::atomic<std::uint64_t> resolved{0};
  std::atomic<double> precision{1}, recall{1}, false_alarm_rate{0}, accuracy{1};
  std::atomic<bool> store_failing{false};
  std::atomic<bool> ready{false};

  /// Nanoseconds that all threads together spent in each stage. Waiting for a queue is left out,
  /// waiting for what is being learned is not.
  std::array<Count, kStageNames.size()> stage_ns{};

  /// Commits should come at once for so many seconds: somebody waits for one.
  void commit_soon(double seconds) { soon_until = monotonic_seconds() + seconds; }
  bool commits_soon() const { return monotonic_seconds() < soon_until; }
  std::atomic<double> soon_until{0};

  static void add(Count& count, std::uint64_t by) {
    count.fetch_add(by, std::memory_order_relaxed);
  }
  static std::uint64_t get(const Count& count) { return count.load(std::memory_order_relaxed); }
};

/// Tells a thread's stages apart, by one look at the clock for each stage of a batch.
class StageClock {
 public:
  explicit StageClock(Stats& stats) : stats_(stats) {}
  /// All since the construction, or the stage before, was this one.
  void ended(Stage stage) {
    const auto now = std::chrono::steady_clock::now();
    Stats::add(stats_.stage_ns[static_cast<std::size_t>(stage)],
               static_cast<std::uint64_t>(std::chrono::nanoseconds(now - since_).count()));
    since_ = now;
  }

 private:
  Stats& stats_;
  std::chrono::steady_clock::time_point since_ = std::chrono::steady_clock::now();
};

}  // namespace vedette::engine
