#include "anomaly/log_scale.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace vedette::anomaly {
TEST_SUITE("anomaly/log_scale") {
  TEST_CASE("logarithms are those of the library, within their error") {
    CHECK(log_scale(0.0f) == 0);
    CHECK(log_scale(1.0f) == 1);
    CHECK(log_scale(std::uint64_t{255}) == 8);
    CHECK(log_scale(std::numeric_limits<std::uint64_t>::max()) == doctest::Approx(64));
    Random random(1);
    double worst = 0;
    for (int i = 0; i < 100'000; ++i) {
      const auto x = static_cast<float>(std::exp2(random.unit() * 60) - 1);
      worst = std::max(worst, std::abs(double{log_scale(x)} - std::log2(1 + double{x})));
    }
    CHECK(worst < 2e-5);
  }

  TEST_CASE("what decays is left as the library's exponential says") {
    double worst = 0;
    for (std::uint32_t minutes = 0; minutes < 4000; ++minutes) {
      const double hour = std::exp(minutes / -60.0), day = std::exp(minutes / -1440.0);
      worst = std::max(worst, std::abs(double{decayed<kHourMinutes>(minutes)} / hour - 1));
      worst = std::max(worst, std::abs(double{decayed<kDayMinutes>(minutes)} / day - 1));
    }
    CHECK(worst < 2e-6);
    CHECK(decayed<kHourMinutes>(0) == 1);
    CHECK(decayed<kHourMinutes>(6000) == 0);
    CHECK(decayed<kDayMinutes>(std::numeric_limits<std::uint32_t>::max()) == 0);
  }

  TEST_CASE("sums do not go over the largest number") {
    CHECK(add_saturating<std::uint32_t>(0xFFFF'FFFE, 1) == 0xFFFF'FFFF);
    CHECK(add_saturating<std::uint32_t>(0xFFFF'FFFE, 2) == 0xFFFF'FFFF);
    CHECK(add_saturating<std::uint8_t>(255, 255) == 255);
    CHECK(add_saturating<std::uint8_t>(7, 8) == 15);
  }
}
}  // namespace vedette::anomaly
