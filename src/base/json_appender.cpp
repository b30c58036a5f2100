#include "base/json_appender.h"

#include "base/json_writer.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace vedette {
namespace {

constexpr std::size_t kDigitsMax = 20;
constexpr std::size_t kTimeBytesMax = 32;
constexpr double kTenthsMax = 1e9;

}  // namespace

void JsonAppender::open(std::size_t room) {
  const std::size_t size = out_.size();
  // What was reserved is used; beyond that it doubles, as append would.
  out_.resize(size + room);
  at_ = out_.data() + size;
  end_ = at_ + room;
}

void JsonAppender::more(std::size_t bytes) {
  close();
  open(std::max(bytes, kRoomAtFirst));
}

JsonAppender& JsonAppender::escaped(std::string_view value) {
  close();
  append_json_string(out_, value);
  open(kRoomAtFirst);
  return *this;
}

JsonAppender& JsonAppender::real(double value) {
  close();
  JsonWriter(out_).real(value);
  open(kRoomAtFirst);
  return *this;
}

JsonAppender& JsonAppender::number(std::uint64_t value) {
  need(kDigitsMax);
  at_ = std::to_chars(at_, at_ + kDigitsMax, value).ptr;
  return *this;
}

JsonAppender& JsonAppender::tenths(double value) {
  if (!(value >= 0 && value < kTenthsMax) || std::signbit(value)) {
    close();
    JsonWriter(out_).real(value, 1);
    open(kRoomAtFirst);
    return *this;
  }
  // So few digits are the shortest text of the number: they tell it from its neighbours.
  const auto scaled = static_cast<std::uint64_t>(std::round(value * 10));
  number(scaled / 10);
  if (scaled % 10 == 0) return *this;
  need(2);
  *at_++ = '.';
  *at_++ = static_cast<char>('0' + scaled % 10);
  return *this;
}

JsonAppender& JsonAppender::time(Time value) {
  if (value == Time{}) return raw("null");
  need(kTimeBytesMax + 2);
  *at_++ = '"';
  at_ = format_rfc3339(value, at_);
  *at_++ = '"';
  return *this;
}

}  // namespace vedette
