#include "sigma/correlator.h"

#include "base/random.h"
#include "sigma/testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace vedette::sigma {
namespace {

using std::chrono::seconds;

Time at(std::int64_t second) {
  return Time{} + std::chrono::hours(400'000) + seconds(second);
}

const std::string kSteps = R"(
title: Failure
name: failure
logsource: {product: test}
detection: {a: {event.action: failed-password}, condition: a}
---
title: Success
name: success
logsource: {product: test}
detection: {a: {event.action: accepted-password}, condition: a}
---
title: Scan
name: scan
logsource: {product: test}
detection: {a: {event.action: packet-denied}, condition: a}
---
)";

std::string correlation(std::string_view title, std::string_view body) {
  return fmt::format("title: {0}\nname: {0}\ncorrelation: {{{1}}}\n---\n", title, body);
}

struct Seen {
  std::string title;
  std::uint64_t count;
  Time first;
};

/// Events through matcher and correlator, as an engine would send them.
class Run {
 public:
  explicit Run(std::string_view correlations, CorrelatorOptions options = {})
      : loaded(kSteps + std::string(correlations)), matcher(loaded.rules) {
    for (const RuleProblem& problem : loaded.problems) FAIL(problem.error.detail);
    correlator = std::make_unique<Correlator>(loaded.rules, options);
  }

  /// The hits of one event.
  std::vector<Seen> event(Action action, Time time, const std::vector<FieldValue>& values,
                          std::uint32_t weight = 1) {
    Events events(loaded.fields);
    events.add(Dataset::Json, action, values, "", time);
    std::vector<Match> matches;
    matcher.match(events.batch, matches);
    std::vector<RuleIndex> rules;
    GroupMask groups = 0;
    for (const Match& match : matches) {
      rules.push_back(match.rule);
      groups |= loaded.rules->groups_fed_by(match.rule);
    }
    const Event& event = events.batch.events()[0];
    std::vector<Hit> hits;
    for (GroupIndex group = 0; group < loaded.rules->groups().size(); ++group) {
      if ((groups >> group & 1) == 0) continue;
      const auto entity = Entities(events.batch, event).of(loaded.rules->groups()[group].entity);
      if (!entity) continue;
      const auto key = loaded.rules->group_key(group, *entity, events.batch, event);
      if (key) correlator->observe(group, *key, 7, events.batch, event, rules, weight, hits);
    }
    std::vector<Seen> seen;
    for (const Hit& hit : hits) {
      seen.push_back({loaded.rules->rules()[hit.correlation].title, hit.count, hit.first});
    }
    return seen;
  }

  Loaded loaded;
  Matcher matcher;
  std::unique_ptr<Correlator> correlator;
};

const std::vector<FieldValue> kFrom1{{"source.ip", *parse_ip("192.0.2.1")}, {"user.name", "root"}};
const std::vector<FieldValue> kFrom2{{"source.ip", *parse_ip("192.0.2.2")}, {"user.name", "root"}};
const std::string kBrute = correlation(
    "Brute",
    "type: event_count, rules: [failure], group-by: [source.ip], timespan: 60s, condition: "
    "{gte: 3}");

}  // namespace

TEST_SUITE("sigma/correlator") {
  TEST_CASE("a count fires at its threshold with all its events, then with each further one") {
    Run run(kBrute);
    CHECK(run.event(Action::FailedPassword, at(0), kFrom1).empty());
    CHECK(run.event(Action::FailedPassword, at(10), kFrom1).empty());
    CHECK(run.event(Action::FailedPassword, at(15), kFrom2).empty());
    auto hits = run.event(Action::FailedPassword, at(20), kFrom1);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].title == "Brute");
    CHECK(hits[0].count == 3);
    CHECK(hits[0].first == at(0));
    hits = run.event(Action::FailedPassword, at(30), kFrom1, 4);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].count == 4);
    CHECK(hits[0].first == at(30));
    CHECK(run.event(Action::FailedPassword, at(1000), kFrom1).empty());
  }

  TEST_CASE("an event exactly one timespan later is within, one later still is not") {
    for (const int last : {60, 61}) {
      Run run(kBrute);
      run.event(Action::FailedPassword, at(0), kFrom1);
      run.event(Action::FailedPassword, at(1), kFrom1);
      CHECK(run.event(Action::FailedPassword, at(last), kFrom1).size() == (last == 60 ? 1 : 0));
    }
  }

  TEST_CASE("no event is in two hits when the condition holds again") {
    Run run(kBrute);
    for (const int second : {0, 30}) run.event(Action::FailedPassword, at(second), kFrom1);
    auto hits = run.event(Action::FailedPassword, at(60), kFrom1);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].count == 3);
    CHECK(run.event(Action::FailedPassword, at(95), kFrom1).empty());
    hits = run.event(Action::FailedPassword, at(100), kFrom1);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].count == 2);
    CHECK(hits[0].first == at(95));
  }

  TEST_CASE("events of one span give hits for the same events in any order") {
    Random random(5);
    for (int round = 0; round < 100; ++round) {
      std::vector<std::int64_t> times(random.between(1, 60));
      for (auto& time : times) time = random.below(60);
      for (int order = 0; order < 3; ++order) {
        for (std::size_t i = times.size(); i > 1; --i) {
          std::swap(times[i - 1], times[random.below(static_cast<std::uint32_t>(i))]);
        }
        Run run(kBrute);
        std::uint64_t sum = 0;
        for (const auto time : times) {
          for (const Seen& hit : run.event(Action::FailedPassword, at(time), kFrom1))
            sum += hit.count;
        }
        CHECK(sum == (times.size() >= 3 ? times.size() : 0));
      }
    }
  }

  TEST_CASE("a repeated line counts as often as it happened, an echo not at all") {
    Run run(kBrute);
    auto hits = run.event(Action::FailedPassword, at(0), kFrom1, 5);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].count == 5);
    CHECK(run.event(Action::FailedPassword, at(1), kFrom1, 0).empty());
  }

  TEST_CASE("an IPv6 source is its /64, a source known by name is a source") {
    Run run(kBrute);
    for (const char* ip : {"2001:db8::1", "2001:db8::2"}) {
      CHECK(run.event(Action::FailedPassword, at(0), {{"source.ip", *parse_ip(ip)}}).empty());
    }
    CHECK(run.event(Action::FailedPassword, at(0), {{"source.ip", *parse_ip("2001:db8:0:1::1")}})
              .empty());
    CHECK(run.event(Action::FailedPassword, at(0), {{"source.ip", *parse_ip("2001:db8::3")}})
              .size() == 1);
    const std::vector<FieldValue> named{{"source.address", "host.example"}};
    CHECK(run.event(Action::FailedPassword, at(0), named, 2).empty());
    CHECK(run.event(Action::FailedPassword, at(0), named).size() == 1);
    CHECK(run.event(Action::FailedPassword, at(0), {{"user.name", "root"}}, 9).empty());
    REQUIRE(run.loaded.rules->groups().size() == 2);
    CHECK(run.loaded.rules->groups()[0].entity == EntityType::SourceIp);
    CHECK(run.loaded.rules->groups()[1].entity == EntityType::SourceAddress);
  }

  TEST_CASE("values are counted once each") {
    Run run(correlation("Spray",
                        "type: value_count, rules: [failure], group-by: [source.ip], timespan: "
                        "10m, condition: {field: user.name, gte: 3}"));
    const auto user = [](std::string name) {
      return std::vector<FieldValue>{{"source.ip", *parse_ip("192.0.2.1")},
                                     {"user.name", std::move(name)}};
    };
    CHECK(run.event(Action::FailedPassword, at(0), user("a")).empty());
    CHECK(run.event(Action::FailedPassword, at(1), user("a")).empty());
    CHECK(run.event(Action::FailedPassword, at(2), user("A")).empty());
    CHECK(
        run.event(Action::FailedPassword, at(3), {{"source.ip", *parse_ip("192.0.2.1")}}).empty());
    const auto hits = run.event(Action::FailedPassword, at(4), user("b"));
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].count == 4);
    CHECK(hits[0].first == at(0));
    CHECK(run.event(Action::FailedPassword, at(602), user("b")).empty());
  }

  TEST_CASE("rules that must all match may do so in any order, or only in theirs") {
    const std::string rest = ", rules: [failure, success], group-by: [source.ip], timespan: 60s";
    Run run(correlation("Both", "type: temporal" + rest) +
            correlation("Then", "type: temporal_ordered" + rest));
    CHECK(run.event(Action::AcceptedPassword, at(0), kFrom1).empty());
    auto hits = run.event(Action::FailedPassword, at(10), kFrom1);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].title == "Both");
    hits = run.event(Action::AcceptedPassword, at(20), kFrom1);
    REQUIRE(hits.size() == 2);
    CHECK(hits[1].title == "Then");
    CHECK(hits[1].first == at(0));
    CHECK(run.event(Action::AcceptedPassword, at(71), kFrom1).empty());
  }

  TEST_CASE("a correlation of a correlation hears of each of its hits") {
    Run run(kBrute + correlation("Break",
                                 "type: temporal_ordered, rules: [Brute, success], group-by: "
                                 "[source.ip], timespan: 60s"));
    run.event(Action::AcceptedPassword, at(0), kFrom1);
    for (int i = 1; i < 3; ++i) CHECK(run.event(Action::FailedPassword, at(i), kFrom1).empty());
    CHECK(run.event(Action::FailedPassword, at(4), kFrom1).size() == 1);
    const auto hits = run.event(Action::AcceptedPassword, at(5), kFrom1);
    REQUIRE(hits.size() == 1);
    CHECK(hits[0].title == "Break");
    CHECK_FALSE(run.loaded.rules->rules()[3].reports);
  }

  TEST_CASE("a chain may be written before what it refers to") {
    Run run(correlation("Twice",
                        "type: event_count, rules: [Brute], group-by: [source.ip], timespan: "
                        "60s, condition: {gte: 2}") +
            kBrute);
    for (int i = 0; i < 3; ++i) run.event(Action::FailedPassword, at(i), kFrom1);
    const auto hits = run.event(Action::FailedPassword, at(4), kFrom1);
    REQUIRE(hits.size() == 2);
    CHECK(hits[0].title == "Brute");
    CHECK(hits[1].title == "Twice");
  }

  TEST_CASE("a chain with another group-by, and an alias that changes the kind, are refused") {
    const Loaded other(
        kSteps + kBrute +
        correlation("C",
                    "type: temporal, rules: [Brute, success], group-by: [user.name], "
                    "timespan: 60s"));
    REQUIRE(other.problems.size() == 1);
    CHECK(other.problems[0].error.code == Errc::RuleUnsupported);
    const Loaded alias(kSteps +
                       correlation("A",
                                   "type: temporal, rules: [failure, success], group-by: [x], "
                                   "timespan: 60s, aliases: {x: {failure: source.ip, "
                                   "success: user.name}}"));
    REQUIRE(alias.problems.size() == 1);
    CHECK(alias.problems[0].error.code == Errc::RuleUnsupported);
  }

  TEST_CASE("an alias joins different fields of different rules") {
    Run run(correlation("Pair",
                        "type: temporal, rules: [failure, success], group-by: [host.name, who], "
                        "timespan: 60s, aliases: {who: {failure: user.name, success: "
                        "user.target.name}}"));
    const std::string h = "h", bob = "bob";
    CHECK(run.event(Action::FailedPassword, at(0), {{"host.name", h}, {"user.name", bob}}).empty());
    CHECK(
        run.event(Action::AcceptedPassword, at(1), {{"host.name", h}, {"user.name", bob}}).empty());
    CHECK(run.event(Action::AcceptedPassword, at(2), {{"host.name", h}, {"user.target.name", bob}})
              .size() == 1);
  }

  TEST_CASE("without an entity to group by, the host is it") {
    Run run(correlation("Any",
                        "type: event_count, rules: [failure], timespan: 60s, condition: {gte: 2}"));
    REQUIRE(run.loaded.rules->groups().size() == 1);
    CHECK(run.loaded.rules->groups()[0].entity == EntityType::Host);
    const std::vector<FieldValue> host{{"host.name", "web1"}};
    CHECK(run.event(Action::FailedPassword, at(0), host).empty());
    CHECK(run.event(Action::FailedPassword, at(1), {{"host.name", "web2"}}).empty());
    CHECK(run.event(Action::FailedPassword, at(1), host).size() == 1);
  }

  TEST_CASE("conditions may bound a count from both sides") {
    Run run(
        correlation("Few",
                    "type: event_count, rules: [failure], group-by: [source.ip], timespan: 60s, "
                    "condition: {gt: 1, lt: 4}"));
    std::vector<std::size_t> hits;
    for (int i = 0; i < 5; ++i)
      hits.push_back(run.event(Action::FailedPassword, at(i), kFrom1).size());
    CHECK(hits == std::vector<std::size_t>{0, 1, 1, 0, 0});
  }

  TEST_CASE("an old event begins the windows anew") {
    Run run(kBrute);
    run.event(Action::FailedPassword, at(1000), kFrom1, 9);
    CHECK(run.event(Action::FailedPassword, at(0), kFrom1).empty());
    CHECK(run.event(Action::FailedPassword, at(1), kFrom1).empty());
    CHECK(run.event(Action::FailedPassword, at(2), kFrom1).size() == 1);
  }

  TEST_CASE("state that is stored and restored at any moment gives the same hits") {
    const std::string rules =
        kBrute +
        correlation("Spray",
                    "type: value_count, rules: [failure], group-by: [source.ip], timespan: 5m, "
                    "condition: {field: user.name, gte: 10}") +
        correlation("Break",
                    "type: temporal_ordered, rules: [Brute, success], group-by: [source.ip], "
                    "timespan: 60s") +
        correlation("Guess",
                    "type: event_count, rules: [failure, success], group-by: [user.name], "
                    "timespan: 60s, condition: {gte: 4}");
    Random random(2);
    Run steady(rules), broken(rules);
    std::map<std::uint64_t, StateRow> store;
    std::int64_t now = 0;
    std::size_t hits_in_all = 0;
    for (int i = 0; i < 3000; ++i) {
      now += random.below(4);
      const Time time = at(now - random.below(5));
      const auto action = random.chance(0.9) ? Action::FailedPassword : Action::AcceptedPassword;
      const std::vector<FieldValue> values{
          {"source.ip", IpAddress::from_v4(0xC0000200u + random.below(5))},
          {"user.name", fmt::format("u{}", random.below(150))}};
      const auto expected = steady.event(action, time, values);
      const auto got = broken.event(action, time, values);
      hits_in_all += expected.size();
      REQUIRE(got.size() == expected.size());
      for (std::size_t k = 0; k < got.size(); ++k) {
        REQUIRE(got[k].title == expected[k].title);
        REQUIRE(got[k].count == expected[k].count);
        REQUIRE(got[k].first == expected[k].first);
      }
      if (!random.chance(0.02)) continue;
      std::vector<StateRow> rows;
      broken.correlator->take_changes(rows);
      for (const StateRow& row : rows) {
        CHECK(row.owner == 7);
        store[row.key] = row;
      }
      broken.correlator = std::make_unique<Correlator>(broken.loaded.rules, CorrelatorOptions{});
      for (const auto& [key, row] : store) REQUIRE(broken.correlator->restore(row));
      rows.clear();
      broken.correlator->take_changes(rows);
      CHECK(rows.empty());
    }
    CHECK(hits_in_all > 1000);
  }

  TEST_CASE("after a reload with other rules a correlation finds its own state") {
    Run before(kBrute);
    before.event(Action::FailedPassword, at(0), kFrom1, 2);
    std::vector<StateRow> rows;
    before.correlator->take_changes(rows);
    REQUIRE(rows.size() == 1);

    Run after(correlation("New",
                          "type: event_count, rules: [success], group-by: [user.name], timespan: "
                          "60s, condition: {gte: 1}") +
              kBrute);
    REQUIRE(after.correlator->restore(rows[0]));
    CHECK(after.event(Action::FailedPassword, at(1), kFrom1).size() == 1);

    Run gone(correlation("New",
                         "type: event_count, rules: [success], group-by: [user.name], timespan: "
                         "60s, condition: {gte: 1}"));
    CHECK_FALSE(gone.correlator->restore(rows[0]));
    rows[0].value[0] = 99;
    CHECK_FALSE(after.correlator->restore(rows[0]));
  }

  TEST_CASE("rubbish in the store is refused") {
    Run run(kBrute);
    run.event(Action::FailedPassword, at(0), kFrom1, 2);
    std::vector<StateRow> rows;
    run.correlator->take_changes(rows);
    Random random(4);
    for (int i = 0; i < 5000; ++i) {
      StateRow row = rows[0];
      row.value.resize(random.below(static_cast<std::uint32_t>(row.value.size() + 1)));
      if (!row.value.empty() && random.chance(0.7)) {
        row.value[random.below(static_cast<std::uint32_t>(row.value.size()))] ^=
            static_cast<char>(1 + random.below(255));
      }
      row.key = random.next();
      run.correlator->restore(row);
      run.event(Action::FailedPassword, at(1), kFrom1);
    }
    CHECK_FALSE(run.correlator->restore({StateKind::Group, 1, 1, ""}));
  }

  TEST_CASE("a flood of sources is bounded, spares the active and is forgotten in the store") {
    Run run(kBrute, {.groups_max = 100});
    run.event(Action::FailedPassword, at(0), kFrom1, 3);
    std::vector<StateRow> rows;
    run.correlator->take_changes(rows);
    REQUIRE(rows.size() == 1);
    for (std::uint32_t i = 0; i < 5000; ++i) {
      const std::vector<FieldValue> from{{"source.ip", IpAddress::from_v4(0x0A000000u + i)}};
      run.event(Action::FailedPassword, at(1), from);
    }
    CHECK(run.correlator->groups() == 100);
    CHECK(run.correlator->groups_evicted() == 4901);
    CHECK(run.event(Action::FailedPassword, at(2), kFrom1).size() == 1);

    rows.clear();
    run.correlator->take_changes(rows);
    CHECK(rows.size() == 100);
    for (std::uint32_t i = 0; i < 5000; ++i) {
      const std::vector<FieldValue> from{{"source.ip", IpAddress::from_v4(0x0B000000u + i)}};
      run.event(Action::FailedPassword, at(1000), from);
    }
    const std::size_t stored = rows.size();
    rows.clear();
    run.correlator->take_changes(rows);
    const auto forgotten =
        std::ranges::count_if(rows, [](const auto& row) { return row.value.empty(); });
    CHECK(static_cast<std::size_t>(forgotten) == stored - 1);  // all but the one that had come back
  }

  TEST_CASE("what groups take up is bounded, however much each remembers") {
    // Seven windows of many times and values: far more than a group usually needs.
    std::string many = kBrute;
    for (int i = 0; i < 6; ++i) {
      many += correlation(fmt::format("Many{}", i),
                          "type: value_count, rules: [failure], group-by: [source.ip], timespan: "
                          "1h, condition: {field: user.name, gte: 1000}");
    }
    Run run(many, {.groups_max = 1000});
    for (std::uint32_t round = 0; round < 40; ++round) {
      for (std::uint32_t i = 0; i < 300; ++i) {
        run.event(Action::FailedPassword, at(round),
                  {{"source.ip", IpAddress::from_v4(0x0A000000u + i)},
                   {"user.name", fmt::format("user{}", round)}});
      }
    }
    CHECK(run.correlator->groups() < 250);
    CHECK(run.correlator->groups() > 50);
    CHECK(run.correlator->groups_evicted() > 0);
  }

  TEST_CASE("groups whose windows have passed leave, those that may still count stay") {
    Run run(kBrute);
    const auto from = [](std::uint32_t i) {
      return std::vector<FieldValue>{
          {"source.ip", *parse_ip(fmt::format("10.{}.{}.{}", i >> 16, i >> 8 & 255, i & 255))}};
    };
    // All of 60 s: nothing leaves, however many there are.
    for (std::uint32_t i = 0; i < 1000; ++i) run.event(Action::FailedPassword, at(0), from(i));
    for (int i = 0; i < 120'000; ++i) run.event(Action::FailedPassword, at(60), kFrom1);
    for (std::uint32_t i = 1000; i < 2000; ++i) run.event(Action::FailedPassword, at(60), from(i));
    CHECK(run.correlator->groups() == 2001);
    // A minute later the first thousand are over; the second were seen too lately to tell.
    for (std::uint32_t i = 2000; i < 4000; ++i) {
      run.event(Action::FailedPassword, at(121), from(i));
    }
    CHECK(run.correlator->groups() == 3001);
    CHECK(run.correlator->groups_evicted() == 0);
    std::vector<StateRow> rows;
    run.correlator->take_changes(rows);
    CHECK(rows.size() == 3001);
  }
}

}  // namespace vedette::sigma
