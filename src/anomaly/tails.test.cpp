#include "anomaly/tails.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace vedette;
using namespace vedette::anomaly;

namespace {

constexpr std::size_t index_of(Feature feature) {
  return static_cast<std::size_t>(feature);
}

/// `n` rows, each feature evenly from 0 to 1.
std::vector<float> even_rows(std::size_t n) {
  Random random(3);
  std::vector<float> values(n * kFeatures);
  for (float& value : values) value = static_cast<float>(random.unit());
  return values;
}

Tails fitted(const std::vector<float>& values, Kind kind) {
  const Matrix rows{values, kFeatures};
  return Tails::fit(rows, SortedColumns(rows), kind);
}

std::array<float, kFeatures> row_with(Feature feature, float value) {
  std::array<float, kFeatures> row;
  row.fill(0.5f);
  row[index_of(feature)] = value;
  return row;
}

}  // namespace

TEST_SUITE("anomaly/tails") {
  TEST_CASE("the surprise of a value is how few of its peers reach it, beyond one in ten") {
    const auto values = even_rows(10'000);
    const Tails tails = fitted(values, Kind::Source);
    Tails::Surprise surprise;
    const auto of = [&](float value) {
      tails.sum(row_with(Feature::Failures5m, value), surprise);
      return surprise[index_of(Feature::Failures5m)];
    };
    CHECK(of(0.5f) == 0);
    CHECK(of(0.89f) == 0);
    CHECK(of(0.99f) == doctest::Approx(1).epsilon(0.15));
    CHECK(of(0.999f) == doctest::Approx(2).epsilon(0.2));
    CHECK(of(2) > of(1));
    CHECK(of(20) > of(2));
    float before = 0;
    for (float value = 0; value < 3; value += 0.001f) {
      REQUIRE(of(value) >= before);
      before = of(value);
    }
    CHECK(of(-5) == 0);
    CHECK(of(std::nanf("")) == 0);
  }

  TEST_CASE("of features that measure the same thing the most surprising one counts") {
    const auto values = even_rows(10'000);
    const Tails tails = fitted(values, Kind::Source);
    Tails::Surprise surprise;
    auto row = row_with(Feature::Failures5m, 1.5f);
    const float one = tails.sum(row, surprise);
    row[index_of(Feature::Failures1h)] = 1.4f;
    CHECK(tails.sum(row, surprise) == doctest::Approx(one));
    row[index_of(Feature::Users5m)] = 1.5f;
    CHECK(tails.sum(row, surprise) > 1.5f * one);
  }

  TEST_CASE("what grows with the age of a profile is no evidence") {
    const auto values = even_rows(2000);
    const Tails source = fitted(values, Kind::Source);
    const Tails host = fitted(values, Kind::Host);
    Tails::Surprise surprise;
    CHECK(source.sum(row_with(Feature::ActiveDays, 9), surprise) == 0);
    CHECK(source.sum(row_with(Feature::Newcomers30d, 9), surprise) > 0);
    CHECK(host.sum(row_with(Feature::Newcomers30d, 9), surprise) == 0);
  }

  TEST_CASE("a feature that is always the same surprises by any other value") {
    std::vector<float> values(1000 * kFeatures, 0.0f);
    const Tails tails = fitted(values, Kind::Source);
    Tails::Surprise surprise;
    CHECK(tails.sum(row_with(Feature::Users5m, 0), surprise) >= 0);
    std::array<float, kFeatures> row{};
    CHECK(tails.sum(row, surprise) == 0);
    row[index_of(Feature::Users5m)] = 2;
    CHECK(tails.sum(row, surprise) > 3);
  }

  TEST_CASE("orders of magnitude say how rare a sum is in the baseline") {
    const auto values = even_rows(20'000);
    const Tails tails = fitted(values, Kind::Source);
    std::vector<double> orders;
    Tails::Surprise surprise;
    for (std::size_t i = 0; i < 20'000; ++i) {
      const Matrix rows{values, kFeatures};
      orders.push_back(tails.orders(tails.sum(rows.row(i).first<kFeatures>(), surprise)));
    }
    std::ranges::sort(orders, std::greater<>());
    CHECK(orders[1000] == doctest::Approx(-std::log10(0.05)).epsilon(0.1));
    CHECK(orders[200] == doctest::Approx(2).epsilon(0.2));
    CHECK(orders[20] == doctest::Approx(3).epsilon(0.2));
  }

  TEST_CASE("they come back from bytes as they were; damaged ones are refused") {
    const auto values = even_rows(500);
    const Tails tails = fitted(values, Kind::User);
    std::string bytes;
    Writer out(bytes);
    tails.encode(out);
    Tails restored;
    Reader in(bytes);
    REQUIRE(restored.decode(in));
    CHECK(in.done());
    CHECK(restored == tails);
    Reader cut(std::string_view(bytes).substr(0, bytes.size() - 2));
    CHECK_FALSE(restored.decode(cut));
    bytes[0] ^= 1;
    Reader other(bytes);
    CHECK_FALSE(restored.decode(other));
  }

  TEST_CASE("one row is enough") {
    const auto values = even_rows(1);
    const Tails tails = fitted(values, Kind::Host);
    Tails::Surprise surprise;
    CHECK(std::isfinite(tails.orders(tails.sum(row_with(Feature::Events1m, 30), surprise))));
  }
}
