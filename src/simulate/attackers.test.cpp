#include "simulate/attackers.h"

#include "simulate/testing.h"

#include <map>
#include <set>

namespace vedette::simulate {
namespace {

TEST_SUITE("simulate/attackers") {
  TEST_CASE("there is someone for every kind of attack, and no line is of nobody") {
    Bench bench("mixed");
    for (std::size_t i = 0; i < kAttacks; ++i) {
      const auto attack = static_cast<Attack>(i);
      CAPTURE(describe(attack).name);
      const auto actor = make_attacker(attack, bench.scene, i);
      REQUIRE(actor);
      Time now = bench.stage.options().start;
      // Some wait for their hour first.
      for (int turn = 0; turn < 3 && bench.stage.empty(); ++turn) {
        const auto next = actor->act(now);
        if (!next) break;
        now = *next;
      }
      REQUIRE_FALSE(bench.stage.empty());
      while (!bench.stage.empty()) CHECK(bench.stage.pop().fact.attack != Attack::None);
    }
  }

  TEST_CASE("bots come all day to every log that is wanted, each from a source of its own") {
    Options options = scene_for("auth,web,cowrie");
    options.duration = std::chrono::hours{3 * 24};
    std::map<Stream, std::set<Subject>> sources;
    std::map<Subject, std::set<Attack>> attacks;
    for (const Line& line : all_lines(options)) {
      if (line.fact.attack == Attack::None || line.fact.source == Subject::None) continue;
      REQUIRE(line.campaign == 0);
      sources[line.stream].insert(line.fact.source);
      attacks[line.fact.source].insert(line.fact.attack);
    }
    CHECK(sources[Stream::Auth].size() > 8);
    CHECK(sources[Stream::Access].size() > 8);
    CHECK(sources[Stream::Cowrie].size() > 100);
    for (const auto& [source, kinds] : attacks) CHECK(kinds.size() == 1);
  }
}

}  // namespace
}  // namespace vedette::simulate
