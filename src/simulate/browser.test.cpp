#include "simulate/browser.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

TEST_SUITE("simulate/browser") {
  TEST_CASE("a first page brings all assets, a second only images, each from the page before") {
    Bench bench("web");
    Browser browser{.peer = bench.peer};
    browser.view(bench.script, "/visit");
    const auto first = bench.texts();
    std::size_t assets = 0;
    for (const std::string& text : first) assets += contains(text, "GET /assets/") ? 1 : 0;
    CHECK(assets == 5);
    browser.view(bench.script, "/about");
    const auto second = bench.texts();
    REQUIRE_FALSE(second.empty());
    for (const std::string& text : second) CHECK_FALSE(contains(text, "GET /assets/"));
    CHECK(contains(second.front(), "\"https://www.example.org/visit\""));
    CHECK(contains(second.back(), "\"https://www.example.org/about\""));
  }

  TEST_CASE("who has logged in stands in the line and in its fact") {
    Bench bench("web");
    const Account& ana = bench.world.people.front();
    Browser browser{.peer = bench.peer};
    browser.user = ana.name;
    browser.account = ana.user;
    browser.view(bench.script, "/visit");
    const Line& line = bench.stage.pop();
    CHECK(contains(line.text, " - ana ["));
    CHECK(line.fact.user == ana.user);
    CHECK(line.fact.source == bench.peer.source);
  }
}

}  // namespace
}  // namespace vedette::simulate
