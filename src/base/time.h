// Points in time: nanoseconds since 1970-01-01 UTC. Events carry their own time; nothing but
// base/clock.cpp asks the machine what time it is.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette {

using Duration = std::chrono::nanoseconds;
using Time = std::chrono::sys_time<Duration>;

/// A date and a time of day as people write them; no zone. month and day count from 1.
struct Civil {
  int year = 1970;
  unsigned month = 1, day = 1;
  unsigned hour = 0, minute = 0, second = 0;
  std::uint32_t nanosecond = 0;
};

/// Whether the fields are in range (leap seconds are: second 60 is taken as 59).
bool is_valid(const Civil& civil);
Time from_civil_utc(const Civil& civil);
Civil to_civil_utc(Time time);

/// RFC 3339 in UTC, with as many fraction digits (0, 3, 6, 9) as the value needs:
/// 2026-11-20T23:42:15Z, 2026-11-20T23:42:15.120Z.
std::string format_rfc3339(Time time);
/// Writes the same into `out`, which holds at least 30 bytes; returns the end.
char* format_rfc3339(Time time, char* out);

/// A whole RFC 3339 time (`T` or a blank, `Z` or an offset, up to nine fraction digits); nothing
/// may follow.
std::optional<Time> parse_rfc3339(std::string_view text);

/// "3 s", "4 min", "2 h 10 min", "5 d 3 h": for people.
std::string format_duration(Duration duration);

/// Jan to Dec as 1 to 12, or 0.
unsigned month_of(std::string_view name);
/// Mon to Sun.
bool is_weekday(std::string_view name);

}  // namespace vedette
