#include "decode/json_object.h"

#include "base/text.h"
#include "base/utf8.h"
#include "decode/web_request.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace vedette::decode {
namespace {

using std::string_view;

int hex_value(string_view text, std::size_t at, std::size_t digits) {
  if (at + digits > text.size()) return -1;
  int value = 0;
  const char* const begin = text.data() + at;
  const auto [end, error] = std::from_chars(begin, begin + digits, value, 16);
  return error == std::errc{} && end == begin + digits && *begin != '-' ? value : -1;
}

/// The character of `\uXXXX` whose digits begin at `at`; moves `at` behind it. A lone half of a
/// pair is U+FFFD.
int take_unicode(string_view raw, std::size_t& at, int first) {
  at += 4;
  if (first < 0xD800 || first > 0xDFFF) return first;
  if (first < 0xDC00 && raw.substr(at).starts_with("\\u")) {
    const int second = hex_value(raw, at + 2, 4);
    if (second >= 0xDC00 && second <= 0xDFFF) {
      at += 6;
      return 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00);
    }
  }
  return 0xFFFD;
}

/// Also takes `\xNN`, which is no JSON but what nginx writes when nobody told it to escape for
/// JSON.
string_view unescape(string_view raw, Arena& arena) {
  char* const text = arena.allocate(raw.size());
  char* out = text;
  for (std::size_t i = 0; i < raw.size();) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      *out++ = raw[i++];
      continue;
    }
    const char kind = raw[i + 1];
    i += 2;
    switch (kind) {
      case 'b':
        *out++ = '\b';
        break;
      case 'f':
        *out++ = '\f';
        break;
      case 'n':
        *out++ = '\n';
        break;
      case 'r':
        *out++ = '\r';
        break;
      case 't':
        *out++ = '\t';
        break;
      case '"':
      case '\\':
      case '/':
        *out++ = kind;
        break;
      case 'u':
        if (const int code = hex_value(raw, i, 4); code >= 0) {
          out = put_utf8(out, take_unicode(raw, i, code));
          break;
        }
        [[fallthrough]];
      default:
        if (const int code = kind == 'x' ? hex_value(raw, i, 2) : -1; code >= 0 && code < 0x80) {
          *out++ = static_cast<char>(code);
          i += 2;
        } else {
          *out++ = '\\';
          *out++ = kind;
        }
    }
  }
  return {text, static_cast<std::size_t>(out - text)};
}

/// `[72,105]`: how journald exports a text with bytes that are not UTF-8.
string_view bytes_of(string_view raw, Arena& arena) {
  char* const text = arena.allocate(raw.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < raw.size();) {
    if (!is_digit(raw[i])) {
      ++i;
      continue;
    }
    unsigned value = 0;
    for (; i < raw.size() && is_digit(raw[i]); ++i)
      value = (value * 10 + unsigned(raw[i] - '0')) & 0xFFF;
    text[size++] = static_cast<char>(value & 0xFF);
  }
  return {text, size};
}

std::optional<double> real_of(string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// Digit by digit: a double has no room for nanoseconds since 1970.
std::optional<Time> time_of_number(string_view text) {
  const auto dot = text.find('.');
  const auto whole = parse_int(text.substr(0, dot));
  if (!whole) {  // 1.7e9
    const auto real = real_of(text);
    if (!real || !(*real > 0 && *real < 1e11)) return {};
    return Time{std::chrono::milliseconds{std::llround(*real * 1e3)}};
  }
  std::int64_t scale = 1'000'000'000;
  for (const std::int64_t limit : {100'000'000'000, 100'000'000'000'000, 100'000'000'000'000'000}) {
    if (*whole >= limit) scale /= 1000;
  }
  constexpr std::int64_t kMax = 9'000'000'000'000'000'000;
  if (*whole <= 0 || *whole > kMax / scale) return {};
  std::int64_t nanoseconds = *whole * scale;
  for (std::size_t i = dot; i != string_view::npos && i + 1 < text.size(); ++i) {
    if (!is_digit(text[i + 1])) return {};
    scale /= 10;
    nanoseconds += scale * (text[i + 1] - '0');
  }
  return Time{Duration{nanoseconds}};
}

}  // namespace

void JsonObject::clear() {
  members_.clear();
  first_.fill(0);
}

void JsonObject::add(string_view name, string_view raw, JsonKind kind) {
  const auto [role, field] = find_json_name(name);
  const bool escaped = kind == JsonKind::String && !raw.empty() &&
                       std::memchr(raw.data(), '\\', raw.size()) != nullptr;
  members_.push_back({name, raw, field, role, kind, escaped});
  if (role == JsonRole::None) return;
  auto& first = first_[static_cast<std::size_t>(role)];
  if (first == 0 && members_.size() < 0xFFFF) first = static_cast<std::uint16_t>(members_.size());
}

string_view text_of(const JsonMember& member, Arena& arena) {
  if (member.kind == JsonKind::Bytes) return bytes_of(member.raw, arena);
  return member.escaped ? unescape(member.raw, arena) : member.raw;
}

std::optional<std::int64_t> integer_of(const JsonMember& member) {
  if (member.kind == JsonKind::Boolean) return {};
  if (const auto integer = parse_int(member.raw)) return integer;
  const auto real = real_of(member.raw);
  if (!real || !(std::abs(*real) < 9e18)) return {};
  return static_cast<std::int64_t>(*real);
}

std::optional<Time> time_of(const JsonMember& member, LocalZone& zone) {
  const auto text = member.raw;
  if (member.kind == JsonKind::Number) return time_of_number(text);
  if (member.kind != JsonKind::String) return {};
  if (const auto time = parse_rfc3339(text)) return time;
  char with_zone[40];
  if (text.size() >= 19 && text.size() < sizeof with_zone - 1) {
    std::memcpy(with_zone, text.data(), text.size());
    with_zone[text.size()] = 'Z';
    if (const auto time = parse_rfc3339({with_zone, text.size() + 1})) return time;
  }
  if (const auto time = time_of_number(text)) return time;
  return parse_web_time(text, zone);
}

string_view JsonObject::text(JsonRole role, EventBatch& out) const {
  const JsonMember* const member = find(role);
  return member == nullptr ? string_view{} : text_of(*member, out.arena());
}

std::optional<std::int64_t> JsonObject::integer(JsonRole role) const {
  const JsonMember* const member = find(role);
  return member == nullptr ? std::optional<std::int64_t>{} : integer_of(*member);
}

void set_member(JsonRole role, Field field, const JsonObject& object, EventBatch& out) {
  if (!out.wants(field)) return;
  const JsonMember* const member = object.find(role);
  if (member != nullptr) out.set(field, text_of(*member, out.arena()));
}

}  // namespace vedette::decode
