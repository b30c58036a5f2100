#include "anomaly/evaluate.h"

#include "base/random.h"

#include <doctest/doctest.h>

namespace vedette::anomaly {

TEST_SUITE("anomaly/evaluate") {
  TEST_CASE("a perfect order, its reverse, and none") {
    const std::vector<bool> labels{false, true, false, true};
    const auto of = [&](std::vector<float> scores) { return measure(scores, labels); };
    CHECK(of({0.1f, 0.9f, 0.2f, 0.8f}).auroc == 1);
    CHECK(of({0.1f, 0.9f, 0.2f, 0.8f}).average_precision == 1);
    CHECK(of({0.9f, 0.1f, 0.8f, 0.2f}).auroc == 0);
    CHECK(of({0.5f, 0.5f, 0.5f, 0.5f}).auroc == 0.5);
    CHECK(of({0.5f, 0.5f, 0.5f, 0.5f}).average_precision == 0.5);
    // From the top: normal, anomaly, anomaly, normal.
    const Quality mixed = of({0.9f, 0.8f, 0.1f, 0.7f});
    CHECK(mixed.average_precision == doctest::Approx((1.0 / 2 + 2.0 / 3) / 2));
    for (const double precision : mixed.precision_at_recall) {
      CHECK(precision == doctest::Approx(2.0 / 3));
    }
  }

  TEST_CASE("the AUROC is the share of pairs in the right order") {
    Random random(1);
    for (int round = 0; round < 100; ++round) {
      std::vector<float> scores;
      std::vector<bool> labels{true, false};
      for (std::uint32_t i = random.between(2, 60); labels.size() < i;) {
        labels.push_back(random.chance(0.3));
      }
      while (scores.size() < labels.size()) {
        scores.push_back(static_cast<float>(random.below(10)) / 10);
      }
      double right = 0, pairs = 0;
      for (std::size_t a = 0; a < labels.size(); ++a) {
        for (std::size_t b = 0; b < labels.size(); ++b) {
          if (!labels[a] || labels[b]) continue;
          right += scores[a] > scores[b] ? 1 : scores[a] == scores[b] ? 0.5 : 0;
          ++pairs;
        }
      }
      CHECK(measure(scores, labels).auroc == doctest::Approx(right / pairs));
    }
  }
}

}  // namespace vedette::anomaly
