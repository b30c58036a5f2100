#include "anomaly/forest.h"

#include "anomaly/testing_rows.h"
#include "base/hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace vedette::anomaly {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

Forest fitted(const Rows& rows, const ForestOptions& options = {}) {
  return *Forest::fit(rows.matrix(), options);
}
std::vector<float> scored(const Forest& forest, const Rows& rows,
                          Instructions with = Instructions::Portable) {
  std::vector<float> scores(rows.matrix().rows());
  forest.score(rows.matrix(), scores, with);
  return scores;
}
std::string encoded(const Forest& forest) {
  std::string bytes;
  Writer out(bytes);
  forest.encode(out);
  return bytes;
}

/// Numbers that break things: none, infinite, largest, tiny, equal ones.
Rows hostile(std::size_t rows, std::size_t columns, std::uint64_t seed) {
  constexpr float kOdd[] = {kNan, kInfinity, -kInfinity, 0, -0.0f, 1e-44f, 3e38f, -3e38f, 1, 1};
  Random random(seed);
  Rows made = cloud(rows, columns, seed);
  for (float& value : made.values) {
    if (random.chance(0.3)) value = kOdd[random.below(std::size(kOdd))];
    if (random.chance(0.2)) value = std::floor(value);
  }
  return made;
}

}  // namespace

TEST_SUITE("anomaly/forest") {
  TEST_CASE("what is far from the rest scores higher than what is not") {
    for (const Cut cut : {Cut::Axis, Cut::Plane}) {
      Rows rows = cloud(1000, 4);
      for (std::size_t c = 0; c < 4; ++c) rows.values[c] = 8;
      const auto scores = scored(fitted(rows, {.cut = cut}), rows);
      CHECK(std::max_element(scores.begin(), scores.end()) == scores.begin());
      CHECK(scores[0] > 0.7f);
      std::vector<float> sorted = scores;
      std::nth_element(sorted.begin(), sorted.begin() + 500, sorted.end());
      CHECK(sorted[500] > 0.35f);
      CHECK(sorted[500] < 0.5f);
    }
  }

  TEST_CASE("c(n) is the mean length of an unsuccessful search") {
    const auto lengths = average_lengths(256);
    CHECK(lengths[0] == 0);
    CHECK(lengths[1] == 0);
    CHECK(lengths[2] == 1);
    CHECK(lengths[3] == doctest::Approx(5.0 / 3));
    // The mean over all places of the first key of 1 + the mean over both sides.
    for (std::size_t n = 3; n <= 256; ++n) {
      double sum = 0;
      for (std::size_t left = 1; left < n; ++left) {
        const auto l = static_cast<double>(left), r = static_cast<double>(n - left);
        sum += 1 + (l * lengths[left] + r * lengths[n - left]) / static_cast<double>(n);
      }
      CHECK(lengths[n] == doctest::Approx(sum / static_cast<double>(n - 1)));
    }
  }

  TEST_CASE("all instruction sets give the same bits") {
    std::size_t compared = 0;
    for (std::uint64_t seed = 0; seed < 24; ++seed) {
      Random random(seed);
      const std::size_t columns = seed % 4 == 0 ? 40 : random.between(1, 9);
      const Rows train = hostile(random.between(1, 3000), columns, seed);
      const Forest forest = fitted(train, {.trees = random.between(1, 40),
                                           .samples = std::size_t{1} << random.below(12),
                                           .cut = seed % 2 == 0 ? Cut::Axis : Cut::Plane,
                                           .seed = seed});
      const Rows rows = hostile(random.between(1, 1500), columns, seed + 100);
      for (const Rows& some : {train, rows}) {  // values of the training are ties at thresholds
        const auto scores = scored(forest, some);
        for (const float score : scores) CHECK((score > 0 && score < 1));
        for (const Instructions with : {Instructions::Avx2, Instructions::Avx512}) {
          if (!has_instructions(with)) continue;
          CHECK(scored(forest, some, with) == scores);
          ++compared;
        }
      }
    }
    if (compared == 0) MESSAGE("skipped: this processor has neither AVX2 nor AVX-512");
  }

  TEST_CASE("a row scores the same alone and among others") {
    const Rows rows = cloud(700, 5);
    const Forest forest = fitted(rows, {.cut = Cut::Plane});
    std::vector<float> all(700), one(1);
    forest.score(rows.matrix(), all);
    for (std::size_t i = 0; i < 700; i += 13) {
      forest.score({.values = rows.matrix().row(i), .columns = 5}, one);
      CHECK(one[0] == all[i]);
    }
  }

  TEST_CASE("the same seed gives the same forest everywhere, another seed another one") {
    const Rows rows = hostile(2000, 6, 7);
    const auto bytes = [&](std::uint64_t seed, Cut cut) {
      return encoded(fitted(rows, {.trees = 20, .cut = cut, .seed = seed}));
    };
    CHECK(bytes(1, Cut::Axis) == bytes(1, Cut::Axis));
    CHECK(bytes(1, Cut::Axis) != bytes(2, Cut::Axis));
    // Made once, on one machine: whoever else makes them must get the same.
    CHECK(hash64(bytes(1, Cut::Axis)) == 649333142755004018u);
    CHECK(hash64(bytes(1, Cut::Plane)) == 5323732974478431372u);
  }

  TEST_CASE("a forest is the same after it was encoded") {
    for (const Cut cut : {Cut::Axis, Cut::Plane}) {
      const Rows rows = hostile(3000, 7, 5);
      const Forest forest = fitted(rows, {.trees = 30, .samples = 700, .cut = cut});
      const std::string bytes = encoded(forest);
      Reader in(bytes);
      const auto read = Forest::decode(in);
      REQUIRE(read);
      CHECK(in.done());
      CHECK(encoded(*read) == bytes);
      CHECK(scored(*read, rows) == scored(forest, rows));
    }
  }

  TEST_CASE("what is no number counts as the median, infinity as the largest float") {
    Rows rows = cloud(999, 3);
    for (const Cut cut : {Cut::Axis, Cut::Plane}) {
      const Forest forest = fitted(rows, {.cut = cut});
      std::vector<float> medians;
      for (std::size_t c = 0; c < 3; ++c) {
        std::vector<float> column;
        for (std::size_t i = 0; i < 999; ++i) column.push_back(rows.values[3 * i + c]);
        std::nth_element(column.begin(), column.begin() + 499, column.end());
        medians.push_back(column[499]);
      }
      const Rows odd{.values = {kNan, kNan, kNan, kInfinity, 0, -kInfinity}, .columns = 3};
      constexpr float kMax = std::numeric_limits<float>::max();
      const Rows plain{.values = {medians[0], medians[1], medians[2], kMax, 0, -kMax},
                       .columns = 3};
      CHECK(scored(forest, odd) == scored(forest, plain));
    }
  }

  TEST_CASE("rows that cannot be told apart all score a half") {
    for (const Cut cut : {Cut::Axis, Cut::Plane}) {
      for (const std::size_t count : {1u, 2u, 1000u}) {
        const Rows same{.values = std::vector<float>(3 * count, 7), .columns = 3};
        for (const float score : scored(fitted(same, {.cut = cut}), same)) CHECK(score == 0.5f);
        const Rows none{.values = std::vector<float>(3 * count, kNan), .columns = 3};
        for (const float score : scored(fitted(none, {.cut = cut}), none)) CHECK(score == 0.5f);
      }
    }
  }

  TEST_CASE("a constant column changes nothing but the order of chance") {
    Rows rows = cloud(500, 2);
    rows.values[0] = 9;
    Rows wide{.values = {}, .columns = 600};
    for (std::size_t i = 0; i < 500; ++i) {
      std::vector<float> row(600, 3.5f);
      row[100] = rows.values[2 * i];
      row[599] = rows.values[2 * i + 1];
      wide.values.insert(wide.values.end(), row.begin(), row.end());
    }
    for (const Cut cut : {Cut::Axis, Cut::Plane}) {
      const auto scores = scored(fitted(wide, {.cut = cut}), wide);
      CHECK(std::max_element(scores.begin(), scores.end()) == scores.begin());
    }
  }

  TEST_CASE("what it did for each column adds up to the path length") {
    for (const Cut cut : {Cut::Axis, Cut::Plane}) {
      const Rows rows = hostile(1500, 5, 3);
      const Forest forest = fitted(rows, {.cut = cut});
      const auto scores = scored(forest, rows);
      std::vector<double> columns(5);
      for (std::size_t i = 0; i < 1500; ++i) {
        forest.attribute(rows.matrix().row(i), columns);
        double sum = 0;
        for (const double column : columns) sum += column;
        const double length = -std::log2(double{scores[i]}) * forest.usual_length();
        CHECK(sum == doctest::Approx(length - forest.usual_length()).epsilon(1e-4));
      }
    }
  }

  TEST_CASE("the column in which a row stands out is the one that made it short") {
    Rows rows = cloud(2000, 6);
    rows.values[3] = 12;
    for (const Cut cut : {Cut::Axis, Cut::Plane}) {
      std::vector<double> columns(6);
      fitted(rows, {.cut = cut}).attribute(rows.matrix().row(0), columns);
      const auto least = std::min_element(columns.begin(), columns.end());
      CHECK(least - columns.begin() == 3);
      CHECK(*least < -1);
    }
  }

  TEST_CASE("options and rows out of bounds are refused") {
    const Rows rows = cloud(5000, 2);
    const auto code = [&](const Matrix& some, const ForestOptions& options) {
      return Forest::fit(some, options).error().code;
    };
    CHECK(code(rows.matrix(), {.trees = 0}) == Errc::AnomalyOptions);
    CHECK(code(rows.matrix(), {.trees = kTreesMax + 1}) == Errc::AnomalyOptions);
    CHECK(code(rows.matrix(), {.samples = 0}) == Errc::AnomalyOptions);
    CHECK(code(rows.matrix(), {.samples = kSamplesMax + 1}) == Errc::AnomalyOptions);
    CHECK(code(rows.matrix(), {.trees = 1000, .samples = 4096}) == Errc::AnomalyOptions);
    CHECK(code({.values = {}, .columns = 2}, {}) == Errc::AnomalyRows);
    CHECK(code({.values = {}, .columns = 0}, {}) == Errc::AnomalyRows);
    CHECK(code(cloud(1, kColumnsMax + 1).matrix(), {}) == Errc::AnomalyRows);
  }
}

}  // namespace vedette::anomaly
