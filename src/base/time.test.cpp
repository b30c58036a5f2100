#include "base/time.h"

#include "base/random.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

std::string again(std::string_view text) {
  const auto time = parse_rfc3339(text);
  return time ? format_rfc3339(*time) : "refused";
}

TEST_SUITE("base/time") {
  TEST_CASE("RFC 3339 times are read and written in UTC") {
    const std::pair<std::string_view, std::string_view> cases[] = {
        {"2026-11-20T23:42:15Z", "2026-11-20T23:42:15Z"},
        {"2026-11-20t23:42:15z", "2026-11-20T23:42:15Z"},
        {"2026-11-20 23:42:15Z", "2026-11-20T23:42:15Z"},
        {"2026-11-20T23:42:15+02:00", "2026-11-20T21:42:15Z"},
        {"2026-11-20T23:42:15-0130", "2026-11-21T01:12:15Z"},
        {"2026-11-20T23:42:15.5Z", "2026-11-20T23:42:15.500Z"},
        {"2026-11-20T23:42:15,120Z", "2026-11-20T23:42:15.120Z"},
        {"2026-11-20T23:42:15.120456Z", "2026-11-20T23:42:15.120456Z"},
        {"2026-11-20T23:42:15.000000001Z", "2026-11-20T23:42:15.000000001Z"},
        {"2026-11-20T23:42:15.1234567899999Z", "2026-11-20T23:42:15.123456789Z"},
        {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"},
        {"2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"},  // a leap second
        {"1969-12-31T23:59:59.250Z", "1969-12-31T23:59:59.250Z"},
    };
    for (const auto& [text, expected] : cases) CHECK(again(text) == expected);
  }

  TEST_CASE("what is no time is refused") {
    for (const std::string_view text :
         {"", "2026", "2026-11-20", "2026-11-20T23:42:15", "2026-11-20T23:42:15.Z",
          "2026-11-20T23:42:15Zx", "2026-13-20T23:42:15Z", "2026-11-31T23:42:15Z",
          "2025-02-29T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T23:60:00Z",
          "2026-11-20T23:42:61Z", "2026-11-20T23:42:15+24:00", "2026-11-20T23:42:15+2",
          "1677-01-01T00:00:00Z", "2300-01-01T00:00:00Z", "-026-11-20T23:42:15Z"}) {
      CHECK(again(text) == "refused");
    }
  }

  TEST_CASE("every time is read as it was written") {
    Random random(1);
    for (int round = 0; round < 5000; ++round) {
      const auto count =
          static_cast<std::int64_t>(std::uint64_t{random.next()} << 32 | random.next());
      const Time time{Duration{count / 2}};  // within the years that are read
      REQUIRE(parse_rfc3339(format_rfc3339(time)) == time);
      for (const std::int64_t digits : {1, 1000, 1'000'000, 1'000'000'000}) {
        const Time cut{time.time_since_epoch() / digits * digits};
        REQUIRE(parse_rfc3339(format_rfc3339(cut)) == cut);
      }
    }
  }

  TEST_CASE("dates and times of day turn into points in time and back") {
    Random random(2);
    for (int round = 0; round < 5000; ++round) {
      const Civil civil{.year = static_cast<int>(random.between(1678, 2261)),
                        .month = random.between(1, 12),
                        .day = random.between(1, 31),
                        .hour = random.below(24),
                        .minute = random.below(60),
                        .second = random.below(60),
                        .nanosecond = random.below(1'000'000'000)};
      if (!is_valid(civil)) continue;
      const Civil back = to_civil_utc(from_civil_utc(civil));
      REQUIRE(back.year == civil.year);
      REQUIRE(back.month == civil.month);
      REQUIRE(back.day == civil.day);
      REQUIRE(back.hour == civil.hour);
      REQUIRE(back.minute == civil.minute);
      REQUIRE(back.second == civil.second);
      REQUIRE(back.nanosecond == civil.nanosecond);
    }
  }

  TEST_CASE("the first and the last time there are can be written") {
    CHECK(format_rfc3339(Time::min()) == "1677-09-21T00:12:43.145224192Z");
    CHECK(format_rfc3339(Time::max()) == "2262-04-11T23:47:16.854775807Z");
  }

  TEST_CASE("durations read as people say them") {
    using namespace std::chrono;
    const std::pair<Duration, std::string_view> cases[] = {{3s, "3 s"},  {4min + 59s, "4 min"},
                                                           {2h, "2 h"},  {2h + 10min, "2 h 10 min"},
                                                           {24h, "1 d"}, {123h, "5 d 3 h"}};
    for (const auto& [duration, expected] : cases) CHECK(format_duration(duration) == expected);
  }
}

}  // namespace
}  // namespace vedette
