// The decoders of web, firewall and honeypot logs against real logs, where those are at hand.
#include "base/text.h"
#include "decode/web_testing.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

namespace vedette::decode {
namespace {

using testing::corpus_lines;
using testing::Sample;

std::vector<std::string> lines_or_skip(const std::string& name) {
  auto lines = corpus_lines(name);
  if (lines.empty()) MESSAGE("skipped: no ", testing::corpora(), "/", name);
  return lines;
}

TEST_SUITE_BEGIN("decode/web_corpora");

TEST_CASE("the honeypot's events are all counted") {
  FieldTable fields;
  JsonDecoder decoder(fields);
  std::map<std::string, int> actions;
  std::set<std::string> sessions, sources;
  int events = 0;
  for (const char* const day : {"05-06", "05-07", "05-08", "05-09", "05-10", "05-11", "05-12",
                                "06-12", "06-30", "07-01", "07-02"}) {
    const auto lines = lines_or_skip(std::string("honeypot/cowrie/cowrie.json.2018-") + day);
    if (lines.empty()) return;
    for (const auto& text : lines) {
      Sample line(text);
      REQUIRE(line.json(decoder));
      ++events;
      ++actions[line.action()];
      sessions.insert(line[Field::SessionId]);
      sources.insert(line[Field::SourceIp]);
      REQUIRE(line.time() != "");
    }
  }
  CHECK(events == 17'338);
  CHECK(sessions.size() == 3'349);
  CHECK(sources.size() == 449);
  CHECK(actions["honeypot-login-failed"] == 2'311);
  CHECK(actions["honeypot-login-succeeded"] == 413);
  CHECK(actions["honeypot-command"] == 201);
  CHECK(actions["honeypot-download"] == 16);
}

TEST_CASE("every line of the access logs is understood") {
  std::vector<std::string> names = {"web/elastic-apache/apache_logs",
                                    "web/scanner-access-logs/acunetix.txt",
                                    "web/scanner-access-logs/w3af.txt"};
  for (int i = 1; i <= 20; ++i)
    names.push_back("web/honeynet-access-logs/access_log." + std::to_string(i));
  std::size_t seen = 0;
  for (const auto& name : names) {
    for (const auto& text : corpus_lines(name)) {
      Sample line(text);
      CAPTURE(name);
      REQUIRE(line.access());
      REQUIRE(line.time() != "");
      REQUIRE((line[Field::SourceIp] != "(none)" || line[Field::SourceAddress] != "(none)"));
      REQUIRE(line[Field::HttpStatus] != "(none)");
      ++seen;
    }
  }
  MESSAGE(seen, " lines of access logs");
}

TEST_CASE("the firewall's packets are all counted") {
  const auto lines = lines_or_skip("logs/ufw-real/ufw.log");
  if (lines.empty()) return;
  std::set<std::string> sources;
  for (const auto& text : lines) {
    Sample line(std::string_view(text).substr(text.find("kernel: ") + 8));
    REQUIRE(line.netfilter());
    REQUIRE(line.action() == "packet-denied");
    sources.insert(line[Field::SourceIp]);
  }
  CHECK(lines.size() == 1'832);
  CHECK(sources.size() == 765);
}

/// One line, as it stands or as it follows a syslog header.
struct Reading {
  bool understood = false;
  std::string source;
  Counter counter = Counter::None;
};

Reading read_line(std::string_view text) {
  for (int headers = 0; headers < 3; ++headers) {
    for (const bool as_access : {true, false}) {
      Sample line(text);
      if (!(as_access ? line.access() : line.error())) continue;
      return {true, line[Field::SourceIp], describe(line.event().action).counter};
    }
    const auto end = text.find(": ");
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 2);
  }
  return {};
}

// fail2ban annotates its samples: `# failJSON: { "match": true, "host": "192.0.2.1" }` before a
// line.
TEST_CASE("the sources of fail2ban's samples are found, and no refused login where it sees none") {
  std::size_t matches = 0;
  for (const char* const name :
       {"apache-auth", "apache-noscript", "apache-shellshock", "apache-pass",
        "apache-fakegooglebot", "nginx-http-auth", "nginx-forbidden", "nginx-limit-req",
        "nginx-bad-request", "php-url-fopen", "haproxy-http-auth", "lighttpd-auth", "traefik-auth",
        "squid"}) {
    std::string annotation;
    for (const std::string& text : lines_or_skip(std::string("logs/fail2ban/") + name)) {
      if (text.starts_with("# failJSON:")) annotation = text;
      if (trim(text).empty() || text[0] == '#') continue;
      CAPTURE(name);
      CAPTURE(text);
      const Reading reading = read_line(text);
      CHECK(reading.understood);
      if (annotation.find("\"match\": true") == std::string::npos) {
        CHECK(reading.counter != Counter::AuthenticationFailure);
        continue;
      }
      auto host = std::string_view(annotation).substr(annotation.find("\"host\": \"") + 9);
      CHECK(reading.source == take_until(host, '"'));
      ++matches;
    }
  }
  MESSAGE(matches, " sources compared");
}

TEST_CASE("the web servers' samples of CrowdSec are understood") {
  std::size_t seen = 0;
  for (const auto& row : corpus_lines("crowdsec-hub/INDEX.tsv")) {
    auto rest = std::string_view(row);
    const std::string test(take_until(rest, '\t'));
    const auto type = take_until(rest, '\t');
    if (type != "nginx" && type != "apache2" && type != "litespeed" && type != "bunkerweb" &&
        type != "aws-alb" && type != "modsecurity" && type != "haproxy" &&
        type != "nginx-proxy-manager") {
      continue;
    }
    const auto file = std::string_view(row).substr(row.rfind('\t') + 1);
    for (const auto& text : corpus_lines("crowdsec-hub/tests/" + test + "/" + std::string(file))) {
      if (trim(text).empty()) continue;
      CAPTURE(test);
      CAPTURE(text);
      const Reading reading = read_line(text);
      CHECK(reading.understood);
      CHECK(reading.source != "(none)");
      ++seen;
    }
  }
  MESSAGE(seen, " lines of CrowdSec's web samples");
}

TEST_SUITE_END();

}  // namespace
}  // namespace vedette::decode
