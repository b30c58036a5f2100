#include "triage/hash_filter.h"

#include <doctest/doctest.h>

namespace vedette::triage {
namespace {

TEST_SUITE("triage/hash_filter") {
  TEST_CASE("an empty filter contains nothing") {
    const HashFilter filter;
    CHECK_FALSE(filter.may_contain(0));
    CHECK_FALSE(filter.may_contain(~std::uint64_t{0}));
  }

  TEST_CASE("members are never missed, and few strangers are taken for members") {
    HashFilter filter;
    constexpr std::uint64_t kMembers = 1'000'000, kStrangers = 100'000;
    for (std::uint64_t i = 0; i < kMembers; ++i) filter.add(i);
    bool missed = false;
    for (std::uint64_t i = 0; i < kMembers; ++i) missed = missed || !filter.may_contain(i);
    CHECK_FALSE(missed);
    std::uint64_t mistaken = 0;
    for (std::uint64_t i = 0; i < kStrangers; ++i) mistaken += filter.may_contain(kMembers + i);
    CHECK(mistaken < kStrangers / 30);
  }
}

}  // namespace
}  // namespace vedette::triage
