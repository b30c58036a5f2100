#include "triage/rank.h"

#include "triage/test_events.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace vedette::triage {
namespace {

Threat make_threat(std::uint64_t hash, Level level, std::uint64_t count, Time last) {
  Threat threat;
  threat.entity_hash = hash;
  threat.last_seen = last;
  Finding finding;
  finding.rule = make_rule("a", level);
  finding.count = count;
  finding.first_seen = finding.last_seen = last;
  threat.findings.push_back(finding);
  return threat;
}

std::vector<std::uint64_t> hashes_of(const std::vector<Threat>& threats) {
  std::vector<std::uint64_t> hashes;
  for (const Threat& threat : threats) hashes.push_back(threat.entity_hash);
  return hashes;
}

TEST_SUITE("triage/rank") {
  TEST_CASE("severity comes first, then score, then how recent, then the entity") {
    std::vector<Threat> threats{
        make_threat(6, Level::Low, 1000000, at(0)),
        make_threat(5, Level::High, 1, at(-100)),
        make_threat(4, Level::High, 1, at(0)),
        make_threat(3, Level::High, 1, at(0)),
        make_threat(2, Level::High, 100, at(-100)),
        make_threat(1, Level::Critical, 1, at(-9999999)),
    };
    rank(threats, at(-100));  // so that no age tells 3, 4 and 5 apart
    CHECK(hashes_of(threats) == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 6});
  }

  TEST_CASE("ranking scores as of the time given, not as stored") {
    std::vector<Threat> threats{make_threat(1, Level::High, 1, at(0))};
    threats[0].score = 3;
    threats[0].severity = Level::Low;
    rank(threats, at(7 * 86400));
    CHECK(threats[0].score == doctest::Approx(35));
    CHECK(threats[0].severity == Level::High);
  }

  TEST_CASE("the keys alone give the same order as the threats") {
    Random random(1);
    std::vector<Threat> threats;
    for (std::uint64_t i = 0; i < 300; ++i) {
      threats.push_back(make_threat(random.next(), static_cast<Level>(random.below(kLevels)),
                                    random.below(5), at(random.below(10) * 86400)));
    }
    rank(threats, at(86400));
    std::vector<RankKey> keys;
    for (const Threat& threat : threats) keys.push_back(rank_key(threat));
    shuffle(keys, random);
    std::sort(keys.begin(), keys.end(), ranks_before);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      REQUIRE(keys[i].entity_hash == threats[i].entity_hash);
    }
  }
}

}  // namespace
}  // namespace vedette::triage
