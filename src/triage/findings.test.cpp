#include "triage/findings.h"

#include "triage/test_events.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace vedette::triage {
namespace {

struct Line {
  std::int64_t second;
  std::uint64_t offset;
  std::string source;
};

std::shared_ptr<const Evidence> line_of(const Event& event, std::string_view source) {
  return std::make_shared<const Evidence>(Evidence{std::string(event.raw),
                                                   std::make_shared<const std::string>(source),
                                                   event.offset, event.time});
}

void add(Threat& threat, const std::shared_ptr<const FindingRule>& rule, const Line& line,
         std::size_t evidence_max = 6) {
  Events events;
  const std::string text = "line " + std::to_string(line.offset);
  const Event& event = events.make({.action = Action::FailedPassword,
                                    .time = at(line.second),
                                    .line = text,
                                    .offset = line.offset});
  add_statement(threat, {rule, 1, event.time}, line_of(event, line.source), evidence_max);
}

std::vector<std::uint64_t> offsets(const Finding& finding) {
  std::vector<std::uint64_t> all;
  for (const auto& line : finding.evidence) all.push_back(line->offset);
  return all;
}

TEST_SUITE("triage/findings") {
  TEST_CASE("the same rule again adds to its finding") {
    Threat threat;
    const auto rule = make_rule("r1", Level::High);
    Events events;
    const Event& event = events.make({.action = Action::FailedPassword, .time = at(50)});
    add_statement(threat, {rule, 5, at(10)}, line_of(event, "auth.log"), 6);
    const Event& earlier = events.make({.action = Action::FailedPassword, .time = at(40)});
    add_statement(threat, {rule, 2, at(20)}, line_of(earlier, "auth.log"), 6);
    REQUIRE(threat.findings.size() == 1);
    CHECK(threat.findings[0].count == 7);
    CHECK(threat.findings[0].first_seen == at(10));
    CHECK(threat.findings[0].last_seen == at(50));
    CHECK(threat.findings[0].rule->title == "Rule r1");
    CHECK(threat.findings[0].rule->advice == "Look.");
    CHECK(threat.findings[0].rule->techniques == std::vector<std::string>{"T1110.001"});
  }

  TEST_CASE("findings stand by level downwards, then rule id") {
    Threat threat;
    for (const auto& [id, level] : {std::pair{"b", Level::Low}, std::pair{"d", Level::High},
                                    std::pair{"a", Level::Low}, std::pair{"c", Level::Critical}}) {
      add(threat, make_rule(id, level), {0, 0, "f"});
    }
    std::string order;
    for (const Finding& finding : threat.findings) order += finding.rule->id;
    CHECK(order == "cdab");
  }

  TEST_CASE("a rule whose level was changed takes its finding along") {
    Threat threat;
    add(threat, make_rule("a", Level::Low), {0, 1, "f"});
    add(threat, make_rule("b", Level::Medium), {0, 2, "f"});
    add(threat, make_rule("a", Level::Critical), {1, 3, "f"});
    REQUIRE(threat.findings.size() == 2);
    CHECK(threat.findings[0].rule->id == "a");
    CHECK(threat.findings[0].rule->level == Level::Critical);
    CHECK(threat.findings[0].count == 2);
    CHECK(threat.findings[0].evidence.size() == 2);
  }

  TEST_CASE("rules without an id are told apart by title") {
    RuleInfo rule;
    rule.title = "One";
    CHECK(finding_rule_of(rule).id == "One");
    rule.id = "1";
    CHECK(finding_rule_of(rule).id == "1");
  }

  TEST_CASE("of many lines the earliest three and the latest three stay") {
    Threat threat;
    const auto rule = make_rule("a", Level::Low);
    for (std::uint64_t i = 0; i < 100; ++i)
      add(threat, rule, {static_cast<std::int64_t>(i), i, "f"});
    CHECK(offsets(threat.findings[0]) == std::vector<std::uint64_t>{0, 1, 2, 97, 98, 99});
    CHECK(threat.findings[0].evidence[5]->line == "line 99");
    CHECK(*threat.findings[0].evidence[5]->source == "f");
    CHECK(threat.findings[0].evidence[5]->time == at(99));
  }

  TEST_CASE("the same lines stay in whatever order they come, for every cap") {
    Random random(1);
    const auto rule = make_rule("a", Level::Low);
    for (int round = 0; round < 200; ++round) {
      const std::size_t cap = random.between(1, 9);
      std::vector<Line> lines;
      const std::uint32_t size = random.between(1, 40);
      for (std::uint32_t i = 0; i < size; ++i) {
        lines.push_back({random.below(8), i, random.chance(0.5) ? "a.log" : "b.log"});
      }
      auto sorted = lines;
      std::sort(sorted.begin(), sorted.end(), [](const Line& a, const Line& b) {
        return std::tie(a.second, a.source, a.offset) < std::tie(b.second, b.source, b.offset);
      });
      std::vector<std::uint64_t> expected;
      for (std::size_t i = 0; i < sorted.size(); ++i) {
        const bool early = i < (cap + 1) / 2,
                   late = i >= sorted.size() - std::min(cap / 2, sorted.size());
        if (early || late) expected.push_back(sorted[i].offset);
      }
      shuffle(lines, random);
      Threat threat;
      for (const Line& line : lines) add(threat, rule, line, cap);
      REQUIRE(offsets(threat.findings[0]) == expected);
      for (const auto& line : threat.findings[0].evidence) {
        REQUIRE(line->line == "line " + std::to_string(line->offset));
      }
    }
  }

  TEST_CASE("a line is kept once") {
    Threat threat;
    const auto rule = make_rule("a", Level::Low);
    add(threat, rule, {0, 1, "f"});
    add(threat, rule, {0, 1, "f"});
    CHECK(threat.findings[0].evidence.size() == 1);
    CHECK(threat.findings[0].count == 2);
  }

  TEST_CASE("a cap of no lines keeps none") {
    Threat threat;
    add(threat, make_rule("a", Level::Low), {0, 0, "f"}, 0);
    CHECK(threat.findings[0].evidence.empty());
    CHECK(threat.findings[0].count == 1);
  }
}

}  // namespace
}  // namespace vedette::triage
