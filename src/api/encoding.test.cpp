#include "api/encoding.h"

#include "base/random.h"

#include <doctest/doctest.h>

namespace vedette::api {

TEST_SUITE("api/encoding") {
  TEST_CASE("whatever is encoded comes back") {
    Random random(1);
    for (int round = 0; round < 500; ++round) {
      std::string bytes(random.below(40), '\0');
      for (char& byte : bytes) byte = static_cast<char>(random.between(1, 255));
      CHECK(percent_decoded(percent_encoded(bytes)) == bytes);
      CHECK(from_base64url(base64url(bytes)) == bytes);
    }
    CHECK(base64url("\xFB\xFF") == "-_8");
  }

  TEST_CASE("broken escapes are refused") {
    for (const char* text : {"%", "%4", "%4g", "%g4", "a%", "%00"}) {
      CAPTURE(text);
      CHECK_FALSE(percent_decoded(text));
      CHECK_FALSE(parse_query(std::string("a=") + text));
    }
    for (const char* text : {"A", "AB=", "A+", "AAB", "====="}) {
      CAPTURE(text);
      CHECK_FALSE(from_base64url(text));
    }
  }

  TEST_CASE("a query string is names and values") {
    const auto query = parse_query("a=1&b=x+y%26z&c&&d=");
    REQUIRE(query);
    CHECK(*query == Query{{"a", "1"}, {"b", "x y&z"}, {"c", ""}, {"d", ""}});
    std::string many;
    for (int i = 0; i < 65; ++i) many += "a=1&";
    CHECK_FALSE(parse_query(many));
  }
}

}  // namespace vedette::api
