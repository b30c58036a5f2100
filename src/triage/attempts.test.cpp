#include "triage/attempts.h"

#include "triage/test_events.h"

#include <doctest/doctest.h>

namespace vedette::triage {
namespace {

std::uint32_t add(Attempts& attempts, const Events::What& what) {
  Events events;
  const Event& event = events.make(what);
  const auto attempt = attempt_of(events.batch(), event);
  REQUIRE(attempt.has_value());
  return attempts.add(*attempt, event.time, event.repeats);
}

struct Line {
  Action action;
  std::int64_t second, pid;
  std::string_view service;
};
std::uint32_t total_of(const std::vector<Line>& lines) {
  Attempts attempts;
  std::uint32_t total = 0;
  for (const Line& line : lines) {
    total += add(
        attempts,
        {.action = line.action, .time = at(line.second), .pid = line.pid, .service = line.service});
  }
  return total;
}

TEST_SUITE("triage/attempts") {
  TEST_CASE("PAM's line and sshd's line about one attempt are one failure") {
    Attempts attempts;
    const auto pid = 4711;
    CHECK(add(attempts, {.action = Action::PamAuthenticationFailure, .time = at(0), .pid = pid}) ==
          1);
    CHECK(add(attempts, {.action = Action::FailedPassword, .time = at(2), .pid = pid}) == 0);
    CHECK(add(attempts, {.action = Action::FailedPassword, .time = at(5), .pid = pid}) == 1);
    CHECK(add(attempts, {.action = Action::PamAuthenticationFailure, .time = at(6), .pid = pid}) ==
          0);
  }

  TEST_CASE(
      "an unknown user, a refusal and the end of the connection add nothing to its attempts") {
    Attempts attempts;
    CHECK(add(attempts, {.action = Action::InvalidUser, .time = at(0), .pid = 1}) == 1);
    CHECK(add(attempts, {.action = Action::FailedNone, .time = at(0), .pid = 1}) == 0);
    CHECK(add(attempts, {.action = Action::FailedPassword, .time = at(1), .pid = 1}) == 0);
    CHECK(add(attempts, {.action = Action::FailedPassword, .time = at(2), .pid = 1}) == 1);
    CHECK(add(attempts,
              {.action = Action::FailedPassword, .time = at(3), .pid = 1, .repeats = 4}) == 4);
    CHECK(add(attempts, {.action = Action::UserNotAllowed, .time = at(3), .pid = 1}) == 0);
    CHECK(add(attempts, {.action = Action::MaximumAttemptsExceeded, .time = at(4), .pid = 1}) == 0);
  }

  TEST_CASE("sshd's word about PAM, PAM's own line and the verdict are one failure") {
    Attempts attempts;
    using A = Action;
    CHECK(add(attempts, {.action = A::PamAuthenticationFailure, .time = at(0), .pid = 1}) == 1);
    CHECK(
        add(attempts,
            {.action = A::PamAuthenticationFailure, .time = at(0), .pid = 1, .service = "sshd"}) ==
        0);
    CHECK(add(attempts, {.action = A::FailedKeyboardInteractive, .time = at(0), .pid = 1}) == 0);
    CHECK(add(attempts, {.action = A::PamAuthenticationFailure, .time = at(3), .pid = 1}) == 1);
    CHECK(add(attempts, {.action = A::FailedKeyboardInteractive, .time = at(3), .pid = 1}) == 0);
  }

  TEST_CASE("each attempt that PAM hears of in a child of its own is one failure") {
    constexpr auto kPam = Action::PamAuthenticationFailure;
    const std::vector<Line> lines{{kPam, 0, 101, "sshd"},
                                  {kPam, 2, 100, ""},
                                  {kPam, 3, 102, "sshd"},
                                  {kPam, 5, 100, ""},
                                  {kPam, 6, 103, "sshd"},
                                  {kPam, 8, 100, ""},
                                  {Action::FailedKeyboardInteractive, 8, 100, ""},
                                  {Action::MaximumAttemptsExceeded, 8, 100, ""}};
    CHECK(total_of(lines) == 3);
    auto swapped = lines;  // sshd's word before PAM's
    for (std::size_t i = 0; i < 6; i += 2) std::swap(swapped[i], swapped[i + 1]);
    CHECK(total_of(swapped) == 3);
  }

  TEST_CASE("an unknown user whom PAM hears of in a child is one failure") {
    constexpr auto kPam = Action::PamAuthenticationFailure;
    CHECK(total_of({{Action::InvalidUser, 0, 100, ""},
                    {kPam, 0, 101, "sshd"},
                    {kPam, 2, 100, ""},
                    {Action::FailedKeyboardInteractive, 2, 100, ""}}) == 1);
  }

  TEST_CASE("two connections at once, each with its children, count as they would alone") {
    constexpr auto kPam = Action::PamAuthenticationFailure;
    CHECK(total_of({{kPam, 0, 101, "sshd"},
                    {kPam, 0, 201, "sshd"},
                    {kPam, 2, 200, ""},
                    {kPam, 2, 100, ""},
                    {kPam, 3, 102, "sshd"},
                    {kPam, 3, 202, "sshd"},
                    {kPam, 5, 100, ""},
                    {kPam, 5, 200, ""}}) == 4);
  }

  TEST_CASE("an unknown user beside another login by password are two failures") {
    constexpr auto kPam = Action::PamAuthenticationFailure;
    CHECK(total_of({{Action::InvalidUser, 0, 100, ""},
                    {kPam, 0, 200, "sshd"},
                    {Action::FailedPassword, 2, 200, ""},
                    {kPam, 2, 100, "sshd"},
                    {Action::FailedPassword, 4, 100, ""}}) == 2);
  }

  TEST_CASE("where PAM alone writes, each of its lines is a failure") {
    constexpr auto kPam = Action::PamAuthenticationFailure;
    CHECK(total_of({{kPam, 0, 1, "sshd"},
                    {kPam, 1, 2, "sshd"},
                    {kPam, 2, 3, "sshd"},
                    {kPam, 3, 4, "sshd"},
                    {kPam, 4, 5, "sshd"},
                    {kPam, 5, 6, "sshd"}}) == 6);
  }

  TEST_CASE("processes and hosts are told apart") {
    Attempts attempts;
    const auto action = Action::FailedPassword;
    CHECK(add(attempts, {.action = action, .time = at(0), .pid = 1}) == 1);
    CHECK(add(attempts, {.action = Action::PamAuthenticationFailure, .time = at(0), .pid = 2}) ==
          1);
    CHECK(add(attempts, {.action = Action::PamAuthenticationFailure,
                         .time = at(0),
                         .pid = 1,
                         .host = "web2"}) == 1);
    CHECK(add(attempts, {.action = Action::PamAuthenticationFailure, .time = at(0), .pid = 1}) ==
          0);
  }

  TEST_CASE("a process id that comes back after a quarter of an hour is another connection") {
    Attempts attempts;
    CHECK(add(attempts, {.action = Action::FailedPassword, .time = at(0), .pid = 1}) == 1);
    CHECK(add(attempts, {.action = Action::InvalidUser, .time = at(900), .pid = 1}) == 0);
    CHECK(add(attempts, {.action = Action::InvalidUser, .time = at(1801), .pid = 1}) == 1);
  }

  TEST_CASE("of more connections than fit, the one heard of longest ago is forgotten") {
    Attempts attempts;
    for (std::int64_t pid = 1; pid <= 7; ++pid) {
      CHECK(add(attempts, {.action = Action::FailedPassword, .time = at(pid), .pid = pid}) == 1);
    }
    CHECK(add(attempts, {.action = Action::InvalidUser, .time = at(8), .pid = 2}) == 0);
    CHECK(add(attempts, {.action = Action::InvalidUser, .time = at(8), .pid = 1}) == 1);
  }

  TEST_CASE("only failed logins of a process in the authentication log are told apart") {
    Events events;
    const auto none = [&](const Events::What& what) {
      const Event& event = events.make(what);
      return !attempt_of(events.batch(), event).has_value();
    };
    CHECK(none({.action = Action::FailedPassword, .time = at(0)}));  // no process id
    CHECK(none({.action = Action::AcceptedPassword, .time = at(0), .pid = 1}));
    CHECK(none({.action = Action::HoneypotLoginFailed,
                .time = at(0),
                .pid = 1,
                .dataset = Dataset::Cowrie}));
  }

  TEST_CASE("the lines of one connection give the same total in every order") {
    constexpr Action kActionsOfSsh[]{Action::FailedPassword,
                                     Action::FailedKeyboardInteractive,
                                     Action::FailedNone,
                                     Action::InvalidUser,
                                     Action::UserNotAllowed,
                                     Action::MaximumAttemptsExceeded,
                                     Action::PamAuthenticationFailure};
    Random random(1);
    for (int round = 0; round < 300; ++round) {
      std::vector<Events::What> lines;
      const std::uint32_t size = random.between(1, 20);
      for (std::uint32_t i = 0; i < size; ++i) {
        lines.push_back({.action = kActionsOfSsh[random.below(7)],
                         .time = at(random.below(120)),
                         .pid = 1,
                         .service = random.chance(0.5) ? "sshd" : "",
                         .repeats = random.between(1, 4)});
      }
      std::uint32_t expected = 0;
      for (int order = 0; order < 5; ++order) {
        Attempts attempts;
        std::uint32_t total = 0;
        for (const auto& line : lines) total += add(attempts, line);
        if (order == 0) expected = total;
        REQUIRE(total == expected);
        shuffle(lines, random);
      }
    }
  }

  TEST_CASE("more attempts than can be counted are still told, not hidden") {
    Attempts attempts;
    CHECK(add(attempts,
              {.action = Action::FailedPassword, .time = at(0), .pid = 1, .repeats = 65535}) ==
          65535);
    CHECK(add(attempts,
              {.action = Action::FailedPassword, .time = at(1), .pid = 1, .repeats = 70000}) ==
          70000);
    CHECK(add(attempts, {.action = Action::InvalidUser, .time = at(1), .pid = 1}) == 0);
  }

  TEST_CASE("what was stored comes back, and nothing else is understood") {
    Attempts attempts;
    for (std::int64_t pid = 1; pid <= 3; ++pid) {
      add(attempts, {.action = Action::FailedPassword, .time = at(pid), .pid = pid, .repeats = 70});
    }
    std::string bytes;
    Writer out(bytes);
    attempts.encode(out);
    Attempts back;
    Reader in(bytes);
    REQUIRE(back.decode(in));
    CHECK(in.done());
    CHECK(back == attempts);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      Reader cut(std::string_view(bytes).substr(0, size));
      CHECK_FALSE(back.decode(cut));
    }
  }
}

}  // namespace
}  // namespace vedette::triage
