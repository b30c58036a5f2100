#include "net/response_head.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>

namespace vedette::net {
namespace {

/// IMF-fixdate (RFC 9110, 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT".
std::string format_date(Time time) {
  constexpr std::array<std::string_view, 7> kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const Civil civil = to_civil_utc(time);
  const std::chrono::weekday day(std::chrono::floor<std::chrono::days>(time));
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[day.c_encoding()], civil.day,
                     kMonths[civil.month - 1], civil.year, civil.hour, civil.minute, civil.second);
}

/// A value cannot end its line: whoever made it, it may hold what a client sent.
void append_value(std::string& out, std::string_view value) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  bool clean = true;  // without a branch per byte: it nearly always is
  for (const char c : value) clean &= !is_control(c);
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  out.append(value);
  if (!clean) std::replace_if(out.begin() + begin, out.end(), is_control, ' ');
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  append_value(out, name);
  out.append(": ", 2);
  append_value(out, value);
  out.append("\r\n");
}

void append_number(std::string& out, std::uint64_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

}  // namespace

ResponseHead::ResponseHead(const HttpHeaders& fixed) {
  for (const auto& [name, value] : fixed) append_field(fixed_, name, value);
}

void ResponseHead::set_time(Time now) {
  const auto second = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  if (second == second_) return;
  second_ = second;
  tail_ = "Date: " + format_date(now) + "\r\n" + fixed_;
}

void ResponseHead::write(std::string& out, const HttpResponse& response, After after,
                         BodyEnd end) const {
  if (response.status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
  } else {
    out.append("HTTP/1.1 ");
    append_number(out, response.status);
    out += ' ';
    out.append(reason_phrase(response.status));
    out.append("\r\n");
  }
  out.append(tail_);
  if (!response.content_type.empty() && may_have_body(response.status)) {
    append_field(out, "Content-Type", response.content_type);
  }
  if (end == BodyEnd::Length && may_have_body(response.status)) {
    out.append("Content-Length: ");
    append_number(out, response.content().size());
    out.append("\r\n");
  } else if (end == BodyEnd::Chunks) {
    out.append("Transfer-Encoding: chunked\r\n");
  }
  for (const auto& [name, value] : response.headers) append_field(out, name, value);
  if (after == After::Close) out.append("Connection: close\r\n");
  if (after == After::KeepAndSay) out.append("Connection: keep-alive\r\n");
  out.append("\r\n");
}

bool may_have_body(unsigned status) {
  return status >= 200 && status != 204 && status != 304;
}

}  // namespace vedette::net
