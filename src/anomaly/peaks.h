// How high the scores of entities go: for each kind a histogram of the highest score of each entity
// and day. From it follows which threshold gives how many alarms a day. Those of lanes add up.
#pragma once

#include "anomaly/activity.h"
#include "base/codec.h"

#include <array>
#include <cstdint>
#include <optional>

namespace vedette::anomaly {

class Peaks {
 public:
  static constexpr std::size_t kBins = 100;
  static constexpr std::int64_t kDays = 8;  ///< the latest ones are kept

  /// The entity's highest score of the day (days since 1970) rises from `before` (0: it had none).
  void rise(Kind kind, std::int64_t day, float before, float now);

  /// The entity is no honest one: its peak of the day does not count.
  void withdraw(Kind kind, std::int64_t day, float peak);

  /// How many alarms a day a threshold would have given, over the days that have ended before
  /// `today`; nothing while those are fewer than kDaysMin.
  std::optional<double> alarms_per_day(Kind kind, std::int64_t today, float threshold) const;

  /// The lowest threshold in [low, high] that would have given at most `budget` alarms a day over
  /// the days that have ended before `today`; `otherwise` while those are fewer than kDaysMin.
  float threshold(Kind kind, std::int64_t today, double budget, float low, float high,
                  float otherwise) const;

  void operator+=(const Peaks& other);
  void encode(Writer& out) const;
  bool decode(Reader& in);
  bool operator==(const Peaks&) const = default;

 private:
  static constexpr std::int64_t kDaysMin = 3;
  struct Day {
    std::int64_t day = 0;
    // Modulo 2^32: where an entity has come to another lane, its peak falls in one and rises in the
    // other. What they add up to is right.
    std::array<std::array<std::uint32_t, kBins>, kKinds> counts{};
    bool operator==(const Day&) const = default;
  };
  struct Counts {
    std::array<std::uint64_t, kBins> counts{};
    std::int64_t days = 0;
  };
  Counts before(Kind kind, std::int64_t today) const;

  std::array<Day, kDays> days_{};  // day d at d mod kDays
};

}  // namespace vedette::anomaly
