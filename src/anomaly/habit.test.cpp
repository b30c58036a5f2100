#include "anomaly/habit.h"

#include "anomaly/testing.h"
#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vedette::anomaly {
namespace {

std::uint32_t minute_at(int day, int hour) {
  using namespace testing;  // NOLINT(google-build-using-namespace)
  return static_cast<std::uint32_t>((kMonday + day * kDay + hour * kHour) / kMinute);
}

/// Monday to Friday from 9 to 17, for some weeks.
Habit office(int weeks) {
  Habit habit;
  for (int day = 0; day < 7 * weeks; ++day) {
    for (int hour = 9; day % 7 < 5 && hour < 17; ++hour) {
      habit.add(Habit::hour_of_week(minute_at(day, hour)));
    }
  }
  return habit;
}

TEST_SUITE("anomaly/habit") {
  TEST_CASE("the hour of the week begins on Monday") {
    CHECK(Habit::hour_of_week(minute_at(0, 0)) == 0);
    CHECK(Habit::hour_of_week(minute_at(0, 0) + 59) == 0);
    CHECK(Habit::hour_of_week(minute_at(6, 23)) == 167);
    CHECK(Habit::hour_of_week(0) == 3 * 24);  // 1 January 1970, a Thursday
  }

  TEST_CASE("counters count and are halved together when one is full") {
    Random random(7);
    Habit habit;
    std::array<std::uint32_t, Habit::kHours> truth{};
    for (int i = 0; i < 20'000; ++i) {
      const std::size_t hour = random.below(random.chance(0.5) ? 168 : 12);
      if (truth[hour] == 15) {
        for (std::uint32_t& count : truth) count /= 2;
      }
      ++truth[hour];
      habit.add(hour);
      CHECK(habit.at(hour) == truth[hour]);
    }
    for (std::size_t hour = 0; hour < Habit::kHours; ++hour) CHECK(habit.at(hour) == truth[hour]);
  }

  TEST_CASE(
      "nights and weekends surprise of those who work by day, more the longer one knows them") {
    const Habit known = office(8);
    const float night = known.surprise(Habit::hour_of_week(minute_at(2, 3)));
    const float sunday = known.surprise(Habit::hour_of_week(minute_at(6, 11)));
    CHECK(known.surprise(Habit::hour_of_week(minute_at(2, 11))) < 0.1f);
    CHECK(known.surprise(Habit::hour_of_week(minute_at(2, 17))) < night - 0.5f);
    CHECK(night > 2);
    CHECK(sunday > 0.5f);
    CHECK(sunday < night);
    CHECK(office(2).surprise(Habit::hour_of_week(minute_at(2, 3))) < night);
  }

  TEST_CASE("nothing surprises without a habit, nor of what is always active") {
    Habit habit;
    CHECK(habit.surprise(5) == 0);
    for (std::size_t i = 0; i + 1 < Habit::kHabitMin; ++i) habit.add(9);
    CHECK(habit.surprise(3) == 0);
    Habit always;
    for (int i = 0; i < 5000; ++i) always.add(static_cast<std::size_t>(i) % Habit::kHours);
    for (std::size_t hour = 0; hour < Habit::kHours; ++hour) CHECK(always.surprise(hour) < 0.2f);
  }

  TEST_CASE("surprise is what counting hour by hour gives") {
    Random random(4);
    for (int round = 0; round < 200; ++round) {
      Habit habit;
      for (std::uint32_t i = random.below(300); i > 0; --i) habit.add(random.below(Habit::kHours));
      std::array<double, 24> by_hour{};
      double total = 0;
      for (std::size_t i = 0; i < Habit::kHours; ++i) {
        by_hour[i % 24] += habit.at(i);
        total += habit.at(i);
      }
      if (total < Habit::kHabitMin) continue;
      const auto around = [&](std::size_t i) {
        return by_hour[(i + 23) % 24] + 2 * by_hour[i % 24] + by_hour[(i + 1) % 24];
      };
      double usual = 0;
      for (std::size_t i = 0; i < 24; ++i) usual += by_hour[i] * around(i) / (28 * total);
      for (std::size_t hour = 0; hour < Habit::kHours; ++hour) {
        const double day =
            habit.at((hour + 167) % 168) + 2.0 * habit.at(hour) + habit.at((hour + 1) % 168);
        const double here = (7 * day + around(hour)) / 56;
        const double bits = std::max(0.0, std::log2(1 + usual) - std::log2(1 + here));
        CHECK(habit.surprise(hour) == doctest::Approx(bits).epsilon(1e-4).scale(1));
      }
    }
  }

  TEST_CASE("a habit that has changed is no surprise for long") {
    Habit habit = office(10);
    for (int day = 70; day < 70 + 7 * 16; ++day) habit.add(Habit::hour_of_week(minute_at(day, 3)));
    CHECK(habit.surprise(Habit::hour_of_week(minute_at(2, 3))) < 0.2f);
  }
}

}  // namespace
}  // namespace vedette::anomaly
