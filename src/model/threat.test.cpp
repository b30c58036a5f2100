#include "model/threat.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>

namespace vedette {
namespace {

Time at(std::int64_t seconds) {
  return Time{std::chrono::seconds{1772323200 + seconds}};
}

Threat make_threat() {
  Threat threat;
  threat.id = "t-0123456789ab";
  threat.entity_value = "203.0.113.7";
  threat.entity_hash = 0x0123456789abcdef;
  threat.heat = heat_from_score(87.66, at(100));
  threat.days.note(at(0));
  threat.severity = Level::High;
  threat.first_seen = at(0);
  threat.last_seen = at(60) + std::chrono::milliseconds{250};
  threat.counts[static_cast<std::size_t>(Counter::AuthenticationFailure)] = 12;
  threat.counts[static_cast<std::size_t>(Counter::AuthenticationSuccess)] = 1;
  Finding finding;
  FindingRule rule{
      "rule-1", "SSH \"brute force\"", "Block it.", Level::High, {"T1110.001", "T1078"}};
  finding.rule = std::make_shared<const FindingRule>(rule);
  finding.count = 12;
  finding.first_seen = at(0);
  finding.last_seen = at(60);
  finding.evidence.push_back(std::make_shared<const Evidence>(
      Evidence{"Failed password\xFF", std::make_shared<const std::string>("/var/log/auth.log"),
               4096, at(0)}));
  threat.findings.push_back(finding);
  rule.id = "rule-2";
  rule.techniques = {"T1110.001"};
  finding.rule = std::make_shared<const FindingRule>(rule);
  finding.evidence.clear();
  threat.findings.push_back(finding);
  threat.timeline.push_back({at(0), at(60), Action::FailedPassword, 12, "root"});
  threat.timeline.push_back({at(61), at(61), Action::AcceptedPassword, 1, ""});
  threat.timeline_merged = 3;
  return threat;
}

/// Times, numbers and texts of every size.
Threat random_threat(Random& random) {
  const auto number = [&] {
    return (std::uint64_t{random.next()} << 32 | random.next()) >> random.below(64);
  };
  const auto time = [&] { return Time{Duration{static_cast<std::int64_t>(number())}}; };
  const auto text = [&](std::uint32_t bytes_max) {
    std::string bytes(random.below(bytes_max), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.next());
    return bytes;
  };
  Threat threat;
  threat.id = text(20);
  threat.entity_type = static_cast<EntityType>(random.below(kEntityTypes));
  threat.entity_value = text(50);
  threat.entity_hash = number();
  threat.heat = random.chance(0.1) ? kNoHeat : random.unit() * 4000 - 500;
  for (std::uint32_t i = random.below(5); i > 0; --i) threat.days.note(at(random.next()));
  threat.severity = static_cast<Level>(random.below(kLevels));
  threat.first_seen = random.chance(0.1) ? Time::min() : time();
  threat.last_seen = random.chance(0.1) ? Time::max() : time();
  threat.timeline_merged = number();
  for (auto& count : threat.counts) count = random.chance(0.5) ? 0 : number();
  for (std::uint32_t i = random.below(4); i > 0; --i) {
    Finding& finding = threat.findings.emplace_back();
    FindingRule rule{text(40), text(40), text(200), static_cast<Level>(random.below(kLevels)), {}};
    for (std::uint32_t j = random.below(4); j > 0; --j) rule.techniques.push_back(text(10));
    finding.rule = std::make_shared<const FindingRule>(std::move(rule));
    finding.count = number();
    finding.first_seen = time();
    finding.last_seen = time();
    for (std::uint32_t j = random.below(4); j > 0; --j) {
      // Some lines support several findings.
      const bool shared =
          threat.findings.size() > 1 && random.chance(0.3) && !threat.findings[0].evidence.empty();
      finding.evidence.push_back(
          shared
              ? threat.findings[0].evidence[0]
              : std::make_shared<const Evidence>(Evidence{
                    text(1024), std::make_shared<const std::string>(text(30)), number(), time()}));
    }
  }
  for (std::uint32_t i = random.below(6); i > 0; --i) {
    threat.timeline.push_back(
        {time(), time(), static_cast<Action>(random.below(kActions)), number(), text(160)});
  }
  return threat;
}

bool equal(const Finding& a, const Finding& b) {
  const auto same = [](const auto& x, const auto& y) {
    return x->line == y->line && *x->source == *y->source && x->offset == y->offset &&
           x->time == y->time;
  };
  return *a.rule == *b.rule && a.count == b.count && a.first_seen == b.first_seen &&
         a.last_seen == b.last_seen &&
         std::equal(a.evidence.begin(), a.evidence.end(), b.evidence.begin(), b.evidence.end(),
                    same);
}

bool equal(const Threat& a, const Threat& b) {
  const auto same = [](const TimelineEntry& x, const TimelineEntry& y) {
    return x.first == y.first && x.last == y.last && x.action == y.action && x.count == y.count &&
           x.detail == y.detail;
  };
  return a.id == b.id && a.entity_type == b.entity_type && a.entity_value == b.entity_value &&
         a.entity_hash == b.entity_hash && a.heat == b.heat && a.severity == b.severity &&
         a.days == b.days && a.first_seen == b.first_seen && a.last_seen == b.last_seen &&
         a.counts == b.counts && a.timeline_merged == b.timeline_merged &&
         std::equal(a.findings.begin(), a.findings.end(), b.findings.begin(), b.findings.end(),
                    [](const Finding& x, const Finding& y) { return equal(x, y); }) &&
         std::equal(a.timeline.begin(), a.timeline.end(), b.timeline.begin(), b.timeline.end(),
                    same);
}

TEST_SUITE("model/threat") {
  TEST_CASE("a threat as JSON has the shape that programs rely on") {
    std::string json;
    append_json(json, make_threat(), at(100));
    CHECK(
        json ==
        R"({"id":"t-0123456789ab","entity":{"type":"source.ip","value":"203.0.113.7"},)"
        R"("score":87.7,"severity":"high","status":"new","reason":"","tier":"working",)"
        R"("tier_reason":"","version":1,"assignee":"","tags":[],"snoozed_until":null,)"
        R"("snooze_reason":"","merged_into":null,"known":null,"touched":null,)"
        R"("first_seen":"2026-03-01T00:00:00Z","last_seen":"2026-03-01T00:01:00.250Z",)"
        R"("days_seen":1,)"
        R"("counts":{"authentication_failure":12,"authentication_success":1},)"
        R"("techniques":["T1078","T1110.001"],)"
        R"("findings":[{"rule":{"id":"rule-1","title":"SSH \"brute force\"","level":"high"},)"
        R"("count":12,)"
        R"("first_seen":"2026-03-01T00:00:00Z","last_seen":"2026-03-01T00:01:00Z",)"
        "\"evidence\":[{\"line\":\"Failed password\xEF\xBF\xBD\","
        R"("source":"/var/log/auth.log","offset":4096}]},)"
        R"({"rule":{"id":"rule-2","title":"SSH \"brute force\"","level":"high"},"count":12,)"
        R"("first_seen":"2026-03-01T00:00:00Z","last_seen":"2026-03-01T00:01:00Z","evidence":[]}],)"
        R"("timeline":[{"first":"2026-03-01T00:00:00Z","last":"2026-03-01T00:01:00Z",)"
        R"("action":"failed-password","count":12,"detail":"root"},)"
        R"({"first":"2026-03-01T00:01:01Z","last":"2026-03-01T00:01:01Z",)"
        R"("action":"accepted-password","count":1,"detail":""}],"timeline_merged":3})");
  }

  TEST_CASE("a time that nobody told is null") {
    std::string json;
    append_json(json, Threat{}, at(0));
    CHECK(json.find(R"("first_seen":null,"last_seen":null)") != std::string::npos);
  }

  TEST_CASE("the techniques of a threat stand once, sorted") {
    CHECK(techniques_of(make_threat()) == std::vector<std::string>{"T1078", "T1110.001"});
    CHECK(techniques_of(Threat{}).empty());
  }

  TEST_CASE("days are counted once, in whatever order they come") {
    Random random(5);
    for (int round = 0; round < 200; ++round) {
      std::vector<std::uint32_t> days;
      for (std::uint32_t i = random.below(30); i > 0; --i) days.push_back(random.below(60));
      Days seen;
      for (const std::uint32_t day : days) {
        seen.note(at(0) + std::chrono::hours(24 * day) + std::chrono::minutes(random.below(1440)));
      }
      std::sort(days.begin(), days.end());
      days.erase(std::unique(days.begin(), days.end()), days.end());
      CHECK(seen.count() == days.size());
    }
    Days long_ago;
    for (int day = 0; day < 500; ++day) long_ago.note(at(day * 86400));
    CHECK(long_ago.count() == 500);
  }

  TEST_CASE("whatever a threat holds comes back from its stored form") {
    Random random(1);
    for (int round = 0; round < 500; ++round) {
      const Threat threat = random_threat(random);
      const auto back = decode_threat(encode(threat));
      REQUIRE(back.has_value());
      REQUIRE(equal(*back, threat));
    }
  }

  TEST_CASE("a stored form that is cut short or has more behind it is refused") {
    const std::string bytes = encode(make_threat());
    REQUIRE(decode_threat(bytes).has_value());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK_FALSE(decode_threat(std::string_view(bytes).substr(0, size)).has_value());
    }
    CHECK_FALSE(decode_threat(bytes + '\0').has_value());
  }

  TEST_CASE("a stored form of another version is refused") {
    std::string bytes = encode(make_threat());
    ++bytes[0];
    CHECK_FALSE(decode_threat(bytes).has_value());
  }

  TEST_CASE("heat outside its bounds is refused") {
    for (const double heat : {1e300, -1e300, std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity()}) {
      Threat threat;
      threat.heat = heat;
      CHECK_FALSE(decode_threat(encode(threat)).has_value());
    }
  }

  TEST_CASE("evidence longer than any that is written is refused") {
    Threat threat = make_threat();
    threat.findings[0].evidence[0] = std::make_shared<const Evidence>(Evidence{
        std::string(kEvidenceBytesMax + 1, 'x'), std::make_shared<const std::string>(), 0, {}});
    CHECK_FALSE(decode_threat(encode(threat)).has_value());
  }

  TEST_CASE("altered bytes are refused or mean another whole threat") {
    Random random(2);
    const std::string bytes = encode(make_threat());
    for (int round = 0; round < 20000; ++round) {
      std::string altered = bytes;
      for (std::uint32_t i = random.between(1, 3); i > 0; --i) {
        altered[random.below(static_cast<std::uint32_t>(bytes.size()))] =
            static_cast<char>(random.next());
      }
      const auto threat = decode_threat(altered);
      if (!threat) continue;
      const auto again = decode_threat(encode(*threat));
      REQUIRE(again.has_value());
      REQUIRE(equal(*again, *threat));
    }
  }
}

}  // namespace
}  // namespace vedette
