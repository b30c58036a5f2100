#include "model/threat_head.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

const Time kNow{std::chrono::seconds{1772323200}};

Threat two_findings() {
  Threat threat;
  threat.entity_hash = 0x0123456789abcdef;
  threat.entity_value = "203.0.113.7";
  threat.severity = Level::High;
  threat.heat = heat_from_score(82, kNow);
  threat.first_seen = threat.last_seen = kNow;
  threat.days.note(kNow);
  for (const char* id : {"rule-b", "rule-a"}) {
    FindingRule rule;
    rule.id = id;
    rule.title = std::string("Title of ") + id;
    rule.techniques = {"T1110", "T1078"};
    Finding& finding = threat.findings.emplace_back();
    finding.rule = std::make_shared<const FindingRule>(rule);
    finding.count = 3;
  }
  return threat;
}

TEST_SUITE("model/threat_head") {
  TEST_CASE("a head says what the threat is, without what it rests on") {
    const ThreatHead head = head_of(two_findings());
    CHECK(head.title == "Title of rule-b");
    CHECK(head.events == 6);
    CHECK(head.days == 1);
    CHECK(head.rules == std::vector<std::string>{"rule-a", "rule-b"});
    CHECK(head.techniques == std::vector<std::string>{"T1078", "T1110"});
  }

  TEST_CASE("as JSON it has the shape that programs rely on") {
    std::string json;
    append_json(json, head_of(two_findings()), kNow);
    CHECK(json ==
          R"({"id":"t-0123456789ab","entity":{"type":"source.ip","value":"203.0.113.7"},)"
          R"("score":82,"severity":"high","title":"Title of rule-b","status":"new","reason":"",)"
          R"("tier":"working","tier_reason":"","version":1,"assignee":"","tags":[],)"
          R"("snoozed_until":null,"snooze_reason":"","merged_into":null,"known":null,)"
          R"("touched":null,"first_seen":"2026-03-01T00:00:00Z",)"
          R"("last_seen":"2026-03-01T00:00:00Z","days_seen":1,"events":6,"findings":2,)"
          R"("techniques":["T1078","T1110"]})");
  }

  TEST_CASE("it comes back from its stored form, and nothing else does") {
    ThreatHead head = head_of(two_findings());
    head.workflow.tags = {"seen"};
    const std::string bytes = encode(head);
    const auto back = decode_threat_head(bytes);
    REQUIRE(back);
    CHECK(*back == head);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK_FALSE(decode_threat_head(std::string_view(bytes).substr(0, size)));
    }
    CHECK_FALSE(decode_threat_head(bytes + '\0'));
  }
}

}  // namespace
}  // namespace vedette
