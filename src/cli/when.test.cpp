#include "cli/when.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::cli {

TEST_SUITE("cli/when") {
  TEST_CASE("a span is a number and a unit") {
    const auto seconds = [](std::string_view text) {
      const auto span = parse_span(text);
      return span ? span->count() : 0;
    };
    CHECK(seconds("90s") == 90);
    CHECK(seconds("30m") == 1800);
    CHECK(seconds("2h") == 7200);
    CHECK(seconds("3d") == 259'200);
    CHECK(seconds("1w") == 604'800);
    CHECK(seconds("3660d") == 316'224'000);
  }

  TEST_CASE("what is no span, or one that nobody outlives, is none") {
    for (const char* text : {"", "h", "2", "0h", "-2h", "2 h", "2y", "h2", "3661d",
                             "99999999999999999999h", "9223372036854775807w"}) {
      CAPTURE(std::string(text));
      CHECK_FALSE(parse_span(text));
    }
  }

  TEST_CASE("a date is its midnight") {
    CHECK(parse_moment("2026-03-01") == parse_rfc3339("2026-03-01T00:00:00Z"));
    CHECK(parse_moment("2026-03-01T12:00:00+01:00") == parse_rfc3339("2026-03-01T11:00:00Z"));
    CHECK_FALSE(parse_moment("tomorrow"));
    CHECK_FALSE(parse_moment("2026-13-01"));
  }
}

}  // namespace vedette::cli
