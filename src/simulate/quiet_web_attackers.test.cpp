#include "simulate/quiet_web_attackers.h"

#include "simulate/testing.h"

#include <map>
#include <set>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

TEST_SUITE("simulate/quiet_web_attackers") {
  TEST_CASE("a forged browser asks for a page every few seconds, and for nothing else") {
    const auto lines = planted_lines(scene_for("web", "web-crawler-forged"));
    REQUIRE(lines.size() > 1'000);
    CHECK(count_with(lines, "GET /collection/object-") == lines.size());
    CHECK(count_with(lines, "Mozilla/5.0 ") == lines.size());
    for (std::size_t i = 1; i < lines.size(); ++i) {
      REQUIRE(lines[i].time - lines[i - 1].time >= 8s);
      REQUIRE(lines[i].time - lines[i - 1].time <= 22s);
    }
  }

  TEST_CASE("files leave by night, to someone who is known") {
    const Options options = scene_for("web", "web-exfiltration");
    const auto lines = planted_lines(options);
    REQUIRE(lines.size() >= 60);
    std::set<Subject> sources;
    std::uint64_t bytes = 0;
    for (const Line& line : lines) {
      sources.insert(line.fact.source);
      bytes += number_behind(line.text, " 200 ");
      CHECK((line.time - options.start) % 24h < 10h);
    }
    CHECK(sources.size() == 1);
    CHECK(bytes > 1'000'000'000);
    Generator again(options);
    std::size_t before = 0;
    while (const Line* line = again.next()) {
      if (line->time >= lines.front().time) break;
      before += line->fact.source == *sources.begin() ? 1 : 0;
    }
    CHECK(before > 0);
  }

  TEST_CASE("members are read by number, in order, with an app's name") {
    const auto lines = planted_lines(scene_for("web", "web-api-enumeration"));
    REQUIRE(lines.size() > 500);
    std::uint32_t before = number_behind(lines.front().text, "/members/") - 1;
    for (const Line& line : lines) {
      REQUIRE(number_behind(line.text, "/members/") == before + 1);
      ++before;
    }
    CHECK(count_with(lines, "Mozilla") == 0);
    CHECK(count_with(lines, " 404 ") < 40);
  }

  TEST_CASE("a stolen session goes on beside its owner's, in another browser") {
    const Options options = scene_for("web", "web-session-hijack");
    std::map<std::uint32_t, std::set<std::string>> agents;  // by campaign; 0 is the owner's
    const auto stolen = planted_lines(options);
    REQUIRE(stolen.size() >= 25);
    const Subject user = stolen.front().fact.user;
    REQUIRE(user != Subject::None);
    for (const Line& line : all_lines(options)) {
      if (line.fact.user != user) continue;
      agents[line.campaign].insert(line.text.substr(line.text.find("Mozilla")));
    }
    REQUIRE(agents.size() == 2);
    CHECK(agents[0].size() == 1);
    CHECK(agents[1].size() == 1);
    CHECK(*agents[0].begin() != *agents[1].begin());
  }
}

}  // namespace
}  // namespace vedette::simulate
