#include "simulate/stamp.h"

#include <charconv>

namespace vedette::simulate {
namespace {

constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
constexpr std::string_view kWeekdays = "SunMonTueWedThuFriSat";

void append_2(std::string& out, unsigned value) {
  out += static_cast<char>('0' + value / 10 % 10);
  out += static_cast<char>('0' + value % 10);
}

void append_digits(std::string& out, unsigned value, unsigned width) {
  char digits[10];
  for (unsigned i = width; i > 0; --i) {
    digits[i - 1] = static_cast<char>('0' + value % 10);
    value /= 10;
  }
  out.append(digits, width);
}

void append_number(std::string& out, std::uint32_t value) {
  char digits[12];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, result.ptr);
}

void append_clock(std::string& out, unsigned hour, unsigned minute, unsigned second) {
  append_2(out, hour);
  out += ':';
  append_2(out, minute);
  out += ':';
  append_2(out, second);
}

}  // namespace

Stamp::Clockwork Stamp::set(Time time) {
  constexpr std::int64_t kDayMicroseconds = 86'400'000'000;
  const std::int64_t us =
      std::chrono::floor<std::chrono::microseconds>(time).time_since_epoch().count();
  const std::int64_t day = us / kDayMicroseconds;  // simulations are of times after 1970
  if (day != day_) {
    day_ = day;
    const Civil civil = to_civil_utc(time);
    year_ = civil.year;
    month_ = civil.month;
    day_of_month_ = civil.day;
    weekday_ = static_cast<unsigned>((day + 4) % 7);  // 1970-01-01 was a Thursday
  }
  const std::int64_t rest = us % kDayMicroseconds;
  const auto seconds = static_cast<unsigned>(rest / 1'000'000);
  return {seconds / 3600, seconds / 60 % 60, seconds % 60, static_cast<unsigned>(rest % 1'000'000)};
}

void Stamp::append_date(std::string& out, char separator) const {
  append_digits(out, static_cast<unsigned>(year_), 4);
  out += separator;
  append_2(out, month_);
  out += separator;
  append_2(out, day_of_month_);
}

void Stamp::append_syslog_head(std::string& out, Time time, SyslogHeader header,
                               const Sender& sender) {
  const Clockwork at = set(time);
  switch (header) {
    case SyslogHeader::Rfc3339:
      append_date(out, '-');
      out += 'T';
      append_clock(out, at.hour, at.minute, at.second);
      out += '.';
      append_digits(out, at.microsecond, 6);
      out += "+00:00";
      break;
    case SyslogHeader::Rfc3164:
      out += kMonths.substr(3 * (month_ - 1), 3);
      out += day_of_month_ < 10 ? "  " : " ";
      append_number(out, day_of_month_);
      out += ' ';
      append_clock(out, at.hour, at.minute, at.second);
      break;
    case SyslogHeader::Rfc5424:
      out += '<';
      append_number(out, sender.priority);
      out += ">1 ";
      append_date(out, '-');
      out += 'T';
      append_clock(out, at.hour, at.minute, at.second);
      out += '.';
      append_digits(out, at.microsecond, 6);
      out.append("Z ").append(sender.host).append(" ").append(sender.program).append(" ");
      if (sender.pid == 0) {
        out += "- - - ";
      } else {
        append_number(out, sender.pid);
        out += " - - ";
      }
      return;
    case SyslogHeader::Iso:
      append_date(out, '-');
      out += 'T';
      append_clock(out, at.hour, at.minute, at.second);
      break;
  }
  out.append(" ").append(sender.host).append(" ").append(sender.program);
  if (sender.pid != 0) {
    out += '[';
    append_number(out, sender.pid);
    out += ']';
  }
  out += ": ";
}

void Stamp::append_access(std::string& out, Time time) {
  const Clockwork at = set(time);
  append_2(out, day_of_month_);
  out.append("/").append(kMonths.substr(3 * (month_ - 1), 3)).append("/");
  append_digits(out, static_cast<unsigned>(year_), 4);
  out += ':';
  append_clock(out, at.hour, at.minute, at.second);
  out += " +0000";
}

void Stamp::append_nginx_error(std::string& out, Time time) {
  const Clockwork at = set(time);
  append_date(out, '/');
  out += ' ';
  append_clock(out, at.hour, at.minute, at.second);
}

void Stamp::append_apache_error(std::string& out, Time time) {
  const Clockwork at = set(time);
  out.append(kWeekdays.substr(3 * weekday_, 3)).append(" ");
  out.append(kMonths.substr(3 * (month_ - 1), 3)).append(" ");
  append_2(out, day_of_month_);
  out += ' ';
  append_clock(out, at.hour, at.minute, at.second);
  out += '.';
  append_digits(out, at.microsecond, 6);
  out += ' ';
  append_digits(out, static_cast<unsigned>(year_), 4);
}

void Stamp::append_cowrie(std::string& out, Time time) {
  const Clockwork at = set(time);
  append_date(out, '-');
  out += 'T';
  append_clock(out, at.hour, at.minute, at.second);
  out += '.';
  append_digits(out, at.microsecond, 6);
  out += 'Z';
}

void Stamp::append_milliseconds(std::string& out, Time time) {
  const Clockwork at = set(time);
  append_date(out, '-');
  out += 'T';
  append_clock(out, at.hour, at.minute, at.second);
  out += '.';
  append_digits(out, at.microsecond / 1000, 3);
  out += 'Z';
}

}  // namespace vedette::simulate
