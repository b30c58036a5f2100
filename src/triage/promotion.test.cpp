#include "triage/promotion.h"

#include "triage/test_events.h"

#include <doctest/doctest.h>

namespace vedette::triage {
namespace {

ThreatHead weak() {
  ThreatHead head;
  head.severity = Level::Informational;
  head.last_seen = at(0);
  head.heat = heat_from_score(2, at(0));
  head.days = 1;
  head.techniques = {"T1110"};
  return head;
}

TEST_SUITE("triage/promotion") {
  TEST_CASE("what reaches nothing is not kept") {
    CHECK(reason_to_keep(weak(), PromotionRule{}).empty());
  }

  TEST_CASE("each rule alone is a reason, and says which") {
    const PromotionRule rule;
    const auto reason = [&](auto change) {
      ThreatHead head = weak();
      change(head);
      return reason_to_keep(head, rule);
    };
    CHECK(reason([](ThreatHead& h) { h.severity = Level::Medium; }) == "severity medium");
    CHECK(reason([](ThreatHead& h) { h.days = 3; }) == "seen on 3 days");
    CHECK(reason([](ThreatHead& h) { h.techniques = {"T1", "T2"}; }) == "2 techniques");
    CHECK(reason([](ThreatHead& h) { h.heat = heat_from_score(50, h.last_seen); }) == "score 50.0");
    CHECK(reason([](ThreatHead& h) { h.workflow.version = 2; }) == "handled by a person");
    CHECK(reason([](ThreatHead& h) { h.workflow.status = Status::Resolved; }) == "confirmed");
  }

  TEST_CASE("a summary keeps every finding and count, and a line of each") {
    Threat threat;
    for (int i = 0; i < 40; ++i)
      threat.timeline.push_back({at(i), at(i), Action::FailedPassword, 2, ""});
    Finding finding;
    finding.rule = make_rule("a", Level::High);
    finding.count = 9;
    for (int i = 0; i < 6; ++i) {
      finding.evidence.push_back(std::make_shared<const Evidence>(
          Evidence{std::to_string(i), std::make_shared<const std::string>("-"), 0, at(i)}));
    }
    threat.findings = {finding, finding};
    summarise(threat);
    REQUIRE(threat.findings.size() == 2);
    CHECK(threat.findings[1].count == 9);
    REQUIRE(threat.findings[1].evidence.size() == 1);
    CHECK(threat.findings[1].evidence[0]->line == "5");
    REQUIRE(threat.timeline.size() == 16);
    CHECK(threat.timeline[0].first == at(24));
    CHECK(threat.timeline_merged == 48);
  }
}

}  // namespace
}  // namespace vedette::triage
