#include "simulate/people.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

TEST_SUITE("simulate/people") {
  TEST_CASE("a day without attackers has logins, work, services and cron, and nobody to blame") {
    const auto lines = all_lines(options_for("auth"));
    CHECK(count_with(lines, "Accepted publickey for backup from 10.20.") > 20);
    CHECK(count_with(lines, "pam_unix(cron:session): session opened") >= 24 * 4);
    CHECK(count_with(lines, "COMMAND=") > 0);
    CHECK(count_with(lines, " [preauth]") == 288);  // the monitor, every five minutes
    for (const Line& line : lines) {
      REQUIRE(line.fact.attack == Attack::None);
      REQUIRE(contains(line.text, "192.0.2.") + contains(line.text, "10.20.") +
                  !contains(line.text, " from ") >=
              1);
    }
  }

  TEST_CASE("people work by day and seldom on Sundays") {
    Options options = options_for("sshd");
    options.users = 20;
    options.duration = 7 * 24h;
    std::size_t night = 0, weekdays = 0, sunday = 0;
    for (const Line& line : all_lines(options)) {
      if (!contains(line.text, "from 192.0.2.") || !contains(line.text, "Accepted")) continue;
      const auto since_monday = line.time - options.start;
      const auto hour = since_monday % 24h / 1h;
      if (hour < 6 || hour >= 20) ++night;
      (since_monday / 24h == 6 ? sunday : weekdays) += 1;
    }
    CHECK(night == 0);
    CHECK(weekdays > 300);
    CHECK(sunday < weekdays / 15);
  }

  TEST_CASE("now and then someone mistypes a password and then gets in") {
    Options options = options_for("sshd");
    options.users = 60;
    options.duration = 5 * 24h;
    std::size_t failures = 0, logins = 0;
    for (const Line& line : all_lines(options)) {
      failures += line.fact.action == Action::FailedPassword ? 1 : 0;
      logins += line.fact.action == Action::AcceptedPassword ? 1 : 0;
    }
    CHECK(failures > 5);
    CHECK(failures < logins / 2);
  }
}

}  // namespace
}  // namespace vedette::simulate
