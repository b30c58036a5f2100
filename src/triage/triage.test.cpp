#include "triage/triage.h"

#include "triage/test_events.h"

#include <doctest/doctest.h>

#include <map>

namespace vedette::triage {
namespace {

std::uint64_t count_of(const Threat& threat, Counter counter) {
  return threat.counts[static_cast<std::size_t>(counter)];
}

const auto kSource = std::make_shared<const std::string>("auth.log");

/// A store in memory, and the lane around a Triage: restarts and commits as the engine does.
struct Lane {
  explicit Lane(const TriageOptions& given) : options(given) { start(); }

  void start() {
    triage = std::make_unique<Triage>(options, [this](std::uint64_t hash) -> std::optional<Threat> {
      ++loads;
      const auto found = stored.find(hash);
      if (found == stored.end()) return {};
      return decode_threat(found->second);
    });
    for (const auto& [key, value] : rows) {
      CHECK(triage->restore({StateKind::Entity, key, key, value}));
    }
  }
  void commit() {
    Commit taken;
    triage->take_changes(taken, false);
    for (const StateRow& row : taken.state) {
      if (row.value.empty()) {
        rows.erase(row.key);
      } else {
        rows[row.key] = row.value;
      }
    }
    for (const Threat& threat : taken.threats) stored[threat.entity_hash] = encode(threat);
    changed = taken.threats.size();
    triage->committed();
  }
  std::uint32_t observe(const Events::What& what) {
    const Event& event = events.make(what);
    return triage->observe(events.entity(), events.batch(), event);
  }
  void add(const Events::What& what, const std::shared_ptr<const FindingRule>& rule,
           std::uint64_t count = 1) {
    const Event& event = events.make(what);
    const Statement statement{rule, count, event.time};
    triage->add(events.entity(), {&statement, 1}, events.batch(), event, kSource);
    triage->end_batch();
  }
  Threat threat(std::string_view source) {
    events.make({.action = Action::FailedPassword, .time = at(0), .source = source});
    return *decode_threat(stored.at(events.entity().hash));
  }

  TriageOptions options;
  Events events;
  std::map<std::uint64_t, std::string> stored, rows;
  std::unique_ptr<Triage> triage;
  std::size_t changed = 0, loads = 0;
};

const auto kBruteForce = make_rule("brute-force", Level::High);
const auto kScan = make_rule("scan", Level::Medium);

TEST_SUITE("triage/triage") {
  TEST_CASE("what an entity did before its first finding is part of its threat") {
    Lane lane({});
    for (int i = 0; i < 5; ++i) {
      lane.observe(
          {.action = Action::FailedPassword, .time = at(i), .user = "root", .pid = 10 + i});
    }
    lane.add({.action = Action::FailedPassword, .time = at(4), .user = "root"}, kBruteForce, 5);
    lane.observe({.action = Action::AcceptedPassword, .time = at(9), .user = "root"});
    lane.commit();
    REQUIRE(lane.stored.size() == 1);
    const Threat threat = lane.threat("203.0.113.7");
    CHECK(threat.id.size() == 14);
    CHECK(threat.id.starts_with("t-"));
    CHECK(threat.entity_value == "203.0.113.7");
    CHECK(threat.severity == Level::High);
    CHECK(score_at(threat.heat, at(9)) > 70);
    CHECK(threat.days.count() == 1);
    CHECK(threat.first_seen == at(0));
    CHECK(threat.last_seen == at(9));
    CHECK(count_of(threat, Counter::AuthenticationFailure) == 5);
    CHECK(count_of(threat, Counter::AuthenticationSuccess) == 1);
    REQUIRE(threat.timeline.size() == 2);
    CHECK(threat.timeline[0].count == 5);
    CHECK(threat.timeline[0].detail == "root");
    CHECK(threat.timeline[1].action == Action::AcceptedPassword);
  }

  TEST_CASE("an entity without findings is no threat") {
    Lane lane({});
    lane.observe({.action = Action::AcceptedPublickey, .time = at(0), .user = "kim"});
    lane.commit();
    CHECK(lane.stored.empty());
    CHECK(lane.rows.size() == 1);
    CHECK(lane.triage->entities() == 1);
  }

  TEST_CASE("an attempt that two lines tell of counts once, in memory and in the threat") {
    Lane lane({});
    using A = Action;
    CHECK(lane.observe({.action = A::PamAuthenticationFailure, .time = at(0), .pid = 1}) == 1);
    CHECK(lane.observe({.action = A::FailedPassword, .time = at(1), .pid = 1}) == 0);
    lane.add({.action = A::FailedPassword, .time = at(1)}, kBruteForce);
    CHECK(lane.observe({.action = A::PamAuthenticationFailure, .time = at(2), .pid = 1}) == 1);
    CHECK(lane.observe({.action = A::FailedPassword, .time = at(3), .pid = 1}) == 0);
    lane.commit();
    const Threat threat = lane.threat("203.0.113.7");
    CHECK(count_of(threat, Counter::AuthenticationFailure) == 2);
    std::uint64_t lines = 0;
    for (const TimelineEntry& entry : threat.timeline) lines += entry.count;
    CHECK(lines == 4);
  }

  TEST_CASE("a line that alone is no failure counts nothing, but PAM's does for a source") {
    Lane lane({});
    const auto unknown = [&](Action action, std::string_view source) {
      const Event& made = lane.events.make(
          {.action = action, .time = at(0), .user = "kim", .service = "sshd", .source = source});
      return lane.triage->observe(lane.events.entity(), lane.events.batch(), made);
    };
    CHECK(unknown(Action::FailedNone, "203.0.113.7") == 0);
    CHECK(unknown(Action::InvalidUser, "") == 0);
    CHECK(unknown(Action::PamAuthenticationFailure, "") == 0);
    CHECK(lane.triage->entities() == 0);
    CHECK(unknown(Action::PamAuthenticationFailure, "203.0.113.7") == 1);
  }

  TEST_CASE("a request that was refused counts as a request and as an error") {
    Lane lane({});
    const auto request = [&](std::int64_t second, std::int64_t status) {
      return Events::What{.action = Action::HttpRequest,
                          .time = at(second),
                          .dataset = Dataset::WebAccess,
                          .path = "/x",
                          .status = status};
    };
    lane.observe(request(0, 200));
    lane.observe(request(1, 404));
    lane.add(request(1, 404), kScan);
    lane.observe(request(2, 500));
    lane.observe(request(3, 399));
    lane.commit();
    const Threat threat = lane.threat("203.0.113.7");
    CHECK(count_of(threat, Counter::HttpRequest) == 4);
    CHECK(count_of(threat, Counter::HttpError) == 2);
    CHECK(threat.timeline.size() == 1);
  }

  TEST_CASE("events without a counter are remembered of a threat only") {
    Lane lane({});
    CHECK(lane.observe({.action = Action::SessionOpened, .time = at(0), .repeats = 3}) == 3);
    CHECK(lane.triage->entities() == 0);
    lane.add({.action = Action::FailedPassword, .time = at(1)}, kScan);
    lane.observe({.action = Action::SessionOpened, .time = at(5), .user = "root"});
    lane.commit();
    const Threat threat = lane.threat("203.0.113.7");
    REQUIRE(threat.timeline.size() == 1);
    CHECK(threat.timeline[0].action == Action::SessionOpened);
    CHECK(threat.last_seen == at(1));  // of the events that count
  }

  TEST_CASE("changes are taken once") {
    Lane lane({});
    lane.add({.action = Action::FailedPassword, .time = at(0)}, kScan);
    lane.commit();
    CHECK(lane.changed == 1);
    lane.commit();
    CHECK(lane.changed == 0);
    lane.observe({.action = Action::FailedPassword, .time = at(1)});
    lane.commit();
    CHECK(lane.changed == 1);
  }

  TEST_CASE(
      "threats above the limit leave memory after the commit, the one touched longest ago first") {
    Lane lane({.threats_max = 2});
    for (const auto* source : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) {
      lane.add({.action = Action::FailedPassword, .time = at(0), .source = source}, kScan);
    }
    lane.observe({.action = Action::FailedPassword, .time = at(1), .source = "192.0.2.1"});
    CHECK(lane.triage->threats() == 3);  // nothing is durable yet
    lane.commit();
    CHECK(lane.triage->threats() == 2);
    lane.observe({.action = Action::FailedPassword, .time = at(2), .source = "192.0.2.1"});
    CHECK(lane.loads == 0);
    lane.observe({.action = Action::FailedPassword, .time = at(3), .source = "192.0.2.2"});
    CHECK(lane.loads == 1);
    lane.commit();
    CHECK(count_of(lane.threat("192.0.2.2"), Counter::AuthenticationFailure) == 1);
  }

  TEST_CASE("a threat that changed after it was taken stays until it was taken again") {
    Lane lane({.threats_max = 0});
    lane.add({.action = Action::FailedPassword, .time = at(0)}, kScan);
    Commit taken;
    lane.triage->take_changes(taken, false);
    lane.observe({.action = Action::FailedPassword, .time = at(1)});
    lane.triage->committed();
    CHECK(lane.triage->threats() == 1);
    lane.commit();
    CHECK(lane.triage->threats() == 0);
    CHECK(count_of(lane.threat("203.0.113.7"), Counter::AuthenticationFailure) == 1);
  }

  TEST_CASE(
      "where nothing is resumed, only what has to leave memory is given before the last time") {
    Lane lane({.threats_max = 2, .keep_state = false});
    for (const char* source : {"192.0.2.1", "192.0.2.2", "192.0.2.3"}) {
      lane.add({.action = Action::FailedPassword, .time = at(0), .source = source}, kScan);
    }
    Commit some;
    lane.triage->take_changes(some, false);
    REQUIRE(some.threats.size() == 1);
    CHECK(some.threats[0].entity_value == "192.0.2.1");
    lane.triage->committed();
    CHECK(lane.triage->threats() == 2);
    Commit rest;
    lane.triage->take_changes(rest, true);
    CHECK(rest.threats.size() == 2);
    CHECK(rest.state.empty());
  }

  TEST_CASE("threats above the limit in bytes leave memory too") {
    Lane lane({.threats_bytes_max = 20000});
    const std::string line(1000, 'x');
    for (int i = 0; i < 100; ++i) {
      const std::string source = "192.0.2." + std::to_string(i);
      lane.add({.action = Action::FailedPassword, .time = at(i), .source = source, .line = line},
               kScan);
    }
    lane.commit();
    CHECK(lane.triage->threats() > 2);
    CHECK(lane.triage->threats() < 20);
  }

  TEST_CASE("rows that are not understood are said so, and their threats are still found") {
    Lane lane({});
    lane.add({.action = Action::FailedPassword, .time = at(0)}, kScan);
    lane.commit();
    const std::uint64_t key = lane.rows.begin()->first;
    Triage triage({}, [&](std::uint64_t hash) { return decode_threat(lane.stored.at(hash)); });
    CHECK_FALSE(triage.restore({StateKind::Entity, key, key, "?"}));
    CHECK_FALSE(triage.restore({StateKind::Group, key, key, lane.rows.begin()->second}));
    const Event& event = lane.events.make({.action = Action::FailedPassword, .time = at(9)});
    const Statement statement{kScan, 1, at(9)};
    triage.add(lane.events.entity(), {&statement, 1}, lane.events.batch(), event, kSource);
    triage.end_batch();
    Commit commit;
    triage.take_changes(commit, false);
    REQUIRE(commit.threats.size() == 1);
    CHECK(commit.threats[0].findings[0].count == 2);
  }

  TEST_CASE("an entity that is evicted takes its row with it, unless it has a threat") {
    Lane lane({.entities_max = 16});
    lane.add({.action = Action::FailedPassword, .time = at(0), .source = "198.51.100.1"}, kScan);
    for (int i = 0; i < 200; ++i) {
      const std::string source = "192.0.2." + std::to_string(i);
      lane.observe({.action = Action::FailedPassword, .time = at(i), .source = source});
      lane.commit();
    }
    CHECK(lane.triage->entities() == 16);
    CHECK(lane.triage->entities_evicted() == 185);
    CHECK(lane.rows.size() == 16);
    lane.observe({.action = Action::FailedPassword, .time = at(300), .source = "198.51.100.1"});
    lane.commit();
    CHECK(count_of(lane.threat("198.51.100.1"), Counter::AuthenticationFailure) == 1);
  }

  TEST_CASE("the fields that triage reads are the ones its events have here") {
    const FieldSet fields = fields_read();
    for (const Field field :
         {Field::ProcessPid, Field::HostName, Field::HttpStatus, Field::UserName,
          Field::ProcessCommandLine, Field::UrlPath, Field::ServiceType}) {
      CHECK(fields[index(field)]);
    }
  }
}

/// One random day of a few sources, with findings and restarts.
struct Story {
  std::uint64_t seed;
  std::uint32_t sources;
  bool restarts;
};

std::map<std::uint64_t, std::string> tell(const Story& story, const TriageOptions& options) {
  constexpr Action kKinds[]{Action::FailedPassword,  Action::PamAuthenticationFailure,
                            Action::InvalidUser,     Action::AcceptedPassword,
                            Action::HttpRequest,     Action::HoneypotCommand,
                            Action::ConnectionClosed};
  Random random(story.seed);
  Random when(story.seed + 1);  // commits and restarts must not change the story
  Lane lane(options);
  for (int i = 0; i < 4000; ++i) {
    const std::string source = "192.0.2." + std::to_string(random.below(story.sources));
    const std::string text = "line " + std::to_string(i);
    const Events::What what{.action = kKinds[random.below(7)],
                            .time = at(i * 20 - static_cast<int>(random.below(300))),
                            .user = random.chance(0.5) ? "root" : "admin",
                            .pid = random.between(1, 20),
                            .command = "ls",
                            .source = source,
                            .line = text,
                            .offset = static_cast<std::uint64_t>(i)};
    lane.observe(what);
    if (random.chance(0.1)) lane.add(what, random.chance(0.5) ? kScan : kBruteForce);
    if (!when.chance(0.05)) continue;
    lane.commit();
    if (story.restarts && when.chance(0.3)) lane.start();
  }
  lane.commit();
  return lane.stored;
}

TEST_SUITE("triage/triage") {
  TEST_CASE("threats are the same with and without commits, restarts and limits on their number") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto expected = tell({.seed = seed, .sources = 60, .restarts = false}, {});
      REQUIRE(expected.size() > 30);
      const auto limited =
          tell({.seed = seed, .sources = 60, .restarts = false}, {.threats_max = 3});
      CHECK(limited == expected);
      const auto restarted =
          tell({.seed = seed, .sources = 60, .restarts = true}, {.threats_max = 3});
      CHECK(restarted == expected);
    }
  }

  TEST_CASE("findings survive even when the entities do not fit in memory") {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      const auto expected = tell({.seed = seed, .sources = 200, .restarts = false}, {});
      const auto squeezed = tell({.seed = seed, .sources = 200, .restarts = true},
                                 {.entities_max = 16, .threats_max = 1});
      REQUIRE(squeezed.size() == expected.size());
      for (const auto& [hash, bytes] : expected) {
        const Threat whole = *decode_threat(bytes), part = *decode_threat(squeezed.at(hash));
        REQUIRE(part.id == whole.id);
        REQUIRE(part.heat == whole.heat);
        REQUIRE(part.findings.size() == whole.findings.size());
        for (std::size_t i = 0; i < whole.findings.size(); ++i) {
          REQUIRE(part.findings[i].count == whole.findings[i].count);
          REQUIRE(part.findings[i].evidence.size() == whole.findings[i].evidence.size());
        }
      }
    }
  }
}

}  // namespace
}  // namespace vedette::triage
