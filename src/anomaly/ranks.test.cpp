#include "anomaly/ranks.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <cmath>

namespace vedette::anomaly {

TEST_SUITE("anomaly/ranks") {
  TEST_CASE("what at most a tenth of the baseline reaches may be rare, and nothing else") {
    Random random(6);
    for (const std::size_t count : {1u, 2u, 9u, 10u, 11u, 100u, 1234u}) {
      std::vector<float> scores(count);
      for (float& score : scores) score = static_cast<float>(random.below(200)) / 200;
      const Ranks ranks(scores);
      for (int step = 0; step <= 200; ++step) {
        const float score = static_cast<float>(step) / 200;
        if (!ranks.may_be_rare(score)) CHECK(ranks.rarity(score) > 0.1);
        // Of fewer than ten not even what is beyond all is a tenth.
        if (count >= 10 && ranks.may_be_rare(score)) CHECK(ranks.rarity(score) <= 0.1);
      }
    }
  }

  TEST_CASE("a rank is the share below, of equals half, and grows in between") {
    const Ranks ranks({0.5f, 0.25f, 0.5f, 0.75f});
    CHECK(ranks.rank(0) == 0);
    CHECK(ranks.rank(0.25f) == 0.125);
    CHECK(ranks.rank(0.375f) == 0.25);
    CHECK(ranks.rank(0.5f) == 0.5);
    CHECK(ranks.rank(0.75f) == 0.875);
    CHECK(ranks.rank(0.875f) == doctest::Approx(0.9375));
    CHECK(ranks.rank(1) == 1);
  }

  TEST_CASE("ranks never fall, and rarity never grows, with the score") {
    Random random(1);
    for (int round = 0; round < 50; ++round) {
      std::vector<float> scores;
      const std::uint32_t steps = random.between(1, 1000);
      for (std::uint32_t i = random.between(1, 300); i > 0; --i) {
        scores.push_back(static_cast<float>(random.below(steps + 1)) / static_cast<float>(steps));
      }
      const Ranks ranks(scores);
      double rank = 0, rarity = 1;
      for (float score = 0; score <= 1; score += 0.003f) {
        CHECK(ranks.rank(score) >= rank);
        CHECK(ranks.rarity(score) <= rarity);
        rank = ranks.rank(score);
        rarity = ranks.rarity(score);
        CHECK((rank >= 0 && rank <= 1 && rarity > 0 && rarity <= 1));
      }
    }
  }

  TEST_CASE("rarity is the share at least as high, and beyond the highest goes on") {
    std::vector<float> scores;
    for (int i = 1; i <= 1000; ++i) {  // an exponential distribution of mean 0.05
      scores.push_back(static_cast<float>(-0.05 * std::log(1 - (i - 0.5) / 1000)));
    }
    const Ranks ranks(scores);
    CHECK(ranks.rarity(0) == 1);
    CHECK(ranks.rarity(scores[500]) == 0.5);
    CHECK(ranks.rarity(scores[999]) == 0.001);
    // A thousandth of a thousandth is as far from the top again as the top from the bottom.
    CHECK(std::log10(ranks.rarity(scores[999] + 0.05f * std::log(1000.0f))) ==
          doctest::Approx(-6).epsilon(0.05));
  }
}

}  // namespace vedette::anomaly
