#include "decode/syslog_time.h"

#include "base/text.h"

#include <algorithm>

namespace vedette::decode {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// Up to `digits_max` digits; false when there is none.
bool take_number(std::string_view& text, std::size_t digits_max, unsigned& value) {
  std::size_t count = 0;
  value = 0;
  while (count < digits_max && count < text.size() && is_digit(text[count])) {
    value = value * 10 + static_cast<unsigned>(text[count] - '0');
    ++count;
  }
  text.remove_prefix(count);
  return count > 0;
}

bool has_weekday(std::string_view text) {
  return text.size() > 3 && (text[3] == ' ' || text[3] == ',') && is_weekday(text.substr(0, 3));
}

/// `HH:MM:`, the hour and the minute perhaps of one digit.
bool take_minute_of_day(std::string_view& text, Duration& minute_of_day) {
  unsigned hour = 0, minute = 0;
  if (!take_number(text, 2, hour) || !take_char(text, ':') || !take_number(text, 2, minute) ||
      !take_char(text, ':') || hour > 23 || minute > 59) {
    return false;
  }
  minute_of_day = hours{hour} + minutes{minute};
  return true;
}

/// `SS` and perhaps a fraction. Second 60 counts as 59.
bool take_second(std::string_view& text, Duration& second_of_minute) {
  static constexpr std::int64_t kWeights[] = {
      1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000, 10'000, 1'000, 100, 10, 1};
  unsigned second = 0;
  if (!take_number(text, 2, second) || second > 60) return false;
  second_of_minute = seconds{second > 59 ? 59 : second};
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || !is_digit(text[1])) return true;
  const std::size_t weighty = std::min<std::size_t>(text.size(), 10);  // nine digits count
  unsigned fraction = 0;
  std::size_t at = 1;
  for (; at < weighty && is_digit(text[at]); ++at) {
    fraction = fraction * 10 + static_cast<unsigned>(text[at] - '0');
  }
  second_of_minute += Duration{fraction * kWeights[at - 1]};
  while (at < text.size() && is_digit(text[at])) ++at;
  text.remove_prefix(at);
  return true;
}

/// `Z`, ` UTC`, ` GMT`, `+01:00`, ` -0700`, `+01`. False when no zone stands there.
bool take_zone(std::string_view& text, Duration& east) {
  if (text.size() > 5 && (text[0] == '+' || text[0] == '-') && text[3] == ':') {  // the usual one
    const unsigned hour = two_digits(text.data() + 1), minute = two_digits(text.data() + 4);
    if (hour <= 23 && minute <= 59 && (text.size() == 6 || is_blank(text[6]) || text[6] == ':')) {
      east = hours{hour} + minutes{minute};
      if (text[0] == '-') east = -east;
      text.remove_prefix(6);
      return true;
    }
  }
  std::string_view rest = text;
  if (take_char(rest, 'Z') || take_char(rest, 'z')) {
    east = Duration{0};
    text = rest;
    return true;
  }
  take_char(rest, ' ');
  if (rest.starts_with("UTC ") || rest.starts_with("GMT ")) {
    east = Duration{0};
    text = rest.substr(3);
    return true;
  }
  if (rest.size() < 3 || (rest[0] != '+' && rest[0] != '-')) return false;
  const bool west = rest[0] == '-';
  rest.remove_prefix(1);
  unsigned hour = 0, minute = 0;
  const std::size_t before = rest.size();
  if (!take_number(rest, 2, hour) || before - rest.size() != 2 || hour > 23) return false;
  const std::string_view after_hour = rest;
  take_char(rest, ':');
  if (!take_number(rest, 2, minute) || minute > 59) {
    rest = after_hour;
    minute = 0;
  }
  if (!rest.empty() && !is_blank(rest[0]) && rest[0] != ':') return false;
  east = hours{hour} + minutes{minute};
  if (west) east = -east;
  text = rest;
  return true;
}

bool set_start(SyslogMinute& minute) {
  const Civil civil{
      .year = static_cast<int>(minute.year), .month = minute.month, .day = minute.day};
  if (!is_valid(civil)) return false;
  minute.start = from_civil_utc(civil) + minute.of_day;
  return true;
}

/// `Jun  7 03:04:`, with a weekday or a year in front or a year in the middle.
bool take_bsd_minute(std::string_view& text, SyslogMinute& minute) {
  if (has_weekday(text)) {
    text.remove_prefix(4);
    skip_blanks(text);
  }
  if (text.size() > 5 && is_digit(text[0])) {  // 2024 Jun  7 03:04:05
    if (!take_number(text, 4, minute.year) || !take_char(text, ' ')) return false;
    skip_blanks(text);
  }
  minute.month = month_of(text.substr(0, 3));
  if (minute.month == 0 || text.size() < 4 || text[3] != ' ') return false;
  text.remove_prefix(3);
  skip_blanks(text);
  if (!take_number(text, 2, minute.day) || minute.day < 1 || minute.day > 31 || text.empty() ||
      text[0] != ' ') {
    return false;
  }
  skip_blanks(text);
  if (text.size() > 5 && text[4] == ' ' && is_digit(text[2])) {  // Jun  7 2024 03:04:05
    if (!take_number(text, 4, minute.year)) return false;
    skip_blanks(text);
  }
  return take_minute_of_day(text, minute.of_day) && (minute.year == 0 || set_start(minute));
}

/// `2024-06-07T03:04:`
bool take_iso_minute(std::string_view& text, SyslogMinute& minute) {
  const bool date = take_number(text, 4, minute.year) && take_char(text, '-') &&
                    take_number(text, 2, minute.month) && take_char(text, '-') &&
                    take_number(text, 2, minute.day) &&
                    (take_char(text, 'T') || take_char(text, 't') || take_char(text, ' '));
  return date && take_minute_of_day(text, minute.of_day) && set_start(minute);
}

}  // namespace

/// Takes the time up to its seconds off the text and leaves its meaning in minute_.
bool SyslogTimeReader::take_minute(std::string_view& text, MinuteReader read) {
  if (beginning_size_ != 0 && text.starts_with({beginning_.data(), beginning_size_})) {
    text.remove_prefix(beginning_size_);
    return true;
  }
  std::string_view rest = text;
  minute_ = SyslogMinute{};
  beginning_size_ = 0;
  if (!read(rest, minute_)) return false;
  const std::size_t size = text.size() - rest.size();
  // Not `3:4:`: how that is read depends on what follows it.
  if (size <= beginning_.size() && is_digit(text[size - 6]) && is_digit(text[size - 3])) {
    beginning_size_ = text.copy(beginning_.data(), size);
  }
  text = rest;
  return true;
}

/// The local time that a date without a year means: in the latest year in which it is not after
/// limit_.
Time SyslogTimeReader::in_latest_year(unsigned month, unsigned day, Duration time_of_day) {
  using namespace std::chrono;
  if (month == month_ && day == day_ && remembered_limit_ == limit_) {
    return midnight_ + time_of_day;
  }
  const int latest = static_cast<int>(year_month_day{floor<days>(limit_ + days{1})}.year());
  for (int back = 0; back <= 8; ++back) {  // 29 February comes at least every eighth year
    const year_month_day date{year{latest - back}, std::chrono::month{month},
                              std::chrono::day{day}};
    if (!date.ok()) continue;
    const Time midnight{sys_days{date}};
    const Time time = zone_.to_utc(midnight + time_of_day);
    if (time > limit_) continue;
    // The year holds for every time of that day, unless the limit falls near it.
    if (limit_ - time > days{2} && limit_ - time < days{363}) {
      month_ = month;
      day_ = day;
      midnight_ = midnight;
      remembered_limit_ = limit_;
    }
    return midnight + time_of_day;
  }
  return Time{};
}

bool SyslogTimeReader::take_bsd_time(std::string_view& text, Time& time) {
  std::string_view rest = text;
  Duration second{}, east{};
  if (!take_minute(rest, take_bsd_minute) || !take_second(rest, second)) return false;
  const bool zoned = take_zone(rest, east);
  take_char(rest, ':');
  if (!rest.empty() && !is_blank(rest[0]) && rest[0] != ']') return false;
  SyslogMinute minute = minute_;
  if (minute.year == 0 && rest.size() > 5 && rest[5] == ' ' &&
      (rest.starts_with(" 20") || rest.starts_with(" 19"))) {
    if (const auto year = parse_int<unsigned>(rest.substr(1, 4))) {  // Jun  7 03:04:05 2024
      minute.year = *year;
      if (!set_start(minute)) return false;
      rest.remove_prefix(5);
    }
  }
  Time local = minute.start + second;
  if (minute.year == 0) {
    local = in_latest_year(minute.month, minute.day, minute.of_day + second);
    if (local == Time{}) return false;
  }
  time = zoned ? local - east : zone_.to_utc(local);
  text = rest;
  return true;
}

bool SyslogTimeReader::take_iso_time(std::string_view& text, Time& time) {
  std::string_view rest = text;
  Duration second{}, east{};
  if (!take_minute(rest, take_iso_minute) || !take_second(rest, second)) return false;
  const bool zoned = take_zone(rest, east);
  if (!rest.empty() && !is_blank(rest[0]) && rest[0] != ':' && rest[0] != ']') return false;
  take_char(rest, ':');
  const Time local = minute_.start + second;
  time = zoned ? local - east : zone_.to_utc(local);
  text = rest;
  return true;
}

bool SyslogTimeReader::take(std::string_view& text, Time written_by, Time& time) {
  if (text.size() < 12) return false;
  limit_ = written_by + days{1};
  if (!is_digit(text[0])) return take_bsd_time(text, time);
  return text[4] == ' ' ? take_bsd_time(text, time) : take_iso_time(text, time);
}

}  // namespace vedette::decode
