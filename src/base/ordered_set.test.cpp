#include "base/ordered_set.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <set>

namespace vedette {
namespace {

using Set = OrderedSet<std::uint32_t>;

std::vector<std::uint32_t> forwards(const Set& set) {
  std::vector<std::uint32_t> keys;
  for (auto at = set.begin(); at != set.end(); at = set.next(at)) keys.push_back(set[at]);
  return keys;
}

std::vector<std::uint32_t> backwards(const Set& set) {
  std::vector<std::uint32_t> keys;
  for (auto at = set.end(); at != set.begin();) {
    at = set.previous(at);
    keys.push_back(set[at]);
  }
  return keys;
}

}  // namespace

TEST_SUITE("base/ordered_set") {
  TEST_CASE("an empty set has nothing to find, walk or erase") {
    Set set;
    CHECK(set.begin() == set.end());
    CHECK(set.lower_bound(5) == set.end());
    CHECK_FALSE(set.erase(5));
  }

  TEST_CASE("it holds what std::set holds, whatever comes and goes") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      CAPTURE(seed);
      Random random(seed);
      Set set;
      std::set<std::uint32_t> oracle;
      const std::uint32_t range = seed % 2 == 0 ? 3000 : 1'000'000'000;
      for (int step = 0; step < 30'000; ++step) {
        const bool growing = step / 5000 % 2 == 0;
        std::uint32_t key = random.below(range);
        if (random.chance(growing ? 0.8 : 0.2)) {
          REQUIRE(set.insert(key) == oracle.insert(key).second);
        } else {
          if (const auto near = oracle.lower_bound(key); near != oracle.end()) key = *near;
          REQUIRE(set.erase(key) == (oracle.erase(key) > 0));
        }
        const auto place = set.lower_bound(key);
        const auto expected = oracle.lower_bound(key);
        REQUIRE((place == set.end()) == (expected == oracle.end()));
        if (place != set.end()) REQUIRE(set[place] == *expected);
      }
      REQUIRE(set.size() == oracle.size());
      REQUIRE(forwards(set) == std::vector<std::uint32_t>(oracle.begin(), oracle.end()));
      REQUIRE(backwards(set) == std::vector<std::uint32_t>(oracle.rbegin(), oracle.rend()));
    }
  }

  TEST_CASE("keys that come in order, or in the reverse order, all stay") {
    Set up, down;
    for (std::uint32_t i = 0; i < 10'000; ++i) {
      up.insert(i);
      down.insert(9'999 - i);
    }
    CHECK(forwards(up).size() == 10'000);
    CHECK(forwards(up) == forwards(down));
    for (std::uint32_t i = 0; i < 10'000; ++i) CHECK(up.erase(i));
    CHECK(up.begin() == up.end());
  }
}

}  // namespace vedette
