#include "simulate/ssh_attackers.h"

#include "simulate/testing.h"

#include <map>
#include <set>

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

struct Seen {
  std::uint64_t failures = 0, invalid = 0;
  Time first, last;
};

std::map<Subject, Seen> by_source(const std::vector<Line>& lines) {
  std::map<Subject, Seen> sources;
  for (const Line& line : lines) {
    if (line.fact.source == Subject::None) continue;
    Seen& seen = sources[line.fact.source];
    if (seen.first == Time{}) seen.first = line.time;
    seen.last = line.time;
    if (line.fact.action == Action::FailedPassword) seen.failures += line.fact.repeats;
    if (line.fact.action == Action::InvalidUser) ++seen.invalid;
  }
  return sources;
}

TEST_SUITE("simulate/ssh_attackers") {
  TEST_CASE("a fast brute force is dozens of failures in minutes") {
    const auto sources = by_source(all_lines(options_for("sshd", "ssh-brute-force")));
    CHECK(sources.size() == 4);
    for (const auto& [source, seen] : sources) {
      CHECK(seen.failures > 30);
      CHECK(seen.last - seen.first < 1h);
    }
  }

  TEST_CASE("a slow one never has five failures in ten minutes") {
    const auto lines = all_lines(options_for("sshd", "ssh-brute-force-slow"));
    std::map<Subject, std::vector<Time>> times;
    for (const Line& line : lines) {
      if (line.fact.action == Action::FailedPassword) times[line.fact.source].push_back(line.time);
    }
    CHECK(times.size() == 4);
    for (const auto& [source, at] : times) {
      for (std::size_t i = 4; i < at.size(); ++i) REQUIRE(at[i] - at[i - 4] > 10min);
    }
  }

  TEST_CASE("a spray tries each name twice at most") {
    Options options = options_for("sshd", "ssh-password-spray");
    options.attackers = 1;
    std::set<std::string> names;
    std::uint64_t failures = 0;
    for (const Line& line : all_lines(options)) {
      if (line.fact.action != Action::FailedPassword) continue;
      ++failures;
      names.insert(line.text.substr(line.text.find(" for ")));
    }
    CHECK(names.size() > 10);
    CHECK(failures <= 2 * names.size());
  }

  TEST_CASE("a swarm is many sources with one or two failures on one user") {
    Options options = options_for("sshd", "ssh-distributed");
    options.attackers = 1;
    const auto lines = all_lines(options);
    const auto sources = by_source(lines);
    CHECK(sources.size() > 20);
    for (const auto& [source, seen] : sources) CHECK(seen.failures <= 2);
    CHECK(count_with(lines, "Failed password for root") ==
          count_with(lines, "Failed password for "));
  }

  TEST_CASE("an enumeration asks for names and tries no password") {
    for (const auto& [source, seen] :
         by_source(all_lines(options_for("sshd", "ssh-user-enumeration")))) {
      CHECK(seen.invalid > 10);
      CHECK(seen.failures == 0);
    }
  }

  TEST_CASE("probes tell no user") {
    const auto lines = all_lines(options_for("sshd", "ssh-probe"));
    CHECK(lines.size() >= 48);
    CHECK(count_with(lines, " user ") == 0);
    for (const Line& line : lines) CHECK(line.fact.attack == Attack::SshProbe);
  }

  TEST_CASE("an intruder fails, gets in, and what follows is blamed on the account") {
    Options options = options_for("auth", "ssh-compromise");
    options.users = 3;
    options.attackers = 12;
    Generator generator(options);
    std::map<Subject, std::uint64_t> failures;
    std::size_t broken_in = 0;
    bool created = false, wiped = false, denied = false;
    while (const Line* line = generator.next()) {
      if (line->fact.attack == Attack::None) continue;
      if (line->fact.action == Action::FailedPassword) {
        failures[line->fact.source] += line->fact.repeats;
      }
      if (line->fact.action == Action::AcceptedPassword) {
        ++broken_in;
        CHECK(failures[line->fact.source] >= 12);
        CHECK(line->fact.attack == Attack::SshCompromise);
      }
      created |= contains(line->text, "new user: name=sysd");
      wiped |= contains(line->text, "COMMAND=/usr/bin/shred -u /root/.bash_history");
      denied |= contains(line->text, "user NOT in sudoers");
    }
    CHECK(broken_in >= 11);
    CHECK(created);
    CHECK(wiped);
    CHECK(denied);
  }
}

}  // namespace
}  // namespace vedette::simulate
