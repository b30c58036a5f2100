#include "anomaly/distinct.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace vedette::anomaly {
namespace {

std::uint32_t some_hash(Random& random) {
  return random.next() | 1;
}

TEST_SUITE("anomaly/distinct") {
  TEST_CASE("up to seven values are counted exactly, and known again") {
    Random random(3);
    for (int round = 0; round < 200; ++round) {
      Distinct distinct;
      std::unordered_set<std::uint32_t> all;
      while (all.size() < Distinct::kExactMax) {
        const std::uint32_t hash =
            all.empty() || random.chance(0.5) ? some_hash(random) : *all.begin();
        CHECK(distinct.has(hash) == all.contains(hash));
        CHECK(distinct.add(hash) == all.insert(hash).second);
        CHECK(distinct.count() == all.size());
        CHECK(distinct.sane());
      }
    }
  }

  TEST_CASE("up to two hundred values are counted to within 15 %, 5 % off as a rule") {
    Random random(4);
    double squares = 0;
    int counts = 0, far = 0;
    for (int round = 0; round < 300; ++round) {
      Distinct distinct;
      std::unordered_set<std::uint32_t> all;
      while (all.size() < 200) {
        const std::uint32_t hash = some_hash(random);
        all.insert(hash);
        distinct.add(hash);
        distinct.add(hash);
        const double error = distinct.count() / static_cast<double>(all.size()) - 1;
        squares += error * error;
        far += std::abs(error) > 0.15;
        ++counts;
      }
      CHECK(distinct.sane());
    }
    CHECK(std::sqrt(squares / counts) < 0.05);
    CHECK(far < counts / 250);  // just beyond seven, where one collision is 12 %
  }

  TEST_CASE("a value that was added is never new again, and any number of them ends at a bound") {
    Random random(5);
    Distinct distinct;
    std::uint32_t before = 0;
    for (int i = 0; i < 100'000; ++i) {
      const std::uint32_t hash = some_hash(random);
      distinct.add(hash);
      CHECK_FALSE(distinct.add(hash));
      CHECK(distinct.count() >= before);
      before = distinct.count();
    }
    CHECK(before == 1539);
    distinct.clear();
    CHECK(distinct.empty());
    CHECK(distinct.count() == 0);
  }
}

}  // namespace
}  // namespace vedette::anomaly
