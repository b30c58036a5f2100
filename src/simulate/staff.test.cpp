#include "simulate/staff.h"

#include "simulate/testing.h"

#include <algorithm>
#include <map>
#include <set>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

/// The account's number, from its name: ana is 0, zeno 25, ana1 26.
std::map<Subject, std::uint32_t> people_of(const World& world) {
  std::map<Subject, std::uint32_t> numbers;
  for (const Account& account : world.people) numbers[account.user] = account.uid - 1001;
  return numbers;
}

TEST_SUITE("simulate/staff") {
  TEST_CASE("people mostly keep to their hosts, hours and places, and sometimes do not") {
    const Options options = scene_for("auth");
    Stage stage(options);
    const World world(options, stage);
    const auto numbers = people_of(world);
    std::size_t logins = 0, hosts = 0, hours = 0, roaming = 0;
    for (const Line& line : all_lines(options)) {
      if (!contains(line.text, "]: Accepted ") || !numbers.contains(line.fact.user)) continue;
      const Habits habits = habits_of(options.seed, numbers.at(line.fact.user));
      ++logins;
      hosts += std::ranges::find(habits.hosts, line.host) != habits.hosts.end() ? 1 : 0;
      hours += next_working_time(habits, options.start, line.time) == line.time ? 1 : 0;
      roaming += contains(line.text, " from 100.6") ? 1 : 0;
    }
    REQUIRE(logins > 500);
    CHECK(hosts > logins * 98 / 100);
    CHECK(hosts < logins);
    CHECK(hours > logins * 90 / 100);
    CHECK(hours < logins);
    CHECK(roaming > 0);
    CHECK(roaming < logins / 10);
  }

  TEST_CASE("every host has its cron and its nightly backup, at the same minute") {
    Options options = scene_for("auth");
    options.duration = 3 * 24h;
    std::map<std::string_view, std::set<Duration>> at;
    std::map<std::string_view, std::size_t> hourly;
    for (const Line& line : all_lines(options)) {
      if (contains(line.text, "]: Accepted publickey for backup ")) {
        at[line.host].insert((line.time - options.start) % 24h / 1min * 1min);
      }
      if (contains(line.text, "cron:session): session opened for user root(")) {
        ++hourly[line.host];
      }
    }
    CHECK(at.size() == 10);
    for (const auto& [host, minutes] : at) CHECK(minutes.size() <= 2);
    for (const auto& [host, count] : hourly) CHECK(count == 3 * 25);
  }

  TEST_CASE("passwords are forgotten, mistyped and changed") {
    Options options = scene_for("auth");
    options.users = 200;
    options.duration = 20 * 24h;
    auto lines = all_lines(options);
    std::erase_if(lines, [](const Line& line) { return line.fact.attack != Attack::None; });
    CHECK(count_with(lines, "Failed password for ") > 20);
    CHECK(count_with(lines, "pam_unix(passwd:chauthtok): password changed for ") > 10);
    CHECK(count_with(lines, "COMMAND=/usr/bin/passwd ") > 0);
  }

  TEST_CASE("a scene without people has nobody but those who attack everyone") {
    Options options = scene_for("auth");
    options.users = 0;
    for (const Line& line : all_lines(options)) REQUIRE(line.fact.attack != Attack::None);
  }
}

}  // namespace
}  // namespace vedette::simulate
