#include "anomaly/sorted_columns.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

using namespace vedette;
using namespace vedette::anomaly;

TEST_SUITE("anomaly/sorted_columns") {
  TEST_CASE("numbers come out as std::sort has them, few or many, alike or not") {
    Random random(3);
    for (const std::size_t size : {0u, 1u, 2u, 511u, 512u, 513u, 2000u, 10'000u}) {
      for (const std::uint32_t different : {1u, 2u, 300u, 1'000'000'000u}) {
        std::vector<float> values(size);
        for (float& value : values) {
          value = (static_cast<float>(random.below(different)) - 100) / 512;
          if (random.chance(0.01)) value = -value * 1e30f;
          if (random.chance(0.01)) value = std::numeric_limits<float>::denorm_min();
        }
        std::vector<float> expected = values;
        std::ranges::sort(expected);
        radix_sort(values);
        CHECK(values == expected);
      }
    }
  }

  TEST_CASE("what is no number is left out, and infinity is the largest float") {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    const std::vector<float> values{3, kNan, kNan,       //
                                    1, kNan, kInfinity,  //
                                    2, kNan, -kInfinity};
    const SortedColumns sorted({values, 3});
    REQUIRE(sorted.columns() == 3);
    CHECK(std::ranges::equal(sorted.column(0), std::vector<float>{1, 2, 3}));
    CHECK(sorted.column(1).empty());
    constexpr float kLargest = std::numeric_limits<float>::max();
    CHECK(std::ranges::equal(sorted.column(2), std::vector<float>{-kLargest, kLargest}));
  }

  TEST_CASE("what is kept in steps is sorted as the numbers it stands for") {
    Random random(7);
    for (const std::size_t rows : {0u, 1u, 2u, 300u, 4000u}) {
      for (const std::uint32_t different : {1u, 2u, 500u, 65'536u}) {
        constexpr std::size_t kColumns = 3;
        std::vector<std::int16_t> steps(rows * kColumns);
        std::vector<float> numbers;
        for (std::int16_t& step : steps) {
          step = static_cast<std::int16_t>(random.below(different) - different / 2);
          numbers.push_back(static_cast<float>(step) / 512);
        }
        const SortedColumns counted = SortedColumns::of_steps(steps, kColumns, 512);
        const SortedColumns sorted({numbers, kColumns});
        REQUIRE(counted.columns() == kColumns);
        for (std::size_t c = 0; c < kColumns; ++c) {
          CHECK(std::ranges::equal(counted.column(c), sorted.column(c)));
        }
      }
    }
  }
}
