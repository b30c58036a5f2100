// Classes of bytes for the scanners of leaks, and the searches that make them quick where there is
// nothing to find: most text is passed over eight bytes, or sixteen, at a time.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace vedette::prompt {

using ByteSet = std::uint16_t;
inline constexpr ByteSet kDigit = 1, kHexLow = 2, kLowRest = 4, kHexUp = 8, kUpRest = 16,
                         kUnderscore = 32, kHyphen = 64, kDot = 128, kTilde = 256, kPlusSlash = 512,
                         kEquals = 1024, kLocalPart = 2048, kEndsValue = 4096, kEndsUrl = 8192,
                         kEndsAuthority = 16384, kHigh = 32768;  ///< of UTF-8 beyond ASCII
inline constexpr ByteSet kLow = kHexLow | kLowRest, kUp = kHexUp | kUpRest;
inline constexpr ByteSet kLetter = kLow | kUp, kAlnum = kLetter | kDigit;
inline constexpr ByteSet kLowHex = kDigit | kHexLow, kHex = kLowHex | kHexUp;
inline constexpr ByteSet kWord = kAlnum | kUnderscore, kUrlSafe = kWord | kHyphen;
inline constexpr ByteSet kBase64 = kAlnum | kPlusSlash | kEquals;
inline constexpr ByteSet kUnreserved = kUrlSafe | kDot | kTilde;  ///< as RFC 3986 calls them

inline constexpr auto kByteSets = [] {
  std::array<ByteSet, 256> sets{};
  const auto add = [&](std::string_view bytes, ByteSet set) {
    for (const char c : bytes) sets[static_cast<unsigned char>(c)] |= set;
  };
  for (unsigned c = '0'; c <= '9'; ++c) sets[c] = kDigit;
  for (unsigned c = 'a'; c <= 'z'; ++c) sets[c] = c <= 'f' ? kHexLow : kLowRest;
  for (unsigned c = 'A'; c <= 'Z'; ++c) sets[c] = c <= 'F' ? kHexUp : kUpRest;
  add("_", kUnderscore);
  add("-", kHyphen);
  add(".", kDot);
  add("~", kTilde);
  add("+/", kPlusSlash);
  add("=", kEquals);
  add("%'!#&*", kLocalPart);
  for (unsigned c = 0x80; c <= 0xFF; ++c) sets[c] = kHigh;
  for (unsigned c = 0; c <= ' '; ++c) sets[c] |= kEndsValue | kEndsUrl | kEndsAuthority;
  add(",;&\"'`<>(){}[]|\\", kEndsValue);
  add("\"'<>`)|\\", kEndsUrl);
  add("/?#\"'<>`\\", kEndsAuthority);
  return sets;
}();

inline bool in(char c, ByteSet set) {
  return (kByteSets[static_cast<unsigned char>(c)] & set) != 0;
}
/// Whether the byte at `at` is there and in the set.
inline bool in(std::string_view text, std::size_t at, ByteSet set) {
  return at < text.size() && in(text[at], set);
}

/// The end of the bytes of the set that begin at `from`; looks at most `max` bytes far.
inline std::size_t run_end(std::string_view text, std::size_t from, ByteSet set,
                           std::size_t max = std::string_view::npos) {
  const std::size_t end = max < text.size() - from ? from + max : text.size();
  while (from < end && in(text[from], set)) ++from;
  return from;
}
/// The beginning of the bytes of the set that end before `to`; goes back at most `max` bytes.
inline std::size_t run_begin(std::string_view text, std::size_t to, ByteSet set, std::size_t max) {
  const std::size_t stop = to > max ? to - max : 0;
  while (to > stop && in(text[to - 1], set)) --to;
  return to;
}

static_assert(std::endian::native == std::endian::little, "the first byte is the lowest");

/// 0x80 in each byte of the word that is `byte`. Bytes above the first of those may be marked, too.
inline std::uint64_t first_equal(std::uint64_t word, std::uint8_t byte) {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  const std::uint64_t x = word ^ (kOnes * byte);
  return (x - kOnes) & ~x & (kOnes * 0x80);
}

/// Where the first byte at or after `from` is that `marks` finds in words of eight; else the size.
template <typename Marks>
std::size_t find_mark(std::string_view text, std::size_t from, Marks marks) {
  const auto load = [&](std::size_t at) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    return word;
  };
  while (from + 16 <= text.size() && (marks(load(from)) | marks(load(from + 8))) == 0) from += 16;
  for (; from + 8 <= text.size(); from += 8) {
    const std::uint64_t found = marks(load(from));
    if (found != 0) return from + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  if (from >= text.size()) return text.size();
  std::uint64_t word = 0;
  std::memcpy(&word, text.data() + from, text.size() - from);
  const std::uint64_t found = marks(word);
  return found != 0 ? from + static_cast<std::size_t>(std::countr_zero(found)) / 8 : text.size();
}

/// The first digit, or one of : ; < = > ? @ (all of 0x30 to 0x3F, and 0x40).
inline std::size_t find_digit_or_mark(std::string_view text, std::size_t from) {
  return find_mark(text, from, [](std::uint64_t word) {
    return first_equal(word & 0xF0F0F0F0F0F0F0F0u, 0x30) | first_equal(word, '@');
  });
}
/// The first = or colon.
inline std::size_t find_assignment(std::string_view text, std::size_t from) {
  return find_mark(text, from, [](std::uint64_t word) {
    return first_equal(word, ':') | first_equal(word, '=');
  });
}

/// Where a phrase first stands at or after `from`; else the size. For phrases whose first letters
/// are everywhere: string_view's find() stops at each of them.
inline std::size_t find_phrase(std::string_view text, std::size_t from, std::string_view phrase) {
  const void* found = memmem(text.data() + from, text.size() - from, phrase.data(), phrase.size());
  if (found == nullptr) return text.size();
  return static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

/// The first run of at least 16 unreserved bytes that begins at or after `from`, which is no middle
/// of a run. Such a run covers one of the words of eight bytes that this goes by, and prose has a
/// blank in nearly every word.
inline std::size_t find_long_run(std::string_view text, std::size_t from) {
  constexpr std::size_t kLong = 16;
  constexpr std::uint64_t kBlanks = 0x2121212121212121u, kTops = 0x8080808080808080u;
  for (std::size_t at = from; at + 8 <= text.size();) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + at, 8);
    at += 8;
    if (((word - kBlanks) & ~word & kTops) != 0) continue;  // something up to 0x20
    const std::size_t begin = run_begin(text, at, kUnreserved, at - from);
    if (begin + 8 > at) continue;
    at = run_end(text, at, kUnreserved, kLong);
    if (at - begin >= kLong) return begin;
  }
  return text.size();
}

}  // namespace vedette::prompt
