#include "base/json_writer.h"

#include <doctest/doctest.h>

#include <limits>

namespace vedette {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST_SUITE("base/json_writer") {
  TEST_CASE("commas and colons stand where they belong, however deep") {
    std::string out;
    JsonWriter json(out);
    json.begin_object().field("a", "x").key("b").begin_array();
    json.integer(-1).unsigned_integer(~std::uint64_t{0}).begin_array().end_array();
    json.begin_object().end_object().boolean(true).null();
    json.end_array().key("c").begin_object().field("d", std::uint64_t{7}).end_object();
    json.key("e").boolean(false).end_object();
    CHECK(out ==
          R"({"a":"x","b":[-1,18446744073709551615,[],{},true,null],"c":{"d":7},"e":false})");
  }

  TEST_CASE("texts are escaped as RFC 8259 asks, and are always valid UTF-8") {
    CHECK(quoted("") == R"("")");
    CHECK(quoted("a\"b\\c/") == R"("a\"b\\c/")");
    CHECK(quoted("\n\r\t\b\x1F\x7F") == "\"\\n\\r\\t\\u0008\\u001f\x7F\"");
    CHECK(quoted(std::string_view("\0", 1)) == R"("\u0000")");
    CHECK(quoted("\xC3\xA4\xF0\x9F\x98\x80") == "\"\xC3\xA4\xF0\x9F\x98\x80\"");
    CHECK(quoted("a\xFF\xC3z") == "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
    CHECK(quoted("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");  // a surrogate
  }

  TEST_CASE("a byte is escaped the same wherever it stands") {
    for (int byte = 0; byte < 256; ++byte) {
      const std::string one(1, static_cast<char>(byte));
      const std::string escaped = quoted(one).substr(1, quoted(one).size() - 2);
      for (std::size_t before = 0; before < 18; ++before) {
        const std::string front(before, 'a');
        CHECK(quoted(front + one + "bcdefgh\x7F~") == '"' + front + escaped + "bcdefgh\x7F~\"");
        CHECK(quoted(front + one + one) == '"' + front + escaped + escaped + '"');
      }
    }
  }

  TEST_CASE("names are escaped like texts") {
    std::string out;
    JsonWriter(out).begin_object().field("a\"", "x").end_object();
    CHECK(out == R"({"a\"":"x"})");
  }

  TEST_CASE("numbers with a fraction are rounded, and what is none is null") {
    std::string out;
    JsonWriter json(out);
    json.begin_array().real(87.65, 1).real(100, 1).real(0.1).real(-2.5, 0).real(1e300);
    json.real(std::numeric_limits<double>::quiet_NaN())
        .real(std::numeric_limits<double>::infinity());
    json.end_array();
    CHECK(out.starts_with("[87.7,100,0.1,-3,"));
    CHECK(out.ends_with(",null,null]"));
    CHECK(out.find("inf") == std::string::npos);
  }

  TEST_CASE("times are RFC 3339") {
    std::string out;
    JsonWriter(out).time(Time{std::chrono::milliseconds{1500}});
    CHECK(out == R"("1970-01-01T00:00:01.500Z")");
  }
}

}  // namespace
}  // namespace vedette
