#include "sigma/regex.h"

#include "base/random.h"
#include "base/text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

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

  TEST_CASE("witnesses are texts of which every match has one") {
    const auto witnesses = [](const char* expression, const RegexOptions& options = {}) {
      const auto regex = Regex::compile(expression, options);
      REQUIRE(regex.has_value());
      return std::vector<std::string>(regex->witnesses().begin(), regex->witnesses().end());
    };
    CHECK(witnesses("union.*select") == std::vector<std::string>{"select", "union"});
    CHECK(witnesses("UNION", {.ignore_case = true}) == std::vector<std::string>{"union"});
    CHECK(witnesses("segfault at .* in ld-") ==
          std::vector<std::string>{" in ld-", "segfault at "});
    // Nothing that must be there, or nothing long enough.
    CHECK(witnesses("(?:abc)?").empty());
    CHECK(witnesses("abc|d").empty());
    CHECK(witnesses("[0-9]+").empty());
    // Characters with more than two cases, or of an unknown encoding.
    CHECK(witnesses("kelvinü", {.ignore_case = true}).empty());
    CHECK(witnesses(R"(abc\xFF)").empty());
  }

  TEST_CASE("no random text matches without a witness") {
    Random random(1);
    int matches = 0;
    for (const char* expression :
         {"abc|bcab+", "a(?:bc|cb)*ccc", "(?i)ABC.*CBA", "(?:aab|bba)[abc]c", "^cab|bac$"}) {
      const auto regex = Regex::compile(expression, {});
      REQUIRE(regex.has_value());
      REQUIRE_FALSE(regex->witnesses().empty());
      for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (std::uint32_t n = random.below(12); n > 0; --n) text += "abcABC"[random.below(6)];
        if (!regex->search(text)) continue;
        ++matches;
        REQUIRE(std::ranges::any_of(regex->witnesses(), [&](const std::string& witness) {
          return to_lower(text).find(witness) != std::string::npos;
        }));
      }
    }
    CHECK(matches > 500);
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
