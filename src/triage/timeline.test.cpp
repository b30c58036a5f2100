#include "triage/timeline.h"

#include "triage/test_events.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>

namespace vedette::triage {
namespace {

constexpr std::size_t kMax = 64;

TEST_SUITE("triage/timeline") {
  TEST_CASE("the same thing again goes into the entry that says so") {
    Threat threat;
    note(threat, {at(0), Action::SudoCommand, 1, "/bin/ls"}, kMax);
    note(threat, {at(60), Action::SessionOpened, 1, "root"}, kMax);
    note(threat, {at(3000), Action::SudoCommand, 2, "/bin/ls"}, kMax);
    REQUIRE(threat.timeline.size() == 2);
    CHECK(threat.timeline[0].count == 3);
    CHECK(threat.timeline[0].first == at(0));
    CHECK(threat.timeline[0].last == at(3000));
    CHECK(threat.timeline_merged == 0);
  }

  TEST_CASE("other details, and the same one long after, are entries of their own") {
    Threat threat;
    note(threat, {at(0), Action::SudoCommand, 1, "/bin/ls"}, kMax);
    note(threat, {at(1), Action::SudoCommand, 1, "/bin/sh"}, kMax);
    note(threat, {at(2), Action::SudoCommand, 1, "/bin/ls"}, kMax);
    note(threat, {at(3603), Action::SudoCommand, 1, "/bin/ls"}, kMax);
    CHECK(threat.timeline.size() == 4);
  }

  TEST_CASE("a flood is one entry as long as it does not pause for a minute") {
    Threat threat;
    for (int i = 0; i < 1000; ++i) {
      note(threat, {at(i * 60), Action::HttpRequest, 1, std::to_string(i)}, kMax);
    }
    REQUIRE(threat.timeline.size() == 1);
    CHECK(threat.timeline[0].count == 1000);
    CHECK(threat.timeline[0].detail == "0");
    note(threat, {at(999 * 60 + 61), Action::HttpRequest, 1, "later"}, kMax);
    CHECK(threat.timeline.size() == 2);
  }

  TEST_CASE("events out of order land where they belong") {
    Threat threat;
    note(threat, {at(100), Action::HoneypotCommand, 1, "b"}, kMax);
    note(threat, {at(0), Action::HoneypotCommand, 1, "a"}, kMax);
    note(threat, {at(200), Action::FailedPassword, 1, "root"}, kMax);
    note(threat, {at(150), Action::FailedPassword, 1, "root"}, kMax);
    note(threat, {at(99), Action::FailedPassword, 1, "root"}, kMax);
    REQUIRE(threat.timeline.size() == 3);
    CHECK(threat.timeline[0].detail == "a");
    CHECK(threat.timeline[1].action == Action::FailedPassword);
    CHECK(threat.timeline[1].first == at(99));
    CHECK(threat.timeline[1].last == at(200));
    CHECK(threat.timeline[1].count == 3);
    CHECK(threat.timeline[2].detail == "b");
  }

  TEST_CASE(
      "beyond the cap old entries of one action become one, without detail, with their counts") {
    Threat threat;
    note(threat, {at(0), Action::AcceptedPassword, 1, "root"}, 16);
    for (int i = 1; i <= 16; ++i) {
      note(threat, {at(i), Action::HoneypotCommand, 1, "command " + std::to_string(i)}, 16);
    }
    // 17 entries: of the older eight the seven commands became one.
    REQUIRE(threat.timeline.size() == 11);
    CHECK(threat.timeline_merged == 6);
    CHECK(threat.timeline[0].detail == "root");
    CHECK(threat.timeline[1].count == 7);
    CHECK(threat.timeline[1].detail.empty());
    CHECK(threat.timeline[1].last == at(7));
    CHECK(threat.timeline[2].detail == "command 8");
    CHECK(threat.timeline.back().detail == "command 16");
  }

  TEST_CASE("whatever comes, the cap holds, the order holds and no count is lost") {
    Random random(1);
    for (int round = 0; round < 50; ++round) {
      Threat threat;
      std::map<Action, std::uint64_t> expected;
      std::uint64_t noted = 0, merged_at_once = 0;
      for (int i = 0; i < 3000; ++i) {
        const auto action = static_cast<Action>(1 + random.below(12));
        const std::uint64_t count = random.between(1, 5);
        const std::size_t before = threat.timeline.size();
        const std::uint64_t merged = threat.timeline_merged;
        note(threat,
             {at(random.below(1000000)), action, count, std::string(1 + random.below(3), 'x')}, 32);
        ++noted;
        if (threat.timeline.size() == before && threat.timeline_merged == merged) ++merged_at_once;
        expected[action] += count;
        REQUIRE(threat.timeline.size() <= 32);
      }
      std::map<Action, std::uint64_t> counts;
      for (const TimelineEntry& entry : threat.timeline) counts[entry.action] += entry.count;
      CHECK(counts == expected);
      CHECK(threat.timeline.size() + threat.timeline_merged + merged_at_once == noted);
      CHECK(std::is_sorted(threat.timeline.begin(), threat.timeline.end(),
                           [](const auto& a, const auto& b) { return a.first < b.first; }));
    }
  }

  TEST_CASE("the detail is the command, the path or the user, cut at a whole character") {
    Events events;
    const auto detail = [&](const Events::What& what) {
      const Event& event = events.make(what);
      return std::string(detail_of(events.batch(), event));
    };
    CHECK(
        detail(
            {.action = Action::SudoCommand, .time = at(0), .user = "kim", .command = "/bin/ls"}) ==
        "/bin/ls");
    CHECK(detail({.action = Action::FailedPassword, .time = at(0), .user = "kim"}) == "kim");
    CHECK(detail({.action = Action::HttpRequest, .time = at(0), .path = "/a"}) == "/a");
    CHECK(detail({.action = Action::HttpRequest, .time = at(0)}).empty());
    const std::string long_name = std::string(159, 'x') + "\xC3\xA4";
    CHECK(detail({.action = Action::FailedPassword, .time = at(0), .user = long_name}) ==
          std::string(159, 'x'));
  }

  TEST_CASE("a time that nobody told widens nothing") {
    Time first, last;
    widen(first, last, Time{});
    CHECK(first == Time{});
    widen(first, last, at(5));
    widen(first, last, at(9));
    widen(first, last, Time{});
    widen(first, last, at(2));
    CHECK(first == at(2));
    CHECK(last == at(9));
  }
}

}  // namespace
}  // namespace vedette::triage
