#include "decode/url.h"

#include "base/text.h"
#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace vedette::decode {
namespace {

/// The value of `digits` hexadecimal digits at `at`, or -1.
int hex_at(const char* text, std::size_t size, std::size_t at, std::size_t digits) {
  if (at + digits > size) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + digits; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return -1;
    value = value << 4 | digit;
  }
  return value;
}

/// What IIS takes a %uNNNN for: full-width forms and slashes look-alikes become ASCII.
int best_fit(int code) {
  if (code >= 0xFF01 && code <= 0xFF5E) return code - 0xFEE0;
  if (code == 0x2215 || code == 0x2044) return '/';
  if (code == 0x2216) return '\\';
  return code;
}

// Each step works in place: it never writes past what it has read.

std::size_t undo_log_escapes(char* text, std::size_t size) {
  char* out = text;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] != '\\' || i + 1 >= size) {
      *out++ = text[i];
      continue;
    }
    const char next = text[i + 1];
    const int code = next == 'x' ? hex_at(text, size, i + 2, 2) : -1;
    if (code >= 0) {
      *out++ = static_cast<char>(code);
      i += 3;
    } else if (next == '"' || next == '\\') {
      *out++ = next;
      ++i;
    } else {
      *out++ = text[i];
    }
  }
  return static_cast<std::size_t>(out - text);
}

std::size_t undo_percent(char* text, std::size_t size) {
  char* out = text;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] != '%') {
      *out++ = text[i];
      continue;
    }
    if (i + 1 < size && (text[i + 1] | 0x20) == 'u') {
      if (const int code = hex_at(text, size, i + 2, 4); code >= 0) {
        out = put_utf8(out, best_fit(code));
        i += 5;
        continue;
      }
    }
    if (const int code = hex_at(text, size, i + 1, 2); code >= 0) {
      *out++ = static_cast<char>(code);
      i += 2;
    } else {
      *out++ = '%';
    }
  }
  return static_cast<std::size_t>(out - text);
}

/// %c0%af for '/' and the like: sequences that RFC 3629 forbids and old decoders took.
std::size_t undo_overlong(char* text, std::size_t size) {
  const auto byte = [&](std::size_t i) { return unsigned{static_cast<unsigned char>(text[i])}; };
  // Continuation bytes are not checked in full: decoders that fell for this did not either
  // (%c1%1c).
  const auto low = [&](std::size_t i) { return byte(i) & 0x3Fu; };
  if (std::none_of(text, text + size,
                   [](char c) { return static_cast<unsigned char>(c) > 0xBF; })) {
    return size;
  }
  char* out = text;
  for (std::size_t i = 0; i < size; ++i) {
    const auto first = byte(i);
    if ((first == 0xC0 || first == 0xC1) && i + 1 < size) {
      *out++ = static_cast<char>((first & 1) << 6 | low(i + 1));
      i += 1;
    } else if (first == 0xE0 && i + 2 < size && (byte(i + 1) == 0x80 || byte(i + 1) == 0x81)) {
      *out++ = static_cast<char>((byte(i + 1) & 1) << 6 | low(i + 2));
      i += 2;
    } else {
      *out++ = text[i];
    }
  }
  return static_cast<std::size_t>(out - text);
}

bool has(const char* text, std::size_t size, char c) {
  return size > 0 && std::memchr(text, c, size) != nullptr;
}

}  // namespace

std::string_view decode_url(std::string_view target, Arena& arena) {
  const auto question = target.find('?');
  const bool plus = question != std::string_view::npos &&
                    has(target.data() + question, target.size() - question, '+');
  const bool percent = has(target.data(), target.size(), '%');
  const bool backslash = has(target.data(), target.size(), '\\');
  if (!plus && !percent && !backslash) return {};

  char* const text = arena.allocate(target.size());
  std::memcpy(text, target.data(), target.size());
  std::size_t size = target.size();
  if (plus) {
    for (std::size_t i = question; i < size; ++i) {
      if (text[i] == '+') text[i] = ' ';
    }
  }
  if (backslash) size = undo_overlong(text, undo_log_escapes(text, size));
  for (int pass = 0; pass < 2 && has(text, size, '%'); ++pass) {
    const std::size_t before = size;
    size = undo_percent(text, size);
    if (size == before) break;
    size = undo_overlong(text, size);
  }
  const std::string_view decoded{text, size};
  return decoded == target ? std::string_view{} : decoded;
}

}  // namespace vedette::decode
