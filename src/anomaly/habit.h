// Habit: at which hours of the week an entity is active, in 168 counters of four bits. An hour
// counts once however much happens in it. When a counter is full all are halved, so habits of half
// a year ago do not count any more.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace vedette::anomaly {

class Habit {
 public:
  static constexpr std::size_t kHours = 168;

  /// Monday 0:00 UTC is 0. `minute` counts since 1970, which began with a Thursday.
  static std::size_t hour_of_week(std::uint32_t minute) { return (minute / 60 + 72) % kHours; }

  /// Something happened in this hour. Call it once for each hour with events.
  void add(std::size_t hour) {
    if (at(hour) == kFull) halve();
    nibbles_[hour / 2] = static_cast<std::uint8_t>(nibbles_[hour / 2] + (1 << hour % 2 * 4));
  }

  std::uint32_t at(std::size_t hour) const { return nibbles_[hour / 2] >> hour % 2 * 4 & 15u; }

  /// How much rarer the entity is active at this hour than at its usual hours, in bits: 0 to about
  /// 3.5. Half of what counts is the hour on this day and its neighbours, half the hour on any day:
  /// who comes from Monday to Thursday at nine surprises little on a Friday at ten. 0 until there
  /// are kHabitMin active hours to speak of.
  float surprise(std::size_t hour) const;
  static constexpr std::uint32_t kHabitMin = 12;

 private:
  static constexpr std::uint32_t kFull = 15;

  /// How many active hours there were at each hour of the day. Returns how many in all.
  std::uint32_t sum_days(std::span<std::uint32_t, 24> by_hour) const;

  void halve() {
    for (std::uint8_t& two : nibbles_) two = static_cast<std::uint8_t>(two >> 1 & 0x77);
  }

  std::array<std::uint8_t, kHours / 2> nibbles_{};
};
static_assert(sizeof(Habit) == 84);

}  // namespace vedette::anomaly
