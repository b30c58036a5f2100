#include "anomaly/slow_days.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>

namespace vedette::anomaly {
namespace {

/// The same with every day of all time kept exactly.
struct Truth {
  struct Day {
    std::uint64_t failures = 0, newcomers = 0;
  };
  std::map<std::uint32_t, Day> days;
  std::uint32_t newest = 0;

  void add(std::uint32_t day, std::uint32_t failures, std::uint32_t newcomers) {
    newest = std::max(newest, day);
    if (day + SlowDays::kDays <= newest) return;
    days[day].failures += failures;
    days[day].newcomers += newcomers;
  }
  SlowDays::Sum sum() const {
    SlowDays::Sum sum;
    for (const auto& [day, counts] : days) {
      if (day + SlowDays::kDays <= newest) continue;
      ++sum.active_days;
      sum.failures += counts.failures;
      sum.newcomers += counts.newcomers;
      if (day + 2 > newest) sum.newcomers_2d += counts.newcomers;
    }
    double entropy = 0;
    for (const auto& [day, counts] : days) {
      if (day + SlowDays::kDays <= newest || counts.failures == 0) continue;
      const double part = static_cast<double>(counts.failures) / static_cast<double>(sum.failures);
      entropy -= part * std::log2(part);
    }
    sum.evenness = static_cast<float>(entropy / std::log2(SlowDays::kDays));
    return sum;
  }
};

TEST_SUITE("anomaly/slow_days") {
  TEST_CASE("thirty days are what keeping all of them says, within 12 %") {
    Random random(8);
    for (int round = 0; round < 30; ++round) {
      SlowDays slow;
      Truth truth;
      std::uint32_t day = 20'000;
      const std::uint32_t most = 1u << random.below(16);
      for (int i = 0; i < 300; ++i) {
        if (random.chance(0.3)) day += random.chance(0.1) ? random.below(50) : 1;
        const std::uint32_t failures = random.below(most), newcomers = random.below(5);
        slow.go_to(static_cast<std::uint16_t>(day));
        slow.add(failures, newcomers);
        truth.add(day, failures, newcomers);
        const SlowDays::Sum sum = slow.sum(), exact = truth.sum();
        CHECK(sum.active_days == exact.active_days);
        CHECK(static_cast<double>(sum.failures) ==
              doctest::Approx(static_cast<double>(exact.failures)).epsilon(0.12));
        CHECK(static_cast<double>(sum.newcomers) ==
              doctest::Approx(static_cast<double>(exact.newcomers)).epsilon(0.12));
        CHECK(static_cast<double>(sum.newcomers_2d) ==
              doctest::Approx(static_cast<double>(exact.newcomers_2d)).epsilon(0.12));
        CHECK(std::abs(sum.evenness - exact.evenness) < 0.02);
        CHECK(slow.sane());
      }
    }
  }

  TEST_CASE("days may come in any order; those left for long are not counted") {
    Random random(9);
    for (int round = 0; round < 50; ++round) {
      SlowDays slow;
      Truth truth;
      for (int i = 0; i < 200; ++i) {
        const std::uint32_t day = 20'000 + random.below(45);
        slow.go_to(static_cast<std::uint16_t>(day));
        slow.add(1, 0);
        truth.add(day, 1, 0);
        CHECK(slow.sum().active_days == truth.sum().active_days);
        CHECK(slow.sane());
      }
      // Each time a day is left, what it has is rounded.
      const auto exact = static_cast<double>(truth.sum().failures);
      CHECK(static_cast<double>(slow.sum().failures) == doctest::Approx(exact).epsilon(0.25));
    }
  }

  TEST_CASE("a day that is left and entered again has what it had") {
    SlowDays slow;
    for (std::uint32_t failures = 0; failures < 3000; failures += 1 + failures / 7) {
      slow = {};
      slow.go_to(100);
      slow.add(failures, 3);
      slow.go_to(101);
      const SlowDays::Sum once = slow.sum();
      for (int i = 0; i < 20; ++i) slow.go_to(static_cast<std::uint16_t>(i % 2 == 0 ? 100 : 101));
      CHECK(slow.sum().failures == once.failures);
      CHECK(slow.sum().newcomers == 3);
      if (failures <= 8) CHECK(once.failures == failures);
    }
  }

  TEST_CASE("a few a day for weeks is even, a thousand on one day is not") {
    SlowDays slow, loud;
    for (std::uint16_t day = 1000; day < 1030; ++day) {
      slow.go_to(day);
      slow.add(3, 1);
    }
    loud.go_to(1000);
    loud.add(1000, 1);
    CHECK(slow.sum().active_days == 30);
    CHECK(slow.sum().failures == 90);
    CHECK(slow.sum().newcomers == 30);
    CHECK(slow.sum().evenness == doctest::Approx(1).epsilon(0.001));
    CHECK(loud.sum().evenness < 0.001f);
  }

  TEST_CASE("counts stop at the largest number") {
    SlowDays slow;
    for (std::uint16_t day = 65'500; day < 65'535; ++day) {
      slow.go_to(day);
      for (int i = 0; i < 3; ++i) slow.add(std::numeric_limits<std::uint32_t>::max(), 60'000);
    }
    CHECK(slow.sum().failures > std::uint64_t{30} << 31);
    CHECK(slow.sum().newcomers > 30 * 55'000);
    CHECK(slow.sum().evenness <= 1);
    CHECK(slow.sane());
  }
}

}  // namespace
}  // namespace vedette::anomaly
