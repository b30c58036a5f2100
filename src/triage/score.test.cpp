#include "triage/score.h"

#include "triage/test_events.h"

#include <doctest/doctest.h>

#include <bit>

namespace vedette::triage {
namespace {

Finding make_finding(std::string id, Level level, std::uint64_t count, Time last) {
  Finding finding;
  finding.rule = make_rule(id, level);
  finding.count = count;
  finding.first_seen = finding.last_seen = last;
  return finding;
}

std::vector<Finding> random_findings(Random& random) {
  std::vector<Finding> findings;
  const std::uint32_t size = random.below(30);
  for (std::uint32_t i = 0; i < size; ++i) {
    const auto level = static_cast<Level>(random.below(kLevels));
    const std::uint64_t count = std::uint64_t{random.next()} >> random.below(32);
    findings.push_back(
        make_finding("rule-" + std::to_string(i), level, count, at(random.between(0, 30 * 86400))));
  }
  return findings;
}

double score(std::span<const Finding> findings, Time as_of) {
  return score_at(heat(findings), as_of);
}

/// Two roundings apart at most: what pow and log10 may leave of "grows".
constexpr double kRounding = 1e-12;

TEST_SUITE("triage/score") {
  TEST_CASE("the formula gives these scores") {
    const Time now = at(0);
    const auto one = [&](Level level, std::uint64_t count, Time last) {
      const std::vector<Finding> findings{make_finding("a", level, count, last)};
      return score(findings, now);
    };
    CHECK(score({}, now) == 0);
    CHECK(one(Level::Informational, 1, now) == doctest::Approx(2));
    CHECK(one(Level::Low, 1, now) == doctest::Approx(15));
    CHECK(one(Level::Medium, 1, now) == doctest::Approx(40));
    CHECK(one(Level::High, 1, now) == doctest::Approx(70));
    CHECK(one(Level::Critical, 1, now) == doctest::Approx(90));
    CHECK(one(Level::Medium, 100, now) == doctest::Approx(64));                  // 1 - 0.6^2
    CHECK(one(Level::Critical, 1, now - kHalfLife) == doctest::Approx(68.377));  // 1 - 0.1^(1/2)
    const std::vector<Finding> two{make_finding("a", Level::Medium, 1, now),
                                   make_finding("b", Level::High, 1, now)};
    CHECK(score(two, now) == doctest::Approx(82));  // 1 - 0.6 * 0.3
  }

  TEST_CASE("a finding without a count counts as one event") {
    const std::vector<Finding> none{make_finding("a", Level::High, 0, at(0))};
    CHECK(score(none, at(0)) == doctest::Approx(70));
  }

  TEST_CASE("the score stays between 0 and 100, whatever times and counts say") {
    Random random(1);
    for (int round = 0; round < 2000; ++round) {
      auto findings = random_findings(random);
      for (Finding& finding : findings) {
        if (random.chance(0.1)) finding.last_seen = Time::min();
        if (random.chance(0.1)) finding.last_seen = Time::max();
        if (random.chance(0.1)) finding.count = ~std::uint64_t{0};
      }
      for (const Time now : {Time::min(), at(0), Time::max()}) {
        const double value = score(findings, now);
        REQUIRE(value >= 0);
        REQUIRE(value <= 100);
      }
    }
  }

  TEST_CASE("the score is the same bits in whatever order the findings stand") {
    Random random(2);
    for (int round = 0; round < 500; ++round) {
      auto findings = random_findings(random);
      const double expected = score(findings, at(31 * 86400));
      shuffle(findings, random);
      const double shuffled = score(findings, at(31 * 86400));
      REQUIRE(std::bit_cast<std::uint64_t>(shuffled) == std::bit_cast<std::uint64_t>(expected));
    }
  }

  TEST_CASE("another finding, more events, a higher level or a later event never lower the score") {
    Random random(3);
    const Time now = at(31 * 86400);
    for (int round = 0; round < 2000; ++round) {
      auto findings = random_findings(random);
      const double before = score(findings, now);
      auto more = findings;
      more.push_back(make_finding("another", Level::Low, 3, at(5)));
      REQUIRE(score(more, now) >= before - kRounding);
      if (findings.empty()) continue;
      Finding& one = findings[random.below(static_cast<std::uint32_t>(findings.size()))];
      switch (random.below(3)) {
        case 0:
          one.count += 1 + random.below(1000);
          break;
        case 1:
          one.rule = make_rule(one.rule->id, Level::Critical);
          break;
        default:
          one.last_seen += std::chrono::hours{random.below(100)};
      }
      REQUIRE(score(findings, now) >= before - kRounding);
    }
  }

  TEST_CASE("what was known of an entity that came back counts half of its worst level") {
    const History known{.worst = Level::High, .days = 4, .since = at(0), .returned = at(500)};
    CHECK(score_at(heat(known), at(500)) == doctest::Approx(35));
  }

  TEST_CASE("the score decays") {
    Random random(4);
    for (int round = 0; round < 500; ++round) {
      const auto findings = random_findings(random);
      double last = 101;
      for (int day = 30; day < 130; day += 5) {
        const double value = score(findings, at(day * 86400));
        REQUIRE(value <= last + kRounding);
        last = value;
      }
    }
  }

  TEST_CASE("the severity is the highest level of the findings") {
    CHECK(severity({}) == Level::Informational);
    const std::vector<Finding> findings{make_finding("a", Level::Low, 1, at(0)),
                                        make_finding("b", Level::High, 1, at(0)),
                                        make_finding("c", Level::Medium, 1, at(0))};
    CHECK(severity(findings) == Level::High);
  }
}

}  // namespace
}  // namespace vedette::triage
