#include "sigma/regex.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::sigma {

TEST_SUITE("sigma/regex") {
  TEST_CASE("an expression matches anywhere, and case matters unless it is told otherwise") {
    const auto plain = Regex::compile("b+c", {});
    REQUIRE(plain.has_value());
    CHECK(plain->search("abbcd"));
    CHECK_FALSE(plain->search("aBBCd"));
    CHECK(Regex::compile("b+c", {.ignore_case = true})->search("aBBCd"));
    CHECK_FALSE(Regex::compile("^b", {})->search("a\nb"));
    CHECK(Regex::compile("^b", {.multi_line = true})->search("a\nb"));
    CHECK_FALSE(Regex::compile("a.b", {})->search("a\nb"));
    CHECK(Regex::compile("a.b", {.dot_all = true})->search("a\nb"));
  }

  TEST_CASE("texts need not be UTF-8, expressions may have characters beyond ASCII") {
    CHECK(
        Regex::compile("a.b", {})->search("a\xFF"
                                          "b"));
    CHECK(Regex::compile("^.$", {})->search("\xC3"));
    CHECK(Regex::compile("ü.", {})->search("üx"));
    CHECK(Regex::compile(R"(\x{FF}z)", {})->search("\xFFz"));
  }

  TEST_CASE("what the dialect does not have is refused, and so is what would grow too large") {
    for (const char* expression :
         {"a(?=b)", "(?<!a)b", R"((a)\1)", "(a", "a**", "[z-a]", "((((a{99}){99}){99}){99})"}) {
      CAPTURE(expression);
      const auto regex = Regex::compile(expression, {});
      REQUIRE_FALSE(regex.has_value());
      CHECK(regex.error().code == Errc::RuleRegex);
    }
    CHECK_FALSE(Regex::compile(std::string(5000, 'a'), {}).has_value());
  }

  TEST_CASE("an expression that makes others backtrack takes linear time") {
    const auto regex = Regex::compile("(a+)+$", {});
    REQUIRE(regex.has_value());
    std::string text(200'000, 'a');
    text += 'b';
    CHECK_FALSE(regex->search(text));
  }
}

}  // namespace vedette::sigma
