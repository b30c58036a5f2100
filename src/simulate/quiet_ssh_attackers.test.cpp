#include "simulate/quiet_ssh_attackers.h"

#include "simulate/habits.h"
#include "simulate/testing.h"

#include <algorithm>
#include <map>
#include <set>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

/// The most events within `window`.
std::size_t most_within(std::vector<Time> times, Duration window) {
  std::ranges::sort(times);
  std::size_t most = 0;
  for (std::size_t i = 0, first = 0; i < times.size(); ++i) {
    while (times[i] - times[first] >= window) ++first;
    most = std::max(most, i - first + 1);
  }
  return most;
}

TEST_SUITE("simulate/quiet_ssh_attackers") {
  TEST_CASE("guesses stay below the thresholds of the rules, by source and by user") {
    for (const char* attack : {"ssh-stuffing-slow", "ssh-spray-subnet"}) {
      CAPTURE(attack);
      std::map<Subject, std::vector<Time>> source_tries, user_tries;
      for (const Line& line : planted_lines(scene_for("auth", attack, 4))) {
        if (line.fact.action != Action::FailedPassword) continue;
        source_tries[line.fact.source].push_back(line.time);
        user_tries[line.fact.user].push_back(line.time);
      }
      CHECK(source_tries.size() > 4);
      for (const auto& [source, times] : source_tries) {
        CHECK(most_within(times, 24h) < 15);
        CHECK(most_within(times, 7 * 24h) < 32);
      }
      for (const auto& [user, times] : user_tries) CHECK(most_within(times, 1h) < 8);
    }
  }

  TEST_CASE("a spray has a source for each try, all of one /24") {
    std::set<std::string> networks;
    std::map<Subject, std::size_t> tries;
    for (const Line& line : planted_lines(scene_for("auth", "ssh-spray-subnet"))) {
      if (line.fact.action != Action::FailedPassword) continue;
      ++tries[line.fact.source];
      const auto from = line.text.find(" from ") + 6;
      const std::string ip = line.text.substr(from, line.text.find(' ', from) - from);
      networks.insert(ip.substr(0, ip.rfind('.')));
    }
    CHECK(tries.size() >= 50);
    CHECK(networks.size() == 1);
    for (const auto& [source, count] : tries) CHECK(count == 1);
  }

  TEST_CASE(
      "an insider comes from a usual place, outside of their hours, to hosts they never use") {
    const Options options = scene_for("auth", "ssh-insider", 3);
    Stage stage(options);
    const World world(options, stage);
    std::size_t logins = 0;
    for (const Line& line : planted_lines(options)) {
      if (!contains(line.text, "]: Accepted ")) continue;
      ++logins;
      const auto who = std::ranges::find(world.people, line.fact.user, &Account::user);
      REQUIRE(who != world.people.end());
      const Habits habits = habits_of(options.seed, who->uid - 1001);
      CHECK(std::ranges::find(habits.hosts, line.host) == habits.hosts.end());
      CHECK(next_working_time(habits, options.start, line.time) > line.time);
      const bool usual = contains(line.text, " from 192.0.2.") ||
                         contains(line.text, " from 198.19.") ||
                         contains(line.text, " from 2001:db8:");
      CHECK(usual);
    }
    CHECK(logins >= 6);
  }

  TEST_CASE("a login from elsewhere knows the password at once and begins on a usual host") {
    const Options options = scene_for("auth", "ssh-login-elsewhere", 3);
    Stage stage(options);
    const World world(options, stage);
    std::set<std::uint32_t> begun;
    for (const Line& line : planted_lines(options)) {
      CHECK(line.fact.action != Action::FailedPassword);
      if (!contains(line.text, "]: Accepted password ")) continue;
      if (!begun.insert(line.campaign).second) continue;
      const auto who = std::ranges::find(world.people, line.fact.user, &Account::user);
      REQUIRE(who != world.people.end());
      CHECK(line.host == habits_of(options.seed, who->uid - 1001).hosts.front());
    }
    CHECK(begun.size() == 3);
  }

  TEST_CASE("ordinary tools are run by a service, on one host, in an order that makes sense") {
    const auto lines = planted_lines(scene_for("auth", "sudo-ordinary-tools"));
    std::set<std::string_view> hosts;
    for (const Line& line : lines) hosts.insert(line.host);
    CHECK(hosts.size() == 1);
    CHECK(count_with(lines, "COMMAND=") > 10);
    CHECK(count_with(lines, "Accepted publickey for ") >= 1);
  }

  TEST_CASE("without people there is still root to be attacked") {
    for (const char* attack : {"ssh-stuffing-slow", "ssh-insider", "sudo-ordinary-tools"}) {
      CAPTURE(attack);
      Options options = options_for("auth", attack);
      options.duration = 3 * 24h;
      CHECK(all_lines(options).size() > 4);
    }
  }
}

}  // namespace
}  // namespace vedette::simulate
