#include "base/time.h"

#include <fmt/core.h>

namespace vedette {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

char* put_2(char* out, unsigned value) {
  *out++ = static_cast<char>('0' + value / 10 % 10);
  *out++ = static_cast<char>('0' + value % 10);
  return out;
}

char* put_3(char* out, unsigned value) {
  *out++ = static_cast<char>('0' + value / 100 % 10);
  return put_2(out, value);
}

bool take_digits(std::string_view& text, std::size_t count, unsigned& value) {
  if (text.size() < count) return false;
  value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned digit = static_cast<unsigned char>(text[i]) - unsigned{'0'};
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text[0] != c) return false;
  text.remove_prefix(1);
  return true;
}

constexpr std::uint32_t letters(char a, char b, char c) {
  const auto byte = [](char x) { return std::uint32_t{static_cast<unsigned char>(x)}; };
  return byte(a) | byte(b) << 8 | byte(c) << 16;
}

}  // namespace

bool is_valid(const Civil& c) {
  using namespace std::chrono;
  const year_month_day date{year{c.year}, month{c.month}, day{c.day}};
  return date.ok() && c.year >= 1678 && c.year <= 2261 && c.hour < 24 && c.minute < 60 &&
         c.second <= 60 && c.nanosecond < 1'000'000'000;
}

Time from_civil_utc(const Civil& c) {
  using namespace std::chrono;
  const sys_days date{year_month_day{year{c.year}, month{c.month}, day{c.day}}};
  return Time{date} + hours{c.hour} + minutes{c.minute} + seconds{c.second > 59 ? 59 : c.second} +
         nanoseconds{c.nanosecond};
}

Civil to_civil_utc(Time time) {
  using namespace std::chrono;
  // By hand: the midnight before the first times that there are does not fit their own type.
  constexpr std::int64_t kDay = Duration{days{1}}.count();
  const std::int64_t count = time.time_since_epoch().count();
  const std::int64_t past_midnight = (count % kDay + kDay) % kDay;
  const std::int64_t day = count / kDay - (count % kDay < 0 ? 1 : 0);
  const year_month_day ymd{sys_days{days{static_cast<days::rep>(day)}}};
  auto rest = Duration{past_midnight};
  const auto h = duration_cast<hours>(rest);
  rest -= h;
  const auto m = duration_cast<minutes>(rest);
  rest -= m;
  const auto s = duration_cast<seconds>(rest);
  rest -= s;
  return {.year = static_cast<int>(ymd.year()),
          .month = static_cast<unsigned>(ymd.month()),
          .day = static_cast<unsigned>(ymd.day()),
          .hour = static_cast<unsigned>(h.count()),
          .minute = static_cast<unsigned>(m.count()),
          .second = static_cast<unsigned>(s.count()),
          .nanosecond = static_cast<std::uint32_t>(duration_cast<nanoseconds>(rest).count())};
}

char* format_rfc3339(Time time, char* out) {
  const Civil c = to_civil_utc(time);
  out = put_2(out, static_cast<unsigned>(c.year / 100));
  out = put_2(out, static_cast<unsigned>(c.year % 100));
  *out++ = '-';
  out = put_2(out, c.month);
  *out++ = '-';
  out = put_2(out, c.day);
  *out++ = 'T';
  out = put_2(out, c.hour);
  *out++ = ':';
  out = put_2(out, c.minute);
  *out++ = ':';
  out = put_2(out, c.second);
  if (c.nanosecond != 0) {
    *out++ = '.';
    out = put_3(out, c.nanosecond / 1'000'000);
    const unsigned micro = c.nanosecond / 1000 % 1000, nano = c.nanosecond % 1000;
    if (micro != 0 || nano != 0) out = put_3(out, micro);
    if (nano != 0) out = put_3(out, nano);
  }
  *out++ = 'Z';
  return out;
}

std::string format_rfc3339(Time time) {
  char buffer[32];
  return {buffer, format_rfc3339(time, buffer)};
}

std::optional<Time> parse_rfc3339(std::string_view text) {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) ||
      !take(text, '-') || !take_digits(text, 2, day)) {
    return {};
  }
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return {};
  if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute) ||
      !take(text, ':') || !take_digits(text, 2, second)) {
    return {};
  }
  std::uint32_t nanosecond = 0;
  if (take(text, '.') || take(text, ',')) {
    std::uint32_t scale = 100'000'000;
    bool any = false;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
      nanosecond += scale * static_cast<std::uint32_t>(text[0] - '0');
      scale /= 10;  // digits past the ninth weigh nothing
      text.remove_prefix(1);
      any = true;
    }
    if (!any) return {};
  }
  std::chrono::minutes offset{0};
  if (!take(text, 'Z') && !take(text, 'z')) {
    const bool minus = !text.empty() && text[0] == '-';
    if (!take(text, '+') && !take(text, '-')) return {};
    unsigned offset_hours = 0, offset_minutes = 0;
    if (!take_digits(text, 2, offset_hours)) return {};
    take(text, ':');
    if (!take_digits(text, 2, offset_minutes) || offset_hours > 23 || offset_minutes > 59)
      return {};
    offset = std::chrono::hours{offset_hours} + std::chrono::minutes{offset_minutes};
    if (minus) offset = -offset;
  }
  const Civil civil{.year = static_cast<int>(year),
                    .month = month,
                    .day = day,
                    .hour = hour,
                    .minute = minute,
                    .second = second,
                    .nanosecond = nanosecond};
  if (!text.empty() || !is_valid(civil)) return {};
  return from_civil_utc(civil) - offset;
}

std::string format_duration(Duration duration) {
  const auto total = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (total < 60) return fmt::format("{} s", total);
  if (total < 3600) return fmt::format("{} min", total / 60);
  if (total < 86400) {
    const auto minutes = total % 3600 / 60;
    return minutes == 0 ? fmt::format("{} h", total / 3600)
                        : fmt::format("{} h {} min", total / 3600, minutes);
  }
  const auto hours = total % 86400 / 3600;
  return hours == 0 ? fmt::format("{} d", total / 86400)
                    : fmt::format("{} d {} h", total / 86400, hours);
}

unsigned month_of(std::string_view name) {
  if (name.size() != 3) return 0;
  switch (letters(name[0], name[1], name[2])) {
    case letters('J', 'a', 'n'):
      return 1;
    case letters('F', 'e', 'b'):
      return 2;
    case letters('M', 'a', 'r'):
      return 3;
    case letters('A', 'p', 'r'):
      return 4;
    case letters('M', 'a', 'y'):
      return 5;
    case letters('J', 'u', 'n'):
      return 6;
    case letters('J', 'u', 'l'):
      return 7;
    case letters('A', 'u', 'g'):
      return 8;
    case letters('S', 'e', 'p'):
      return 9;
    case letters('O', 'c', 't'):
      return 10;
    case letters('N', 'o', 'v'):
      return 11;
    case letters('D', 'e', 'c'):
      return 12;
    default:
      return 0;
  }
}

bool is_weekday(std::string_view name) {
  if (name.size() != 3) return false;
  switch (letters(name[0], name[1], name[2])) {
    case letters('M', 'o', 'n'):
    case letters('T', 'u', 'e'):
    case letters('W', 'e', 'd'):
    case letters('T', 'h', 'u'):
    case letters('F', 'r', 'i'):
    case letters('S', 'a', 't'):
    case letters('S', 'u', 'n'):
      return true;
    default:
      return false;
  }
}

}  // namespace vedette
