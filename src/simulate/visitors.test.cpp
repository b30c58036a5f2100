#include "simulate/visitors.h"

#include "simulate/testing.h"

#include <set>

namespace vedette::simulate {
namespace {

TEST_SUITE("simulate/visitors") {
  TEST_CASE("a day of visits: pages, what they are made of, robots, few errors") {
    const auto lines = all_lines(options_for("web"));
    std::set<Subject> sources;
    std::size_t errors = 0;
    for (const Line& line : lines) {
      REQUIRE(line.fact.attack == Attack::None);
      sources.insert(line.fact.source);
      errors += contains(line.text, "\" 404 ") ? 1 : 0;
    }
    CHECK(sources.size() > 30);
    CHECK(count_with(lines, "Googlebot/2.1") > 200);
    CHECK(count_with(lines, "/healthz") >= 280);
    CHECK(count_with(lines, "/images/") > 200);
    CHECK(errors > 0);
    CHECK(errors < lines.size() / 20);
  }

  TEST_CASE("images are asked for by the page that shows them") {
    for (const Line& line : all_lines(options_for("web"))) {
      if (contains(line.text, "GET /images/") && !contains(line.text, " 404 ")) {
        REQUIRE(contains(line.text, "\"https://www.example.org/"));
      }
    }
  }
}

}  // namespace
}  // namespace vedette::simulate
