#include "prompt/obfuscate.h"

#include "base/text.h"
#include "base/utf8.h"

#include <fmt/core.h>

#include <array>
#include <iterator>

namespace vedette::prompt {
namespace {

bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

void put(std::string& out, int code) {
  char bytes[4];
  out.append(bytes, put_utf8(bytes, code));
}

/// Each byte by what `one` appends for it.
template <typename One>
std::string each(std::string_view text, const One& one) {
  std::string out;
  for (const char c : text) one(out, c);
  return out;
}

void homoglyph(std::string& out, char c) {
  constexpr std::string_view kLatin = "aceopxyijsACEOPXTHBM";
  constexpr std::array<int, kLatin.size()> kTwins = {
      0x430, 0x441, 0x435, 0x43E, 0x440, 0x445, 0x443, 0x456, 0x458, 0x455,
      0x410, 0x421, 0x415, 0x41E, 0x420, 0x425, 0x422, 0x41D, 0x412, 0x41C};
  const std::size_t at = kLatin.find(c);
  at == std::string_view::npos ? put(out, static_cast<unsigned char>(c)) : put(out, kTwins[at]);
}

void leet(std::string& out, char c) {
  constexpr std::string_view kLetters = "aeiost", kSigns = "431057";
  const std::size_t at = kLetters.find(lower(c));
  out += at == std::string_view::npos ? c : kSigns[at];
}

std::string base64(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += 3) {
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0u);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += at + i > text.size() ? '=' : kAlphabet[bits >> (18 - 6 * i) & 63];
    }
  }
  return out;
}

std::string spaced(std::string_view text, Random& random) {
  const char separator = " -._"[random.below(4)];
  std::string out;
  for (const char c : text) {
    if (!out.empty() && is_ascii(c)) out += separator;
    out += c;
  }
  return out;
}

std::string rot13(std::string_view text) {
  return each(text, [](std::string& out, char c) {
    const char first = static_cast<char>(c & 0x20 ? 'a' : 'A');
    out += is_letter(c) ? static_cast<char>(first + (c - first + 13) % 26) : c;
  });
}

std::string backwards(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    std::size_t at = text.size() - 1;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
    out += text.substr(at);
    text.remove_suffix(text.size() - at);
  }
  return out;
}

/// Each letter of ASCII moved to where its likeness begins in Unicode.
std::string moved(std::string_view text, int capital, int small) {
  return each(text, [&](std::string& out, char c) {
    if (!is_letter(c)) {
      out += c;
    } else {
      put(out, c & 0x20 ? small + (c - 'a') : capital + (c - 'A'));
    }
  });
}

std::string unseen(std::string_view text, Obfuscation how, Random& random) {
  constexpr std::array<int, 4> kZeroWidth = {0x200B, 0x2060, 0xFEFF, 0xAD};
  constexpr std::array<int, 4> kMarks = {0x301, 0x336, 0x308, 0x323};
  return each(text, [&](std::string& out, char c) {
    out += c;
    if (!is_letter(c)) return;
    put(out, (how == Obfuscation::ZeroWidth ? kZeroWidth : kMarks)[random.below(4)]);
  });
}

/// Each byte of ASCII, or each byte, as an escape.
std::string escaped(std::string_view text, Obfuscation how) {
  return each(text, [&](std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    if (how == Obfuscation::Percent) {
      fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
    } else if (how == Obfuscation::Hex) {
      fmt::format_to(std::back_inserter(out), "{:02x}", byte);
    } else if (!is_ascii(c)) {
      out += c;
    } else if (how == Obfuscation::Entities) {
      fmt::format_to(std::back_inserter(out), "&#{};", byte);
    } else {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    }
  });
}

/// Carried by characters that nobody sees, behind one that is seen.
std::string carried(std::string_view text, Obfuscation how) {
  std::string out = "\U0001F600";
  for (const char c : text) {
    const int byte = static_cast<unsigned char>(c);
    if (how == Obfuscation::Tags) {
      if (byte >= ' ' && byte < 127) put(out, 0xE0000 + byte);
    } else {
      put(out, byte < 16 ? 0xFE00 + byte : 0xE0100 + byte - 16);
    }
  }
  return out;
}

}  // namespace

std::string obfuscate(std::string_view text, Obfuscation how, Random& random) {
  switch (how) {
    case Obfuscation::MixedCase:
      return each(text, [&](std::string& out, char c) {
        out += is_letter(c) && random.chance(0.5) ? static_cast<char>(c ^ 0x20) : c;
      });
    case Obfuscation::ZeroWidth:
    case Obfuscation::Accents:
      return unseen(text, how, random);
    case Obfuscation::Homoglyphs:
      return each(text, [&](std::string& out, char c) {
        is_ascii(c) && random.chance(0.5) ? homoglyph(out, c) : out.push_back(c);
      });
    case Obfuscation::Fullwidth:
      return moved(text, 0xFF21, 0xFF41);
    case Obfuscation::Mathematical:
      return moved(text, 0x1D400, 0x1D41A);
    case Obfuscation::Tags:
    case Obfuscation::Variations:
      return carried(text, how);
    case Obfuscation::Leet:
      return each(text, leet);
    case Obfuscation::Spaced:
      return spaced(text, random);
    case Obfuscation::Base64:
      return base64(text);
    case Obfuscation::Hex:
    case Obfuscation::Percent:
    case Obfuscation::Entities:
    case Obfuscation::Escapes:
      return escaped(text, how);
    case Obfuscation::Rot13:
      return rot13(text);
    case Obfuscation::Backwards:
      return backwards(text);
  }
  return std::string(text);
}

}  // namespace vedette::prompt
