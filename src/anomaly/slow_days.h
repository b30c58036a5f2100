// SlowDays: thirty days in two bytes each, for what is slow on purpose: a few attempts a day for
// weeks. Of each day: whether there was anything, failures, and values never seen before, the last
// two in steps of a quarter of an octave (exact up to 8, at most 12 % off beyond). Today is counted
// exactly. Time may go back: a day that is left and entered again goes on from what was
// kept of it; what is older than thirty days before the newest day is not counted.
#pragma once

#include "anomaly/log_scale.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace vedette::anomaly {

class SlowDays {
 public:
  static constexpr std::uint32_t kDays = 30;

  struct Sum {
    std::uint32_t active_days = 0;  ///< 0 to 30
    std::uint64_t failures = 0;
    std::uint64_t newcomers = 0;
    std::uint64_t newcomers_2d = 0;  ///< of today and the day before
    /// Entropy of the failures over the days by log2 of 30: 0 when all were on one day, 1 when each
    /// of the thirty days had as many.
    float evenness = 0;
  };

  std::uint16_t day() const { return day_; }  ///< since 1970; 0: nothing came yet
  /// What is added from now on is of this day, not 0.
  void go_to(std::uint16_t day) {
    if (day != day_) leave_for(day);
  }
  void add(std::uint32_t failures, std::uint32_t newcomers) {
    failures_ = add_saturating(failures_, failures);
    newcomers_ = static_cast<std::uint16_t>(std::min(newcomers_ + newcomers, 65535u));
  }
  Sum sum() const;
  bool sane() const;

 private:
  bool counted() const { return day_ + kDays > newest_; }
  void leave_for(std::uint16_t day);
  void keep_today();

  std::uint32_t failures_ = 0;   // today's
  std::uint16_t newcomers_ = 0;  // today's
  std::uint16_t day_ = 0;
  std::uint16_t newest_ = 0;
  std::uint16_t unused_ = 0;                 // no padding: profiles are stored as their bytes
  std::array<std::uint16_t, kDays> days_{};  // by the day modulo thirty; today's is not up to date
};
static_assert(sizeof(SlowDays) == 72);

}  // namespace vedette::anomaly
