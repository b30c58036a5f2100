// What the features see of a character: 12 bits, so that five of them fit into one register. ASCII
// letters are themselves in lower case, all digits are one, blanks are one; other characters are
// hashed, which loses little, as features are hashed anyway. Accents of Latin letters are dropped.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vedette::prompt {

inline constexpr unsigned kSymbolBits = 12;
inline constexpr std::uint16_t kBlank = ' ';

inline constexpr std::uint64_t key_mask(unsigned symbols) {
  return (std::uint64_t{1} << (kSymbolBits * symbols)) - 1;
}

inline constexpr std::array<std::uint16_t, 128> kAsciiSymbols = [] {
  std::array<std::uint16_t, 128> symbols{};
  for (std::uint16_t c = 0; c < 128; ++c) {
    symbols[c] = c <= ' ' || c == 127 ? kBlank : c;
    if (c >= '0' && c <= '9') symbols[c] = '0';
    if (c >= 'A' && c <= 'Z') symbols[c] = static_cast<std::uint16_t>(c | 0x20);
  }
  return symbols;
}();

/// Letters and digits.
inline constexpr std::array<bool, 128> kAsciiInWords = [] {
  std::array<bool, 128> in_words{};
  for (std::size_t c = 0; c < 128; ++c) {
    const std::uint16_t symbol = kAsciiSymbols[c];
    in_words[c] = (symbol >= 'a' && symbol <= 'z') || symbol == '0';
  }
  return in_words;
}();

/// Marks of plain sentences, and those that are odd among them.
enum class Mark : std::uint8_t { None, Plain, Odd };
inline constexpr std::array<Mark, 128> kAsciiMarks = [] {
  std::array<Mark, 128> marks{};
  for (std::size_t c = ' ' + 1; c < 127; ++c) {
    if (!kAsciiInWords[c]) marks[c] = Mark::Odd;
  }
  for (const char c : std::string_view(".,?!'\"-:;()"))
    marks[static_cast<unsigned char>(c)] = Mark::Plain;
  return marks;
}();

/// The letters below the accents of U+00C0 to U+017F and of Vietnamese (U+1EA0 to U+1EF9).
inline constexpr std::string_view kLatinBase =
    "aaaaaaaceeeeiiiidnooooo*ouuuuytsaaaaaaaceeeeiiiidnooooo/ouuuuyty"
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkkllllllllllnnnnnnnnnoooooooo"
    "rrrrrrssssssssttttttuuuuuuuuuuuuwwyyyzzzzzzs";
inline constexpr std::string_view kVietnameseBase =
    "aaaaaaaaaaaaaaaaaaaaaaaaeeeeeeeeeeeeeeeeiiiioooooooooooooooooooooooouuuuuuuuuuuuuuyyyyyyyy";
static_assert(kLatinBase.size() == 0x180 - 0xC0 && kVietnameseBase.size() == 0x1EFA - 0x1EA0);

/// Greek and Cyrillic capitals become small ones.
inline constexpr std::uint32_t small_letter(std::uint32_t code) {
  if ((code >= 0x391 && code <= 0x3A9) || (code >= 0x410 && code <= 0x42F)) return code + 32;
  return code >= 0x400 && code <= 0x40F ? code + 80 : code;
}

inline constexpr std::uint16_t symbol_of(std::uint32_t code) {
  const auto letter = [](char c) { return static_cast<std::uint16_t>(c); };
  if (code < 128) return kAsciiSymbols[code];
  if (code >= 0xC0 && code < 0x180) return letter(kLatinBase[code - 0xC0]);
  if (code >= 0x1EA0 && code < 0x1EFA) return letter(kVietnameseBase[code - 0x1EA0]);
  if (code == 0x1A0 || code == 0x1A1) return 'o';
  if (code == 0x1AF || code == 0x1B0) return 'u';
  code = small_letter(code);
  const std::uint32_t hashed = code * 2654435761u >> (32 - kSymbolBits);
  return static_cast<std::uint16_t>(hashed < 128 ? hashed + 128 : hashed);
}

/// The code point of one valid character of `length` bytes; a stray byte (length 0) is itself.
inline constexpr std::uint32_t code_point(std::string_view bytes, std::size_t length) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint32_t>(bytes[i]) & 0x3F; };
  switch (length) {
    case 2:
      return (static_cast<std::uint32_t>(bytes[0]) & 0x1F) << 6 | at(1);
    case 3:
      return (static_cast<std::uint32_t>(bytes[0]) & 0x0F) << 12 | at(1) << 6 | at(2);
    case 4:
      return (static_cast<std::uint32_t>(bytes[0]) & 0x07) << 18 | at(1) << 12 | at(2) << 6 | at(3);
    default:
      return static_cast<std::uint32_t>(bytes[0]) & 0xFF;
  }
}

/// Written without blanks between words, a character being a syllable or a word: ideographs, kana,
/// Hangul, and the pictures beyond the basic plane.
inline constexpr bool is_wide(std::uint32_t code) {
  return (code >= 0x3000 && code <= 0xD7FF) || code >= 0x10000;
}

inline constexpr std::uint64_t kWordStart = 0xCBF29CE484222325u;
inline constexpr std::uint64_t word_step(std::uint64_t hash, std::uint16_t symbol) {
  return (hash ^ symbol) * 0x9E3779B97F4A7C15u;
}

}  // namespace vedette::prompt
