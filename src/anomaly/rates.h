// Rates: how many events and failures there were in the last one and five minutes (exact, by
// minutes of the clock), the last hour and the last day (sums in which each weighs e^(-age / hour)
// or e^(-age / day)). Counters saturate.
#pragma once

#include "anomaly/log_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace vedette::anomaly {

class Rates {
 public:
  static constexpr std::uint32_t kMinutes = 5;

  struct Count {
    std::uint32_t events = 0;
    std::uint32_t failures = 0;
    void add(Count other) {
      events = add_saturating(events, other.events);
      failures = add_saturating(failures, other.failures);
    }
  };
  struct Sum {
    float events = 0;
    float failures = 0;
  };

  /// What is left of sums when some minutes have passed.
  struct Left {
    explicit Left(std::uint32_t minutes)
        : hour(decayed<kHourMinutes>(minutes)), day(decayed<kDayMinutes>(minutes)) {}
    float hour;
    float day;
  };

  /// Time goes on from one minute to a later one; `left` is of the difference.
  void advance(std::uint32_t from, std::uint32_t to, const Left& left) {
    const std::uint32_t passed = to - from;
    fold(hour_, minutes_[from % kMinutes], left.hour);
    fold(day_, minutes_[from % kMinutes], left.day);
    for (std::uint32_t i = 1; i <= std::min(passed, kMinutes); ++i) {
      minutes_[(from + i) % kMinutes] = {};
    }
  }

  /// Time goes back to an earlier minute: the five minutes begin anew, and the sums of what is
  /// shorter than the way back.
  void go_back(std::uint32_t from, std::uint32_t to) {
    advance(from, from + kMinutes, Left(kMinutes));
    if (from - to > kHourMinutes) hour_ = {};
    if (from - to > kDayMinutes) day_ = {};
  }

  /// Something happened in `minute`, which is `now` or one of the four before it.
  void add(std::uint32_t minute, std::uint32_t now, Count count) {
    minutes_[minute % kMinutes].add(count);
    if (minute == now) return;  // advance() will take it into the sums
    const Left left(now - minute);
    add_late(hour_, count, left.hour);
    add_late(day_, count, left.day);
  }

  Count minute(std::uint32_t now) const { return minutes_[now % kMinutes]; }
  Count five_minutes() const {
    Count sum;
    for (const Count& one : minutes_) sum.add(one);
    return sum;
  }
  Sum hour(std::uint32_t now) const { return with(hour_, minute(now)); }
  Sum day(std::uint32_t now) const { return with(day_, minute(now)); }

  /// The most events in one of the five minutes.
  std::uint32_t busiest_minute() const {
    std::uint32_t most = 0;
    for (const Count& one : minutes_) most = std::max(most, one.events);
    return most;
  }
  /// Those of the five minutes of the clock to which `now` belongs: 10:00 to 10:04, for example.
  Count window(std::uint32_t now) const {
    Count sum;
    for (std::uint32_t i = 0; i <= now % kMinutes; ++i) sum.add(minutes_[i]);
    return sum;
  }

  bool sane() const { return all_sane({hour_.events, hour_.failures, day_.events, day_.failures}); }

 private:
  static Sum with(Sum sum, Count count) {
    return {.events = sum.events + static_cast<float>(count.events),
            .failures = sum.failures + static_cast<float>(count.failures)};
  }
  static void fold(Sum& sum, Count count, float left) {
    sum = with(sum, count);
    sum.events *= left;
    sum.failures *= left;
  }
  static void add_late(Sum& sum, Count count, float left) {
    sum.events += left * static_cast<float>(count.events);
    sum.failures += left * static_cast<float>(count.failures);
  }
  static bool all_sane(std::array<float, 4> sums) {
    return std::ranges::all_of(sums, [](float sum) { return sum >= 0 && sum < 0x1p60f; });
  }

  std::array<Count, kMinutes> minutes_{};  // by the minute modulo five
  Sum hour_, day_;                         // without the minute that runs
};
static_assert(sizeof(Rates) == 56);

}  // namespace vedette::anomaly
