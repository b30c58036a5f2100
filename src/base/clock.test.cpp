#include "base/clock.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

TEST_SUITE("base/clock") {
  TEST_CASE("a clock by hand stands still until it is moved") {
    ManualClock clock(Time{std::chrono::hours{1}});
    CHECK(clock.now() == Time{std::chrono::hours{1}});
    CHECK(clock.now() == Time{std::chrono::hours{1}});
    clock.advance(std::chrono::minutes{5});
    CHECK(clock.now() == Time{std::chrono::minutes{65}});
    clock.set(Time{});
    CHECK(clock.now() == Time{});
  }

  TEST_CASE("the real clock tells a time of this century, and seconds never go back") {
    const Time now = SystemClock().now();
    CHECK(now > *parse_rfc3339("2020-01-01T00:00:00Z"));
    CHECK(now < *parse_rfc3339("2100-01-01T00:00:00Z"));
    double last = monotonic_seconds();
    for (int i = 0; i < 1000; ++i) {
      const double next = monotonic_seconds();
      REQUIRE(next >= last);
      last = next;
    }
  }
}

}  // namespace
}  // namespace vedette
