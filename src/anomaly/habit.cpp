#include "anomaly/habit.h"

#include "anomaly/log_scale.h"

#include <algorithm>

namespace vedette::anomaly {

std::uint32_t Habit::sum_days(std::span<std::uint32_t, 24> by_hour) const {
  // Twelve bytes a day; sums of seven nibbles fit into a byte.
  constexpr std::size_t kBytes = 12;
  std::array<std::uint8_t, kBytes> even{}, odd{};
  for (std::size_t day = 0; day < 7; ++day) {
    for (std::size_t i = 0; i < kBytes; ++i) {
      const std::uint8_t two = nibbles_[day * kBytes + i];
      even[i] = static_cast<std::uint8_t>(even[i] + (two & 15));
      odd[i] = static_cast<std::uint8_t>(odd[i] + (two >> 4));
    }
  }
  std::uint32_t total = 0;
  for (std::size_t i = 0; i < kBytes; ++i) {
    by_hour[2 * i] = even[i];
    by_hour[2 * i + 1] = odd[i];
    total += std::uint32_t{even[i]} + odd[i];
  }
  return total;
}

float Habit::surprise(std::size_t hour) const {
  // Of all days; before the first hour stands the last one, behind the last one the first, so that
  // neighbours need no modulo.
  std::array<std::uint32_t, 26> by_hour;
  const std::uint32_t total = sum_days(std::span(by_hour).subspan<1, 24>());
  if (total < kHabitMin) return 0;
  by_hour[0] = by_hour[24];
  by_hour[25] = by_hour[1];
  // An hour, twice, and its neighbours.
  const auto of_any_day = [&](std::size_t i) {
    return by_hour[i] + 2 * by_hour[i + 1] + by_hour[i + 2];
  };
  const std::uint32_t of_this_day =
      at((hour + kHours - 1) % kHours) + 2 * at(hour) + at((hour + 1) % kHours);
  const float here = static_cast<float>(7 * of_this_day + of_any_day(hour % 24)) / (2 * 4 * 7);
  // The mean over the hours at which the entity is active.
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < 24; ++i) sum += by_hour[i + 1] * of_any_day(i);
  const float usual = static_cast<float>(sum) / static_cast<float>(4 * 7 * total);
  return std::max(0.0f, log_scale(usual) - log_scale(here));
}

}  // namespace vedette::anomaly
