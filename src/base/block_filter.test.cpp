#include "base/block_filter.h"

#include "base/hash.h"

#include <doctest/doctest.h>

namespace vedette {

TEST_SUITE("base/block_filter") {
  TEST_CASE("an empty filter contains nothing") {
    const BlockFilter filter(100);
    CHECK_FALSE(filter.may_contain(0));
    CHECK_FALSE(filter.may_contain(~std::uint64_t{0}));
  }

  TEST_CASE("members are never missed, and one stranger in a thousand is taken for a member") {
    constexpr std::uint64_t kMembers = 1'000'000, kStrangers = 1'000'000;
    BlockFilter filter(kMembers);
    for (std::uint64_t i = 0; i < kMembers; ++i) filter.add(mix64(i));
    bool missed = false;
    for (std::uint64_t i = 0; i < kMembers; ++i) missed = missed || !filter.may_contain(mix64(i));
    CHECK_FALSE(missed);
    std::uint64_t mistaken = 0;
    for (std::uint64_t i = 0; i < kStrangers; ++i)
      mistaken += filter.may_contain(mix64(kMembers + i));
    CHECK(mistaken < kStrangers / 1000);
    CHECK(filter.memory_bytes() < 2'200'000);
  }
}

}  // namespace vedette
