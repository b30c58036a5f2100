// Small pure functions on bytes. Nothing here allocates unless it returns a string.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette {

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}
inline char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

inline constexpr auto kHexDigits = [] {
  std::array<std::int16_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < 10; ++i) values['0' + i] = static_cast<std::int16_t>(i);
  for (std::size_t i = 0; i < 6; ++i) {
    values['a' + i] = values['A' + i] = static_cast<std::int16_t>(10 + i);
  }
  return values;
}();
/// 0 to 15, or -1 for what is no hexadecimal digit.
inline int hex_digit(char c) {
  return kHexDigits[static_cast<unsigned char>(c)];
}

/// Two decimal digits, or something far above what any two of them can say.
inline unsigned two_digits(const char* at) {
  const unsigned tens = static_cast<unsigned char>(at[0]) - unsigned{'0'};
  const unsigned ones = static_cast<unsigned char>(at[1]) - unsigned{'0'};
  return tens > 9 || ones > 9 ? 100'000 : tens * 10 + ones;
}

/// The whole text as a decimal integer, or nothing.
template <typename Int = std::int64_t>
std::optional<Int> parse_int(std::string_view text) {
  Int value{};
  if constexpr (sizeof(Int) >= 4) {
    std::size_t at = 0;  // up to nine digits, as most numbers have: nothing can overflow
    const std::size_t size = text.size() <= 9 ? text.size() : 0;
    for (; at < size && is_digit(text[at]); ++at) {
      value = value * 10 + static_cast<Int>(text[at] - '0');
    }
    if (size > 0 && at == size) return value;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

/// The enumerator whose name this is: `names` has them in their order.
template <typename Enum, std::size_t N>
std::optional<Enum> parse_name(const std::array<std::string_view, N>& names,
                               std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
  }
  return {};
}

inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (is_blank(text.front()) || text.front() == '\r')) text.remove_prefix(1);
  while (!text.empty() && (is_blank(text.back()) || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

/// Removes `prefix` from the front of `text` if it stands there.
inline bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

inline bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

inline bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

inline void skip_blanks(std::string_view& text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

/// Takes what stands before the first `delimiter` out of `text`, and the delimiter with it. Without
/// one, takes all of it.
inline std::string_view take_until(std::string_view& text, char delimiter) {
  const auto at = text.find(delimiter);
  const auto head = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return head;
}

std::string to_lower(std::string_view text);
bool equals_ignore_case(std::string_view a, std::string_view b);

/// Shortens to at most `bytes_max` without cutting a UTF-8 character in two.
std::string_view clip_utf8(std::string_view text, std::size_t bytes_max);

/// For a terminal or a log: control characters and invalid UTF-8 as \xNN, so that no log line can
/// move the cursor, change colours or forge a line. Valid UTF-8 stays.
std::string escape_for_terminal(std::string_view text);

}  // namespace vedette
