#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::line;
using testing::OneLine;
using testing::ZoneForTest;

constexpr std::string_view kAlert =
    R"([1:2010001:7] EXAMPLE odd [thing] [**] [Classification: Web Application Attack] )"
    R"([Priority: 1] {TCP} 192.0.2.7:4000 -> 192.0.2.1:80)";

}  // namespace

TEST_SUITE_BEGIN("decode/ids");

TEST_CASE("a line of Suricata's or Snort's fast log") {
  const ZoneForTest zone("Europe/Vienna");
  for (const std::string_view head :
       {"06/07/2026-03:04:05.125000  [**] ", "06/07/26-03:04:05.125  [**] ",
        "06/07-03:04:05.125000  [**] ", "06/07/2026-03:04:05.125000  [Drop] [**] "}) {
    CAPTURE(head);
    const OneLine decoded(std::string(head) + std::string(kAlert));
    CHECK(describe(decoded.action()).text == "intrusion-alert");
    CHECK(decoded.outcome() == Outcome::Unknown);
    CHECK(to_string(decoded.event().dataset) == "ids.alert");
    CHECK(decoded.time() == "2026-06-07T01:04:05.125Z");
    CHECK(decoded.text(Field::RuleId) == "2010001");
    CHECK(decoded.text(Field::RuleName) == "EXAMPLE odd [thing]");
    CHECK(decoded.text(Field::RuleCategory) == "Web Application Attack");
    CHECK(decoded.number(Field::EventSeverity) == 1);
    CHECK(decoded.text(Field::NetworkTransport) == "tcp");
    CHECK(decoded.ip() == "192.0.2.7");
    CHECK(decoded.number(Field::SourcePort) == 4000);
    CHECK(decoded.ip(Field::DestinationIp) == "192.0.2.1");
    CHECK(decoded.number(Field::DestinationPort) == 80);
  }
}

TEST_CASE("a month and a day without a year are the latest that can be meant") {
  const std::string rest = "-03:04:05.125000  [**] " + std::string(kAlert);
  CHECK(OneLine("12/31" + rest).time() == "2025-12-31T03:04:05.125Z");
  CHECK(OneLine("02/29" + rest).action() == Action::None);
}

TEST_CASE("through syslog, without a port, and of IPv6") {
  struct {
    std::string_view ends, source, destination;
    std::int64_t port;
  } const cases[] = {
      {"{ICMP} 192.0.2.7 -> 192.0.2.1", "192.0.2.7", "192.0.2.1", -1},
      {"{ICMP} 192.0.2.7:8 -> 192.0.2.1:0", "192.0.2.7", "192.0.2.1", -1},
      {"{UDP} [2001:db8::7]:53 -> [2001:db8::1]:4000", "2001:db8::7", "2001:db8::1", 53},
      {"{TCP} 2001:db8:0:0:0:0:0:7:53 -> 2001:db8:0:0:0:0:0:1:80", "2001:db8::7", "2001:db8::1",
       53},
      {"{IPV6-ICMP} 2001:db8::7 -> 2001:db8::1", "2001:db8::7", "2001:db8::1", -1},
  };
  for (const auto& c : cases) {
    CAPTURE(c.ends);
    const OneLine decoded = line(
        "snort[3]: [1:2010001:7] EXAMPLE thing [Classification: Odd "
        "Traffic] [Priority: 2]: " +
        std::string(c.ends));
    CHECK(decoded.action() == Action::IntrusionAlert);
    CHECK(decoded.text(Field::RuleName) == "EXAMPLE thing");
    CHECK(decoded.number(Field::EventSeverity) == 2);
    CHECK(decoded.ip() == c.source);
    CHECK(decoded.ip(Field::DestinationIp) == c.destination);
    CHECK(decoded.number(Field::SourcePort) == c.port);
  }
}

TEST_CASE("broken alerts are left alone") {
  for (const std::string_view text :
       {"[**] [1:2:3] X [**] [Priority: 1] {TCP} 192.0.2.7 ->", "[**] [1:2] X [**] {TCP} a -> b",
        "[**] [1:2:3] X {TCP} 192.0.2.7:1 -> 192.0.2.1:2", "[**] [1:2:3] X [**] {TCP",
        "[**] [x:2:3] X [**] {TCP} 192.0.2.7:1 -> 192.0.2.1:2", "[**] [1:2:3"}) {
    CAPTURE(text);
    CHECK(OneLine("06/07/2026-03:04:05.125000  " + std::string(text)).action() == Action::None);
  }
  CHECK(OneLine("13/07/2026-03:04:05.125000  [**] " + std::string(kAlert)).action() ==
        Action::None);
}

TEST_CASE("an alert of Suricata's EVE log has the rule, the flow and the request") {
  const OneLine decoded(
      R"({"timestamp":"2026-06-07T03:04:05.125000+0200","flow_id":7,"event_type":"alert",)"
      R"("src_ip":"192.0.2.7","src_port":4000,"dest_ip":"192.0.2.1","dest_port":80,"proto":"TCP",)"
      R"("alert":{"action":"allowed","gid":1,"signature_id":2010001,"rev":7,)"
      R"("signature":"EXAMPLE thing","category":"Odd Traffic","severity":2},)"
      R"("http":{"hostname":"h.example","url":"/a.php?b=1","http_user_agent":"x/1",)"
      R"("http_method":"POST","protocol":"HTTP/1.1","status":404,"length":9},"app_proto":"http"})");
  CHECK(decoded.action() == Action::IntrusionAlert);
  CHECK(decoded.outcome() == Outcome::Unknown);
  CHECK(to_string(decoded.event().dataset) == "ids.alert");
  CHECK(decoded.time() == "2026-06-07T01:04:05.125Z");
  CHECK(decoded.text(Field::RuleId) == "2010001");
  CHECK(decoded.text(Field::RuleName) == "EXAMPLE thing");
  CHECK(decoded.text(Field::RuleCategory) == "Odd Traffic");
  CHECK(decoded.number(Field::EventSeverity) == 2);
  CHECK(decoded.ip() == "192.0.2.7");
  CHECK(decoded.number(Field::SourcePort) == 4000);
  CHECK(decoded.ip(Field::DestinationIp) == "192.0.2.1");
  CHECK(decoded.number(Field::DestinationPort) == 80);
  CHECK(decoded.text(Field::NetworkTransport) == "tcp");
  CHECK(decoded.text(Field::NetworkProtocol) == "http");
  CHECK(decoded.text(Field::HttpMethod) == "POST");
  CHECK(decoded.text(Field::UrlPath) == "/a.php");
  CHECK(decoded.text(Field::UrlDomain) == "h.example");
  CHECK(decoded.text(Field::UserAgent) == "x/1");
  CHECK(decoded.number(Field::HttpStatus) == 404);
}

TEST_CASE("other events of the EVE log are what they are about") {
  const OneLine request(
      R"({"timestamp":"2026-06-07T03:04:05.125000+0000","event_type":"http","src_ip":"192.0.2.7",)"
      R"("src_port":4000,"dest_ip":"192.0.2.1","dest_port":80,"proto":"TCP","http":{)"
      R"("hostname":"h.example","url":"/a","http_method":"GET","status":200,"length":9}})");
  CHECK(request.action() == Action::HttpRequest);
  CHECK(request.outcome() == Outcome::Success);
  const OneLine ssh(
      R"({"timestamp":"2026-06-07T03:04:05.125000+0000","event_type":"ssh","src_ip":"192.0.2.7",)"
      R"("dest_ip":"192.0.2.1","ssh":{"client":{"software_version":"libssh2"}}})");
  CHECK(ssh.action() == Action::None);
  CHECK(ssh.ip() == "192.0.2.7");
  CHECK(ssh.text(Field::SshClient) == "libssh2");
}

TEST_SUITE_END();

}  // namespace vedette::decode
