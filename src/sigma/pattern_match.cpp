// How a pattern is compared with one value of an event.
#include "base/text.h"
#include "base/utf8.h"
#include "sigma/pattern.h"

#include <fmt/format.h>

#include <charconv>

namespace vedette::sigma {
namespace {

bool equal(std::string_view text, std::string_view wanted, bool cased) {
  if (text.size() != wanted.size()) return false;
  if (cased) return text == wanted;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower(wanted[i])) return false;
  }
  return true;
}

bool contains(std::string_view text, std::string_view wanted, bool cased) {
  if (cased) return text.find(wanted) != std::string_view::npos;
  if (wanted.empty()) return true;
  if (text.size() < wanted.size()) return false;
  const char first = lower(wanted[0]);
  for (std::size_t at = 0; at <= text.size() - wanted.size(); ++at) {
    if (lower(text[at]) == first && equal(text.substr(at, wanted.size()), wanted, false))
      return true;
  }
  return false;
}

/// How many bytes of the text the token takes, or 0.
std::size_t token_length(GlobToken token, std::string_view text, bool cased) {
  if (text.empty()) return 0;
  if (token < 256) {
    const char wanted = static_cast<char>(token);
    return text[0] == wanted || (!cased && lower(text[0]) == lower(wanted)) ? 1 : 0;
  }
  if (token == kOne) return std::max<std::size_t>(utf8_length(text), 1);
  if (text[0] == '-' || text[0] == '/') return 1;
  return text.starts_with("\u2013") || text.starts_with("\u2014") || text.starts_with("\u2015") ? 3
                                                                                                : 0;
}

/// Tokens to be matched against the whole text. Only the last star is ever tried again, so the cost
/// is at most the product of both lengths.
bool glob_matches(const std::vector<GlobToken>& tokens, std::string_view text, bool cased) {
  std::size_t at = 0, i = 0, resume = 0, star = tokens.size();
  while (i < text.size()) {
    if (at < tokens.size() && tokens[at] == kMany) {
      star = at++;
      resume = i;
      if (at == tokens.size()) return true;
      continue;
    }
    const std::size_t length =
        at < tokens.size() ? token_length(tokens[at], text.substr(i), cased) : 0;
    if (length > 0) {
      i += length;
      ++at;
    } else if (star < tokens.size()) {
      at = star + 1;
      i = ++resume;
    } else {
      return false;
    }
  }
  while (at < tokens.size() && tokens[at] == kMany) ++at;
  return at == tokens.size();
}

template <typename Number>
bool compare(Number value, CompareOp op, Number wanted) {
  switch (op) {
    case CompareOp::Equal:
      return value == wanted;
    case CompareOp::Less:
      return value < wanted;
    case CompareOp::LessEqual:
      return value <= wanted;
    case CompareOp::Greater:
      return value > wanted;
    case CompareOp::GreaterEqual:
      return value >= wanted;
  }
  return false;
}

bool number_matches(const Pattern& pattern, const ValueText& value) {
  const Value* typed = value.value();
  if (pattern.part != TimePart::None) {
    std::optional<Time> time;
    if (typed != nullptr && typed->type == ValueType::Timestamp) {
      time = Time{Duration{typed->integer}};
    } else {
      time = parse_rfc3339(value.text());
    }
    if (!time) return false;
    return compare(static_cast<double>(time_part(*time, pattern.part)), pattern.op, pattern.number);
  }
  if (typed != nullptr && typed->type == ValueType::Integer) {
    return compare(static_cast<double>(typed->integer), pattern.op, pattern.number);
  }
  if (typed != nullptr && typed->type == ValueType::Real) {
    return compare(typed->real, pattern.op, pattern.number);
  }
  const std::string_view text = value.text();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return false;
  return compare(number, pattern.op, pattern.number);
}

bool network_matches(const Pattern& pattern, const ValueText& value) {
  const Value* typed = value.value();
  if (typed != nullptr && typed->type == ValueType::Ip) return pattern.network.contains(*typed->ip);
  const auto ip = parse_ip(value.text());
  return ip && pattern.network.contains(*ip);
}

}  // namespace

void ValueText::write() const {
  const Value& value = *value_;
  char* end = buffer_;
  switch (value.type) {
    case ValueType::String:
      text_ = value.string();
      return;
    case ValueType::Boolean:
      text_ = value.integer != 0 ? "true" : "false";
      return;
    case ValueType::Integer:
      end = std::to_chars(buffer_, buffer_ + sizeof buffer_, value.integer).ptr;
      break;
    case ValueType::Real:
      end = fmt::format_to_n(buffer_, sizeof buffer_, "{}", value.real).out;
      break;
    case ValueType::Ip:
      end = format_ip(*value.ip, buffer_);
      break;
    case ValueType::Timestamp:
      end = format_rfc3339(Time{Duration{value.integer}}, buffer_);
      break;
  }
  text_ = {buffer_, static_cast<std::size_t>(end - buffer_)};
}

bool matches(Pattern::Kind how, std::string_view text, std::string_view wanted, bool cased) {
  if (text.size() < wanted.size()) return false;
  switch (how) {
    case Pattern::Kind::StartsWith:
      return equal(text.substr(0, wanted.size()), wanted, cased);
    case Pattern::Kind::EndsWith:
      return equal(text.substr(text.size() - wanted.size()), wanted, cased);
    case Pattern::Kind::Contains:
      return contains(text, wanted, cased);
    default:
      return equal(text, wanted, cased);
  }
}

bool matches(const Pattern& pattern, const ValueText& value) {
  switch (pattern.kind) {
    case Pattern::Kind::Exact:
      if (pattern.is_integer && value.value() != nullptr &&
          value.value()->type == ValueType::Integer) {
        return value.value()->integer == pattern.integer;
      }
      [[fallthrough]];
    case Pattern::Kind::StartsWith:
    case Pattern::Kind::EndsWith:
    case Pattern::Kind::Contains:
      return matches(pattern.kind, value.text(), pattern.text, pattern.cased);
    case Pattern::Kind::Glob:
      return glob_matches(pattern.tokens, value.text(), pattern.cased);
    case Pattern::Kind::Any:
      return true;
    case Pattern::Kind::Number:
      return number_matches(pattern, value);
    case Pattern::Kind::Network:
      return network_matches(pattern, value);
    case Pattern::Kind::Regex:
      return pattern.regex->search(value.text());
    default:
      return false;
  }
}

std::int64_t time_part(Time time, TimePart part) {
  const Civil civil = to_civil_utc(time);
  switch (part) {
    case TimePart::Minute:
      return civil.minute;
    case TimePart::Hour:
      return civil.hour;
    case TimePart::Day:
      return civil.day;
    case TimePart::Month:
      return civil.month;
    case TimePart::Year:
      return civil.year;
    case TimePart::None:
      return 0;
    case TimePart::Week:
      break;
  }
  // ISO 8601: a week belongs to the year that has its Thursday.
  const auto days = std::chrono::floor<std::chrono::days>(time);
  const auto weekday = std::chrono::weekday(days).iso_encoding();
  const auto thursday = days + std::chrono::days(4 - static_cast<int>(weekday));
  const auto year = std::chrono::year_month_day(thursday).year();
  const std::chrono::sys_days new_year{year / std::chrono::January / 1};
  return (thursday - new_year).count() / 7 + 1;
}

}  // namespace vedette::sigma
