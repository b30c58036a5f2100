#include "simulate/web_attackers.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

TEST_SUITE("simulate/web_attackers") {
  TEST_CASE("each attack shows its sign") {
    struct Case {
      std::string_view attack, sign;
    };
    for (const Case& test : {Case{"web-sensitive-files", "/.env"},
                             {"web-path-traversal", "etc"},
                             {"web-sql-injection", "%20"},
                             {"web-xss", "alert("},
                             {"web-command-injection", "tmp"},
                             {"web-cve-probe", "/"},
                             {"web-admin-brute-force", "login"},
                             {"web-crawler", "/collection/object-"},
                             {"web-scanner", " 404 "},
                             {"web-malformed", "\" 400 "}}) {
      CAPTURE(test.attack);
      const auto lines = all_lines(options_for("web", test.attack));
      CHECK(lines.size() >= 16);
      CHECK(count_with(lines, test.sign) > 0);
      for (const Line& line : lines) REQUIRE(line.fact.attack != Attack::None);
    }
  }

  TEST_CASE("no request breaks out of its quotes") {
    Options options =
        options_for("web",
                    "web-sensitive-files,web-path-traversal,web-sql-injection,web-xss,"
                    "web-command-injection,web-cve-probe,web-scanner,web-malformed");
    options.attackers = 100;
    for (const Line& line : all_lines(options)) {
      REQUIRE(std::count(line.text.begin(), line.text.end(), '"') == 6);
      REQUIRE(std::all_of(line.text.begin(), line.text.end(), [](char c) { return c >= 0x20; }));
    }
  }

  TEST_CASE("a crawler is faster than anyone reads") {
    Options options = options_for("web", "web-crawler");
    options.attackers = 1;
    const auto lines = all_lines(options);
    const auto seconds = (lines.back().time - lines.front().time) / std::chrono::seconds{1};
    CHECK(lines.size() > static_cast<std::size_t>(2 * seconds));
  }
}

}  // namespace
}  // namespace vedette::simulate
