#include "prompt/encodings.h"

#include "base/text.h"
#include "base/utf8.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace vedette::prompt {
namespace {

constexpr std::size_t kBase64Min = 16, kHexDigitsMin = 16, kHexApartMin = 6, kNumbersMin = 8;
constexpr std::size_t kWrappedLineMin = 60, kTrySize = 16;
constexpr std::size_t kWholeBytesMax = 24;  // what is shorter must be text to the last byte
constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;

/// The six bits of a character of either base64 alphabet, or -1.
constexpr auto kBase64 = [] {
  std::array<std::int8_t, 256> bits{};
  bits.fill(-1);
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    bits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  bits['-'] = 62;
  bits['_'] = 63;
  return bits;
}();

bool is_base64(char c) {
  return kBase64[static_cast<unsigned char>(c)] >= 0;
}
bool is_letter(char c) {
  return lower(c) >= 'a' && lower(c) <= 'z';
}
bool is_word(char c) {
  return is_digit(c) || is_letter(c) || (static_cast<unsigned char>(c) & 0x80) != 0;
}

/// The first place from `at` on where eight bytes have no blank; every run of 15 has one.
std::size_t without_blank(std::string_view text, std::size_t at) {
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t x = 0;
    std::memcpy(&x, text.data() + at, 8);
    // Also stops where a byte above ASCII carries into the next: a false alarm, not a miss.
    if ((~(x | (x + kOnes * 0x5F)) & kHighs) == 0) return at;
  }
  return text.size();
}

/// The first digit from `at` on, or the end.
std::size_t next_digit(std::string_view text, std::size_t at) {
  for (; at + 8 <= text.size(); at += 8) {
    std::uint64_t x = 0;
    std::memcpy(&x, text.data() + at, 8);
    const std::uint64_t low = x & ~kHighs;
    const std::uint64_t from_zero = low + kOnes * (0x80 - '0'),
                        past_nine = low + kOnes * (0x7F - '9');
    if ((from_zero & ~past_nine & ~x & kHighs) != 0) break;
  }
  while (at < text.size() && !is_digit(text[at])) ++at;
  return at;
}

/// Whether nothing but base64 stands from `at` to the end of the line, or of the value it is in.
bool is_base64_line(std::string_view text, std::size_t at) {
  while (at < text.size() && is_base64(text[at])) ++at;
  return at == text.size() || std::string_view("=\r\n<\"'").find(text[at]) != text.npos;
}

/// A run of base64, which may go on in the next line; `end` is where it ends.
void read_base64(std::string_view text, std::size_t begin, std::size_t& end, MappedText& out) {
  std::uint32_t bits = 0;
  std::size_t held = 0, line = begin, at = begin, first = begin;
  const auto flush = [&](std::size_t bytes) {
    char made[3] = {static_cast<char>(bits >> 16), static_cast<char>(bits >> 8),
                    static_cast<char>(bits)};
    out.put({made, bytes}, first, at - first);
    held = 0;
    bits = 0;
  };
  for (; at < text.size(); ++at) {
    const int six = kBase64[static_cast<unsigned char>(text[at])];
    if (six < 0) {
      std::size_t next = at;
      while (next < text.size() && (text[next] == '\r' || text[next] == '\n')) ++next;
      if (next == at || next - at > 2 || at - line < kWrappedLineMin) break;
      while (next < text.size() && is_blank(text[next])) ++next;
      if (next == text.size() || !is_base64(text[next])) break;
      if (held > 0 && !is_base64_line(text, next)) break;
      line = next;
      at = next - 1;
      continue;
    }
    if (held == 0) first = at;
    bits |= static_cast<std::uint32_t>(six) << (18 - 6 * held);
    if (++held == 4) {
      ++at;
      flush(3);
      --at;
    }
  }
  if (held > 1) flush(held - 1);
  while (at < text.size() && text[at] == '=') ++at;
  end = at;
}

/// Keeps what was appended since `from` if it is text, with a newline behind it.
bool keep_if(bool good, MappedText& out, std::size_t from, std::size_t runs, std::size_t end) {
  if (good) {
    out.put("\n", end, 0);
  } else {
    out.text.resize(from);
    out.map.rewind(runs);
  }
  return good;
}

/// One number of `base` with `least` to `most` digits, nothing of a word around it; `at` moves.
int read_number(std::string_view text, std::size_t& at, int base, std::size_t least,
                std::size_t most) {
  int value = 0;
  std::size_t digits = 0, i = at;
  if (base == 16 && text.substr(i).starts_with("0x")) i += 2;
  for (; i < text.size() && digits <= most; ++i, ++digits) {
    const int digit = hex_digit(text[i]);
    if (digit < 0 || digit >= base) break;
    value = value * base + digit;
  }
  if (digits < least || digits > most || (i < text.size() && is_word(text[i]))) return -1;
  at = i;
  return value;
}

struct Numbers {
  int base;
  std::size_t digits_min, digits_max, count_min;
};

/// Numbers one after the other, at most two separators apart, from `begin`; returns where they end.
std::size_t read_numbers(std::string_view text, std::size_t begin, const Numbers& form,
                         MappedText& out) {
  const std::size_t from = out.text.size(), runs = out.map.size();
  std::size_t at = begin, end = begin;
  std::size_t letters = 0;
  while (at < text.size()) {
    const std::size_t first = at;
    const int value = read_number(text, at, form.base, form.digits_min, form.digits_max);
    if (value < 0 || value > 255) break;
    const char byte = static_cast<char>(value);
    out.put({&byte, 1}, first, at - first);
    letters += is_letter(byte) || byte == ' ' ? 1 : 0;
    end = at;
    for (int i = 0; i < 2 && at < text.size(); ++i) {
      if (std::string_view(" ,:;-\t\n\r").find(text[at]) != std::string_view::npos) ++at;
    }
    if (at == end) break;
  }
  const std::size_t count = out.text.size() - from;
  const bool good = count >= form.count_min && letters * 5 >= count * 4 &&
                    is_text(std::string_view(out.text).substr(from));
  keep_if(good, out, from, runs, end);
  return end;
}

void decode_forms(std::string_view text, const Numbers* forms, std::size_t count, MappedText& out) {
  for (std::size_t at = next_digit(text, 0); at < text.size(); at = next_digit(text, at)) {
    if (at > 0 && is_word(text[at - 1])) {
      ++at;
      continue;
    }
    std::size_t end = at + 1;
    for (std::size_t i = 0; i < count; ++i) {
      end = std::max(end, read_numbers(text, at, forms[i], out));
    }
    at = end;
  }
}

}  // namespace

bool is_text(std::string_view bytes) {
  std::size_t bad = 0;
  const std::size_t bad_max = bytes.size() <= kWholeBytesMax ? 0 : bytes.size() / 10;
  for (std::size_t at = 0; at < bytes.size() && bad <= bad_max;) {
    const std::size_t length = utf8_length(bytes.substr(at));
    const char c = bytes[at];
    const bool blank = c == '\n' || c == '\r' || c == '\t';
    const bool wide = c == 0 && at > 0 && bytes[at - 1] >= ' ' && bytes[at - 1] < 127;
    if (length == 0 || (length == 1 && !blank && !wide && (c < ' ' || c == 127))) ++bad;
    at += std::max<std::size_t>(length, 1);
  }
  return bad <= bad_max;
}

void decode_base64(std::string_view text, MappedText& out) {
  out.clear();
  std::size_t done = 0;
  for (std::size_t at = without_blank(text, 0); at < text.size(); at = without_blank(text, at)) {
    std::size_t begin = at, end = at;
    while (begin > done && is_base64(text[begin - 1])) --begin;
    while (end < text.size() && end - begin < kTrySize && is_base64(text[end])) ++end;
    const std::size_t from = out.text.size(), runs = out.map.size();
    if (end - begin >= kBase64Min) {
      std::size_t tried = 0;
      read_base64(text.substr(0, begin + kTrySize), begin, tried, out);
      const bool promising = is_text(clip_utf8(std::string_view(out.text).substr(from), 9));
      out.text.resize(from);
      out.map.rewind(runs);
      if (promising) {
        read_base64(text, begin, end, out);
        keep_if(is_text(std::string_view(out.text).substr(from)), out, from, runs, end);
      } else {
        while (end < text.size() && is_base64(text[end])) ++end;
      }
    }
    done = end;
    at = std::max(end, at + 8);
  }
}

void decode_hex(std::string_view text, MappedText& out) {
  out.clear();
  constexpr Numbers kPairs{16, 2, 2, kHexApartMin};
  // Every character of ASCII that can be seen begins with a digit.
  for (std::size_t at = next_digit(text, 0); at < text.size(); at = next_digit(text, at)) {
    if (at > 0 && is_word(text[at - 1])) {
      ++at;
      continue;
    }
    std::size_t begin = at;
    if (text.substr(at).starts_with("0x")) begin += 2;
    std::size_t end = begin;
    while (end < text.size() && hex_digit(text[end]) >= 0) ++end;
    const std::size_t digits = end - begin;
    if (digits >= kHexDigitsMin && digits % 2 == 0) {
      const std::size_t from = out.text.size(), runs = out.map.size();
      for (; begin < end; begin += 2) {
        const char byte =
            static_cast<char>(hex_digit(text[begin]) * 16 + hex_digit(text[begin + 1]));
        out.put({&byte, 1}, begin, 2);
      }
      keep_if(is_text(std::string_view(out.text).substr(from)), out, from, runs, end);
    } else if (digits == 2) {
      end = read_numbers(text, at, kPairs, out);
    }
    at = std::max(end, at + 1);
  }
}

void decode_numbers(std::string_view text, MappedText& out) {
  out.clear();
  constexpr Numbers kForms[] = {{10, 2, 3, kNumbersMin}, {2, 7, 8, kNumbersMin}};
  decode_forms(text, kForms, std::size(kForms), out);
}

}  // namespace vedette::prompt
