#include "decode/decoder.h"

#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using namespace testing;

constexpr std::string_view kFailed = "Failed password for root from 192.0.2.7 port 9 ssh2";

OneLine sshd(std::string_view text) {
  return OneLine("Jun  7 03:04:05 web sshd[123]: " + std::string(text));
}

}  // namespace

TEST_SUITE_BEGIN("decode/decoder");

TEST_CASE("a line with a header and an unknown text is an event with what the header says") {
  const OneLine line("<13>Jun  7 03:04:05 web thing[12]: nothing that anyone knows");
  CHECK(line.status == Decoded::Event);
  CHECK(line.event().dataset == Dataset::Syslog);
  CHECK(line.action() == Action::None);
  CHECK(line.text(Field::HostName) == "web");
  CHECK(line.text(Field::ProcessName) == "thing");
  CHECK(line.number(Field::ProcessPid) == 12);
  CHECK(line.number(Field::SyslogPriority) == 13);
  CHECK(line.text(Field::Message) == "nothing that anyone knows");
}

TEST_CASE("a line that nobody knows keeps its text and its place, and nothing else") {
  for (const std::string_view text :
       {"hello", "hello world: x", "[hello", "{", "{\"a\":", "<", "<999>x", "2024", "2024-99-99 x",
        "Jun 99 x", "\x80\xFF\x01", "'", "\"", ":", "]", "a:b: c"}) {
    CAPTURE(text);
    const OneLine line(text);
    CHECK(line.status == Decoded::Unknown);
    CHECK(line.event().dataset == Dataset::Unknown);
    CHECK(line.event().raw == text);
    CHECK(line.event().value_count == 0);
    CHECK(line.event().time == Time{});
  }
}

TEST_CASE("blanks and holes are no events") {
  for (const std::string_view text : {"", " ", "\t \t", "\r", "  \r"}) {
    CHECK(OneLine(text).status == Decoded::Empty);
    CHECK_FALSE(OneLine(text).has_event());
  }
  CHECK(OneLine(std::string(100, '\0')).status == Decoded::Hole);
  const OneLine behind(std::string(100, '\0') +
                       "Jun  7 03:04:05 web sshd[1]: " + std::string(kFailed));
  CHECK(behind.action() == Action::FailedPassword);
}

TEST_CASE("the ends of lines and the mark of UTF-8 do not matter") {
  const OneLine line("\xEF\xBB\xBFJun  7 03:04:05 web sshd[1]: " + std::string(kFailed) + "\r");
  CHECK(line.action() == Action::FailedPassword);
  CHECK(line.ip() == "192.0.2.7");
}

TEST_CASE("a repeated message is its message, that often") {
  const OneLine three = sshd("message repeated 3 times: [ " + std::string(kFailed) + "]");
  CHECK(three.action() == Action::FailedPassword);
  CHECK(three.event().repeats == 3);
  CHECK(three.ip() == "192.0.2.7");
  const OneLine cut = sshd("message repeated 3 times: [ " + std::string(kFailed));
  CHECK(cut.event().repeats == 3);
  CHECK(
      sshd("message repeated 99999999999 times: [ " + std::string(kFailed) + "]").event().repeats ==
      100'000);
  CHECK(sshd("message repeated 70000 times: [ PAM 70000 more authentication failures; "
             "rhost=192.0.2.7]")
            .event()
            .repeats == 100'000);
  CHECK(sshd("message repeated 0 times: [ " + std::string(kFailed) + "]").action() == Action::None);
  CHECK(sshd("message repeated 3 times: [ nothing known]").event().repeats == 1);
}

TEST_CASE("\"last message repeated\" does not know what was repeated") {
  const OneLine line("Jun  7 03:04:05 web last message repeated 3 times");
  CHECK(line.status == Decoded::Event);
  CHECK(line.action() == Action::None);
  CHECK(line.event().repeats == 1);
  CHECK(line.text(Field::HostName) == "web");
}

TEST_CASE("where a line stands goes with its event") {
  FieldTable fields;
  Decoder decoder(fields);
  EventBatch batch(all_fields());
  std::string memory = "Jun  7 03:04:05 web su: hello";
  const std::size_t size = memory.size();
  memory.resize(size + RawBatch::kPadding);
  decoder.decode({memory.data(), size}, {.offset = 77, .chunk = 3, .written_by = Time{}}, batch);
  REQUIRE(batch.events().size() == 1);
  CHECK(batch.events()[0].offset == 77);
  CHECK(batch.events()[0].chunk == 3);
  CHECK(batch.events()[0].raw.data() == memory.data());
}

TEST_CASE("only the fields that someone wants are stored") {
  FieldTable fields;
  Decoder decoder(fields);
  FieldSet wanted;
  wanted.set(index(Field::SourceIp));
  EventBatch batch(wanted);
  std::string memory = "Jun  7 03:04:05 web sshd[1]: " + std::string(kFailed);
  const std::size_t size = memory.size();
  memory.resize(size + RawBatch::kPadding);
  decoder.decode({memory.data(), size}, {.written_by = *parse_rfc3339("2026-06-30T12:00:00Z")},
                 batch);
  REQUIRE(batch.events().size() == 1);
  CHECK(batch.events()[0].value_count == 1);
  CHECK(batch.ip(batch.events()[0], Field::SourceIp) != nullptr);
}

TEST_CASE("lines of containers and shippers are opened") {
  const ZoneForTest utc("UTC");
  const OneLine cri("2024-01-02T03:04:05.5Z stdout F Jun  7 03:04:05 web sshd[1]: " +
                    std::string(kFailed));
  CHECK(cri.action() == Action::FailedPassword);
  const OneLine plain("2024-01-02T03:04:05.5Z stderr F hello");
  CHECK(plain.status == Decoded::Event);
  CHECK(plain.time() == "2024-01-02T03:04:05.500Z");
  const OneLine docker(
      "{\"log\":\"sshd[1]: Failed password for root from 192.0.2.7 port 9 "
      "ssh2\\n\",\"stream\":\"stdout\",\"time\":\"2024-01-02T03:04:05.5Z\"}");
  CHECK(docker.action() == Action::FailedPassword);
  CHECK(docker.ip() == "192.0.2.7");
  CHECK(docker.time() == "2024-01-02T03:04:05.500Z");
  const OneLine header(
      "Jun  7 03:04:05 web app[1]: "
      "{\"event\":{\"action\":\"failed-password\"},\"source\":{\"ip\":\"192.0.2.7\"}}");
  CHECK(header.status == Decoded::Event);
  CHECK(header.ip() == "192.0.2.7");
  CHECK(header.time() == "2026-06-07T03:04:05Z");
}

TEST_CASE("every kind of line finds its decoder by what it looks like") {
  struct {
    std::string_view line;
    Dataset dataset;
  } const cases[] = {
      {R"(192.0.2.7 - - [07/Jun/2026:03:04:05 +0000] "GET /x HTTP/1.1" 404 12 "-" "curl/8")",
       Dataset::WebAccess},
      {R"(2001:db8::7 - - [07/Jun/2026:03:04:05 +0000] "GET /x HTTP/1.1" 404 12 "-" "curl/8")",
       Dataset::WebAccess},
      {"h.example:80 192.0.2.7 - - [07/Jun/2026:03:04:05 +0000] \"GET /x HTTP/1.1\" 404 12 \"-\" "
       "\"curl/8\"",
       Dataset::WebAccess},
      {"2026/06/07 03:04:05 [error] 7#7: *1 open() \"/srv/x\" failed (2: No such file or "
       "directory), client: 192.0.2.7, server: x, request: \"GET /x HTTP/1.1\"",
       Dataset::WebError},
      {"[Sun Jun 07 03:04:05.000000 2026] [core:error] [pid 7] [client 192.0.2.7:9] AH00126: "
       "Invalid URI in request GET /../x HTTP/1.1",
       Dataset::WebError},
      {"Jun  7 03:04:05 web kernel: [1.5] [UFW BLOCK] IN=eth0 OUT= MAC= SRC=192.0.2.7 "
       "DST=198.51.100.1 LEN=40 PROTO=TCP SPT=9 DPT=23 SYN",
       Dataset::Netfilter},
      {"<4>1 2026-06-07T03:04:05Z web kernel - - - [UFW BLOCK] IN=eth0 OUT= MAC= SRC=192.0.2.7 "
       "DST=198.51.100.1 LEN=40 PROTO=TCP SPT=9 DPT=23 SYN",
       Dataset::Netfilter},
      {"Jun  7 03:04:05 web nginx: 192.0.2.7 - - [07/Jun/2026:03:04:05 +0000] \"GET /x HTTP/1.1\" "
       "404 12 \"-\" \"curl/8\"",
       Dataset::WebAccess},
      {"{\"eventid\":\"cowrie.login.failed\",\"username\":\"root\",\"password\":\"x\",\"src_ip\":"
       "\"192.0.2.7\",\"session\":\"a\",\"timestamp\":\"2026-06-07T03:04:05Z\"}",
       Dataset::Cowrie},
      {"[Jun  7 03:04:05] web sshd[1]: Failed password for root from 192.0.2.7 port 9 ssh2",
       Dataset::Auth},
      {"[sshd] Failed password for root from 192.0.2.7 port 9 ssh2", Dataset::Auth},
      {"2026-06-07 03:04:05.123456 [NOTICE] [7] [192.0.2.7:9-1#site] User 'bob' failed to "
       "authenticate.",
       Dataset::WebError},
      {"2026-06-07 03:04:05: (mod_auth.c.525) password doesn't match for /x username: b, IP: "
       "192.0.2.7",
       Dataset::WebError},
      {"2026-06-07 03:04:05 web sshd[1]: Failed password for root from 192.0.2.7 port 9 ssh2",
       Dataset::Auth},
      {"2026-06-07T03:04:05Z ACCEPT host=::ffff:192.0.2.7 port=9 fd=4 n=1/4096", Dataset::Auth},
  };
  for (const auto& c : cases) {
    CAPTURE(c.line);
    const OneLine line(c.line);
    CHECK(line.status == Decoded::Event);
    CHECK(to_string(line.event().dataset) == to_string(c.dataset));
    CHECK(line.ip() == (c.line.starts_with("2001:") ? "2001:db8::7" : "192.0.2.7"));
  }
}

TEST_CASE("a long hostile line costs time in proportion to its length") {
  // 64 KiB of the parts that readers look for. Anything quadratic would take minutes here.
  for (const std::string_view part :
       {" from ", ": ", " port 1 ssh2: ", " rhost=", " ; ", "[", "\\\\", "'", "(uid=", " by "}) {
    for (const std::string_view head :
         {"Failed publickey for ", "Disconnecting user ",
          "pam_unix(x:auth): authentication failure;", "User ", "bob : ", "PAM: x for "}) {
      std::string text(head);
      while (text.size() < 60'000) text += part;
      CHECK(sshd(text).has_event());
      CHECK(OneLine("Jun  7 03:04:05 web sudo: " + text).has_event());
      CHECK(OneLine(text).has_event());
    }
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
