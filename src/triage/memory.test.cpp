#include "triage/memory.h"

#include "triage/test_events.h"

#include <doctest/doctest.h>

namespace vedette::triage {
namespace {

Memory make_memory() {
  Memory memory;
  Events events;
  const Event& event = events.make({.action = Action::FailedPassword, .time = at(3), .pid = 7});
  memory.attempts.add(*attempt_of(events.batch(), event), event.time, 1);
  memory.seen(at(3));
  memory.seen(at(9));
  memory.count(Counter::AuthenticationFailure, 4);
  memory.count(Counter::Connection, 300);
  memory.note(Action::FailedPassword, at(3), 4);
  memory.note(Action::ConnectionOpened, at(9), 300);
  return memory;
}

TEST_SUITE("triage/memory") {
  TEST_CASE("everything moves into the threat and is then forgotten") {
    Memory memory = make_memory();
    Events events;
    const Event& trigger =
        events.make({.action = Action::FailedPassword, .time = at(3), .user = "root"});
    Threat threat;
    memory.move_to(threat, events.batch(), trigger, 256);
    CHECK(threat.first_seen == at(3));
    CHECK(threat.last_seen == at(9));
    CHECK(threat.counts[static_cast<std::size_t>(Counter::AuthenticationFailure)] == 4);
    CHECK(threat.counts[static_cast<std::size_t>(Counter::Connection)] == 300);
    REQUIRE(threat.timeline.size() == 2);
    CHECK(threat.timeline[0].action == Action::FailedPassword);
    CHECK(threat.timeline[0].count == 4);
    CHECK(threat.timeline[0].detail == "root");
    CHECK(threat.timeline[1].detail.empty());

    Threat another;
    memory.move_to(another, events.batch(), trigger, 256);
    CHECK(another.timeline.empty());
    CHECK(another.counts == Counts{});
  }

  TEST_CASE("the event that made it a threat stands for itself when its like happened before") {
    Memory memory;
    memory.note(Action::SudoCommand, at(0), 1);
    memory.note(Action::SudoCommand, at(60), 1);
    Events events;
    const Event& trigger =
        events.make({.action = Action::SudoCommand, .time = at(60), .command = "/bin/sh"});
    Threat threat;
    memory.move_to(threat, events.batch(), trigger, 256);
    REQUIRE(threat.timeline.size() == 2);
    CHECK(threat.timeline[0].count == 1);
    CHECK(threat.timeline[0].detail.empty());
    CHECK(threat.timeline[1].count == 1);
    CHECK(threat.timeline[1].detail == "/bin/sh");
  }

  TEST_CASE("a fifth kind of action takes the place of the one heard of longest ago, visibly") {
    Memory memory;
    const Action actions[] = {Action::SudoCommand, Action::SuFailed, Action::UserCreated,
                              Action::AcceptedPassword, Action::CronCommand};
    for (int i = 0; i < 5; ++i) memory.note(actions[i], at(i), 1);
    Events events;
    const Event& trigger = events.make({.action = Action::CronCommand, .time = at(4)});
    Threat threat;
    memory.move_to(threat, events.batch(), trigger, 256);
    REQUIRE(threat.timeline.size() == 4);
    CHECK(threat.timeline[0].action == Action::SuFailed);
    CHECK(threat.timeline_merged == 1);
  }

  TEST_CASE("a counter that is full stays full") {
    Memory memory;
    memory.count(Counter::HttpRequest, 0xFFFFFFFFu);
    memory.count(Counter::HttpRequest, 5);
    Events events;
    const Event& trigger = events.make({.action = Action::HttpRequest, .time = at(0)});
    Threat threat;
    memory.move_to(threat, events.batch(), trigger, 256);
    CHECK(threat.counts[static_cast<std::size_t>(Counter::HttpRequest)] == 0xFFFFFFFFu);
  }

  TEST_CASE("what was stored comes back the same") {
    const Memory memory = make_memory();
    const std::string bytes = memory.encode();
    CHECK(bytes.size() < 96);
    Memory back;
    REQUIRE(back.decode(bytes));
    CHECK(back.encode() == bytes);
    CHECK(back.attempts == memory.attempts);
  }

  TEST_CASE("of an entity with a threat only that and its connections are stored") {
    Memory memory = make_memory();
    memory.is_threat = true;
    Memory back;
    REQUIRE(back.decode(memory.encode()));
    CHECK(back.is_threat);
    CHECK(back.attempts == memory.attempts);
    CHECK(memory.encode().size() < make_memory().encode().size());
  }

  TEST_CASE("cut, altered or foreign bytes are refused or understood whole, never half") {
    const std::string bytes = make_memory().encode();
    Memory back;
    CHECK_FALSE(back.decode(""));
    CHECK_FALSE(back.decode("\x02"));
    CHECK_FALSE(back.decode(bytes + '\x01'));
    Random random(1);
    for (int round = 0; round < 20000; ++round) {
      std::string altered =
          bytes.substr(0, random.between(1, static_cast<std::uint32_t>(bytes.size())));
      altered[random.below(static_cast<std::uint32_t>(altered.size()))] =
          static_cast<char>(random.next());
      if (!back.decode(altered)) continue;
      Memory again;
      REQUIRE(again.decode(back.encode()));
    }
  }
}

}  // namespace
}  // namespace vedette::triage
