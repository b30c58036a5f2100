#include "base/text.h"

#include "base/random.h"
#include "base/utf8.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

TEST_SUITE("base/text") {
  TEST_CASE("only whole decimal numbers that fit are numbers") {
    CHECK(parse_int("0") == 0);
    CHECK(parse_int("-17") == -17);
    CHECK(parse_int("9223372036854775807") == 9223372036854775807);
    CHECK(parse_int("000000000000000000017") == 17);
    CHECK(parse_int<std::int32_t>("999999999") == 999'999'999);
    CHECK(parse_int<std::uint32_t>("4294967295") == 4'294'967'295);
    CHECK_FALSE(parse_int<std::uint32_t>("4294967296").has_value());
    CHECK_FALSE(parse_int<std::uint32_t>("-1").has_value());
    for (const std::string_view text :
         {"", "-", "+1", " 1", "1 ", "1x", "0x10", "9223372036854775808"}) {
      CHECK_FALSE(parse_int(text).has_value());
    }
    CHECK(parse_int<std::uint8_t>("255") == 255);
    CHECK_FALSE(parse_int<std::uint8_t>("256").has_value());
    CHECK_FALSE(parse_int<std::uint8_t>("-1").has_value());
  }

  TEST_CASE("pieces are taken from the ends of a text") {
    std::string_view text = "key=value=x";
    CHECK(take_until(text, '=') == "key");
    CHECK(text == "value=x");
    CHECK(take_prefix(text, "value"));
    CHECK_FALSE(take_prefix(text, "value"));
    CHECK(take_suffix(text, "x"));
    CHECK(text == "=");
    CHECK(take_until(text, ' ') == "=");
    CHECK(text.empty());
    CHECK(take_until(text, ' ').empty());
    CHECK(trim(" \t a b\r ") == "a b");
    CHECK(trim(" \r\t").empty());
  }

  TEST_CASE("case is ASCII's, whatever the locale says") {
    CHECK(to_lower("AbZ[`{\xC3\x84") == "abz[`{\xC3\x84");
    CHECK(equals_ignore_case("Root", "rOOT"));
    CHECK_FALSE(equals_ignore_case("root", "roo"));
    CHECK_FALSE(equals_ignore_case("[", "{"));
  }

  TEST_CASE("a clipped text is never longer than asked and never ends in half a character") {
    CHECK(clip_utf8("abc", 3) == "abc");
    CHECK(clip_utf8("abc", 2) == "ab");
    CHECK(clip_utf8("a\xC3\xA4", 2) == "a");
    CHECK(clip_utf8("\xF0\x9F\x98\x80", 3).empty());
    CHECK(clip_utf8("abc", 0).empty());
    const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80z";
    for (std::size_t bytes = 0; bytes <= text.size() + 1; ++bytes) {
      CHECK(clip_utf8(text, bytes).size() <= bytes);
      CHECK(is_utf8(clip_utf8(text, bytes)));
    }
    // Bytes that are no UTF-8 at all are cut anyway.
    CHECK(clip_utf8(std::string(100, '\x80'), 50).size() >= 47);
  }

  TEST_CASE("what a terminal could obey is shown as its number") {
    CHECK(escape_for_terminal("plain \xC3\xA4\xE2\x82\xAC") == "plain \xC3\xA4\xE2\x82\xAC");
    CHECK(escape_for_terminal("a\x1B[31mb\nc\rd\te\x7F") == "a\\x1b[31mb\\x0ac\\x0dd e\\x7f");
    CHECK(escape_for_terminal("\xC2\x9B"
                              "31m") == "\\xc2\\x9b31m");  // CSI in two bytes
    CHECK(escape_for_terminal("\xFF\xC3") == "\\xff\\xc3");
    CHECK(escape_for_terminal(std::string_view("\0", 1)) == "\\x00");
  }

  TEST_CASE("UTF-8 is what RFC 3629 says") {
    for (const std::string_view valid :
         {"a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
          "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
      CHECK(utf8_length(valid) == valid.size());
    }
    for (const std::string_view invalid :
         {"", "\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF",
          "\xE0\xA0", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x90\x80",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF"}) {
      CHECK(utf8_length(invalid) == 0);
    }
  }

  TEST_CASE("every character is written so that it is read again") {
    for (int code = 0; code <= 0x10FFFF; code = code * 17 / 16 + 1) {
      if (code >= 0xD800 && code <= 0xDFFF) continue;  // halves of others
      char bytes[4];
      const auto size = static_cast<std::size_t>(put_utf8(bytes, code) - bytes);
      CAPTURE(code);
      CHECK(utf8_length({bytes, size}) == size);
      CHECK(size == (code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4));
    }
    char euro[4];
    CHECK(std::string_view(euro, static_cast<std::size_t>(put_utf8(euro, 0x20AC) - euro)) == "€");
  }

  TEST_CASE("whatever bytes come, what goes to a terminal is printable") {
    Random random(1);
    for (int round = 0; round < 2000; ++round) {
      std::string bytes(random.below(40), '\0');
      for (char& byte : bytes) byte = static_cast<char>(random.next());
      const std::string escaped = escape_for_terminal(bytes);
      REQUIRE(is_utf8(escaped));
      for (const char c : escaped) REQUIRE(static_cast<unsigned char>(c) >= 0x20);
    }
  }
}

}  // namespace
}  // namespace vedette
