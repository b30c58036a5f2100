#include "api/rate_limit.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::api {

TEST_SUITE("api/rate_limit") {
  TEST_CASE("a bucket empties, refuses, and fills again") {
    RateLimit limit(5);
    for (int i = 0; i < 10; ++i) CHECK(limit.ask("a", 100).allowed);
    const auto refused = limit.ask("a", 100);
    CHECK_FALSE(refused.allowed);
    CHECK(refused.limit == 10);
    CHECK(refused.remaining == 0);
    CHECK(refused.reset == 2);
    CHECK(limit.ask("b", 100).allowed);
    CHECK(limit.ask("a", 100.2).allowed);
    CHECK_FALSE(limit.ask("a", 100.2).allowed);
    CHECK(limit.ask("a", 1000).remaining == 9);
  }

  TEST_CASE("time that goes backwards gives nothing away") {
    RateLimit limit(1);
    CHECK(limit.ask("a", 100).allowed);
    CHECK(limit.ask("a", 50).allowed);
    CHECK_FALSE(limit.ask("a", 50).allowed);
    CHECK_FALSE(limit.ask("a", 50.5).allowed);
  }

  TEST_CASE("without a limit everybody may, as often as they like") {
    RateLimit limit(0);
    for (int i = 0; i < 1000; ++i) CHECK(limit.ask("a", 1).allowed);
  }

  TEST_CASE("a million clients take no more room than some thousands") {
    RateLimit limit(5);
    for (int i = 0; i < 200'000; ++i) CHECK(limit.ask(std::to_string(i), 1).allowed);
  }
}

}  // namespace vedette::api
