#include "model/heat.h"

#include "base/random.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

const Time kNow{std::chrono::seconds{1772323200}};

TEST_SUITE("model/heat") {
  TEST_CASE("a score becomes heat and comes back") {
    CHECK(score_at(kNoHeat, kNow) == 0);
    CHECK(heat_from_score(0, kNow) == kNoHeat);
    for (const double score : {0.01, 2.0, 40.0, 70.0, 99.9}) {
      CHECK(score_at(heat_from_score(score, kNow), kNow) == doctest::Approx(score));
    }
  }

  TEST_CASE("the weight of evidence halves in a half-life") {
    const double heat = heat_from_score(75, kNow);  // 1 - 1/4; half the weight: 1 - 1/2
    CHECK(score_at(heat, kNow + kHalfLife) == doctest::Approx(50));
  }

  TEST_CASE("evidence of one moment adds up as independent chances do") {
    const double both = add_heat(heat_from_score(40, kNow), heat_from_score(70, kNow));
    CHECK(score_at(both, kNow) == doctest::Approx(82));  // 1 - 0.6 * 0.3
    CHECK(add_heat(kNoHeat, both) == both);
    CHECK(add_heat(kNoHeat, kNoHeat) == kNoHeat);
  }

  TEST_CASE("who has the higher score has it at any time") {
    Random random(1);
    for (int round = 0; round < 1000; ++round) {
      const auto one = [&] {
        return add_heat(
            heat_of(random.unit() + 0.01, kNow + std::chrono::hours(random.below(999))),
            heat_of(random.unit() + 0.01, kNow + std::chrono::hours(random.below(999))));
      };
      const double a = one(), b = one();
      for (int days = 0; days < 200; days += 20) {
        const Time later = kNow + std::chrono::hours(24 * days);
        if (a > b) CHECK(score_at(a, later) >= score_at(b, later));
      }
    }
  }

  TEST_CASE("any times and weights give a score from 0 to 100") {
    for (const Time time : {Time::min(), Time{}, kNow, Time::max()}) {
      for (const Time as_of : {Time::min(), Time{}, kNow, Time::max()}) {
        for (const double weight : {0.0, 1e-300, 1.0, 1e300}) {
          const double score = score_at(heat_of(weight, time), as_of);
          CHECK(score >= 0);
          CHECK(score <= 100);
        }
      }
    }
  }
}

}  // namespace
}  // namespace vedette
