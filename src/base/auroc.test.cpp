#include "base/auroc.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace vedette {

TEST_SUITE("base/auroc") {
  TEST_CASE("without both kinds there is nothing to order") {
    Auroc auroc;
    CHECK(auroc.value() == 0);
    auroc.add(3, 0);
    CHECK(auroc.value() == 0);
    auroc.add(0, 1);
    CHECK(auroc.value() == 1);
  }

  TEST_CASE("it is the share of pairs in the right order, ties being half") {
    Random random(3);
    for (int round = 0; round < 200; ++round) {
      struct Score {
        std::uint32_t positives, negatives;
      };
      std::vector<Score> descending(random.between(1, 8));
      for (Score& score : descending) score = {random.below(4), random.below(4)};
      descending.push_back({1, 1});
      Auroc auroc;
      double right = 0, pairs = 0;
      for (std::size_t p = 0; p < descending.size(); ++p) {
        auroc.add(descending[p].positives, descending[p].negatives);
        for (std::size_t n = 0; n < descending.size(); ++n) {
          const double here = descending[p].positives * descending[n].negatives;
          right += p < n ? here : p == n ? here / 2 : 0;
          pairs += here;
        }
      }
      CHECK(auroc.value() == doctest::Approx(right / pairs));
    }
  }
}

}  // namespace vedette
