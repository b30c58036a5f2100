#include "anomaly/recent.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace vedette::anomaly {
namespace {

std::uint64_t any(Random& random) {
  return std::uint64_t{random.next()} << 32 | random.next();
}

TEST_SUITE("anomaly/recent") {
  TEST_CASE("what was added is known at once, and after seven others, however many came before") {
    Random random(41);
    Recent recent;
    int known = 0;
    constexpr int kRounds = 5000;
    for (int round = 0; round < kRounds; ++round) {
      const std::uint64_t value = any(random);
      const bool is_new = recent.add(value);
      CHECK_FALSE(recent.add(value));
      for (int i = 0; i < 7; ++i) recent.add(any(random));
      const bool lost = recent.add(value);
      // Only one that was taken for another, older one can be lost so soon.
      if (lost) CHECK_FALSE(is_new);
      known += !lost;
    }
    CHECK(known > kRounds * 0.99);
  }

  TEST_CASE("a rotation of thirty values is mostly known, and what is long ago is new") {
    Random random(42);
    int known = 0, forgotten = 0;
    for (int round = 0; round < 200; ++round) {
      Recent recent;
      std::vector<std::uint64_t> values(30);
      for (std::uint64_t& value : values) recent.add(value = any(random));
      for (const std::uint64_t value : values) known += !recent.add(value);
      for (int i = 0; i < 1000; ++i) recent.add(any(random));
      for (const std::uint64_t value : values) forgotten += recent.add(value);
    }
    CHECK(known > 200 * 30 * 0.95);
    CHECK(forgotten > 200 * 30 * 0.95);
  }

  TEST_CASE("a new value is taken for a known one as often as 8 of 255 marks are alike") {
    Random random(43);
    Recent recent;
    int taken = 0;
    constexpr int kValues = 100'000;
    for (int i = 0; i < kValues; ++i) taken += !recent.add(any(random));
    CHECK(taken > kValues * 0.02);
    CHECK(taken < kValues * 0.034);
  }
}

}  // namespace
}  // namespace vedette::anomaly
