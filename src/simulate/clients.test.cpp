#include "simulate/clients.h"

#include "simulate/testing.h"

#include <map>
#include <set>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

TEST_SUITE("simulate/clients") {
  TEST_CASE("a client is always the same, and there are all appetites") {
    std::set<Appetite> appetites;
    for (std::uint32_t number = 0; number < 100; ++number) {
      const Client once = client_of(1, number), again = client_of(1, number);
      CHECK(once.agent == again.agent);
      CHECK(once.hour == again.hour);
      appetites.insert(once.appetite);
    }
    CHECK(appetites.size() == 7);
  }

  TEST_CASE("an office has many browsers behind one address, and keeps office hours") {
    const Options options = scene_for("web");
    Stage stage(options);
    World world(options, stage);
    const std::string office =
        format_ip(world.visitor(client_of(options.seed, 6).visitor, stage).ip) + " - - [";
    std::set<std::string> agents;
    for (const Line& line : all_lines(options)) {
      if (!line.text.starts_with(office)) continue;
      agents.insert(line.text.substr(line.text.find("Mozilla")));
      const auto day = (line.time - options.start) / 24h;
      const auto hour = (line.time - options.start) % 24h / 1h;
      REQUIRE(day % 7 < 5);
      REQUIRE(hour >= 7);
      REQUIRE(hour < 19);
    }
    CHECK(agents.size() == 7);
  }

  TEST_CASE("the mirror moves gigabytes each night") {
    Options options = scene_for("web");
    options.duration = 3 * 24h;
    std::uint64_t bytes = 0;
    for (const Line& line : all_lines(options)) {
      if (!contains(line.text, "harbour-mirror/")) continue;
      bytes += number_behind(line.text, " 200 ");
      REQUIRE((line.time - options.start) % 24h < 4h);
    }
    CHECK(bytes > 3 * std::uint64_t{2'000'000'000});
  }

  TEST_CASE("an opening brings readers in a rush") {
    Options options = scene_for("web");
    options.clients = 200;
    options.duration = 14 * 24h;
    std::map<std::int64_t, std::set<Subject>> readers;
    for (const Line& line : all_lines(options)) {
      const Duration hour = (line.time - options.start) % 24h;
      if (!contains(line.text, "GET /collection/object-") || hour < 10h || hour >= 16h) continue;
      readers[(line.time - options.start) / 24h].insert(line.fact.source);
    }
    CHECK(readers[9].size() > 2 * readers[8].size());
  }

  TEST_CASE("editors work under their names, from one browser each") {
    std::map<Subject, std::set<std::string>> agents;
    for (const Line& line : all_lines(scene_for("web"))) {
      if (!contains(line.text, " /cms/")) continue;
      REQUIRE(line.fact.user != Subject::None);
      agents[line.fact.user].insert(line.text.substr(line.text.find("Mozilla")));
    }
    CHECK(agents.size() > 5);
    for (const auto& [user, names] : agents) CHECK(names.size() == 1);
  }
}

}  // namespace
}  // namespace vedette::simulate
