#include "decode/syslog.h"

#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::OneLine;
using testing::ZoneForTest;

constexpr std::string_view kWrittenBy = "2026-06-30T12:00:00Z";

struct Read {
  explicit Read(std::string_view line, std::string_view written_by = kWrittenBy) {
    ok = reader.read(line, *parse_rfc3339(written_by), header);
  }
  std::string time() const { return ok ? format_rfc3339(header.time) : "no header"; }
  LocalZone zone;
  SyslogHeaderReader reader{zone};
  SyslogHeader header;
  bool ok = false;
};

struct Expected {
  std::string_view line, time, host, program, pid, text;
};

void check(const Expected& e) {
  CAPTURE(e.line);
  const Read read(e.line);
  CHECK(read.time() == e.time);
  CHECK(read.header.host == e.host);
  CHECK(read.header.program == e.program);
  CHECK(read.header.pid == e.pid);
  CHECK(read.header.text == e.text);
}

}  // namespace

TEST_SUITE_BEGIN("decode/syslog");

TEST_CASE("RFC 3164 in all its dialects") {
  const ZoneForTest utc("UTC");
  const std::string_view time = "2026-06-07T03:04:05Z";
  const Expected cases[] = {
      {"Jun  7 03:04:05 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun 7 03:04:05 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun 07 03:04:05 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 3:04:05 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Sun Jun  7 03:04:05 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 2026 03:04:05 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"2026 Jun  7 03:04:05 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 2026 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 UTC web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 05:04:05 +0200 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 05:04:05+02:00 web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 <auth.info> web sshd[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 web sshd[123]: [ID 800047 auth.info] hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 web sshd(pam_unix)[123]: hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 web /usr/sbin/cron[9]: hi", time, "web", "cron", "9", "hi"},
      {"Jun  7 03:04:05 web su: hi", time, "web", "su", "", "hi"},
      {"Jun  7 03:04:05 web sudo:    alice : x", time, "web", "sudo", "", "alice : x"},
      {"Jun  7 03:04:05 web kernel: [  1.5] hi", time, "web", "kernel", "", "[  1.5] hi"},
      {"Jun  7 03:04:05 sshd[123]: hi", time, "", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 [sshd]: hi", time, "", "sshd", "", "hi"},
      {"Jun  7 03:04:05 [sshd] hi", time, "", "sshd", "", "hi"},
      {"Jun  7 03:04:05 web [sshd][123] hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 web sshd[123] hi", time, "web", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 2001:db8::1 sshd[123]: hi", time, "2001:db8::1", "sshd", "123", "hi"},
      {"Jun  7 03:04:05 web last message repeated 2 times", time, "web", "", "",
       "last message repeated 2 times"},
      {"Jun  7 03:04:05 web -- MARK --", time, "web", "", "", "-- MARK --"},
      {"Jun  7 03:04:05 web", time, "web", "", "", ""},
  };
  for (const Expected& e : cases) check(e);
  CHECK(Read("Jun  7 03:04:05.25 web su: x").time() == "2026-06-07T03:04:05.250Z");
}

TEST_CASE("RFC 3339 and ISO times, with a zone, with a blank, without one") {
  const ZoneForTest zurich("Europe/Zurich");
  const Expected cases[] = {
      {"2024-01-02T03:04:05.678+01:00 web sshd[1]: hi", "2024-01-02T02:04:05.678Z", "web", "sshd",
       "1", "hi"},
      {"2024-01-02T03:04:05Z web sshd[1]: hi", "2024-01-02T03:04:05Z", "web", "sshd", "1", "hi"},
      {"2024-01-02 03:04:05,678 web sshd[1]: hi", "2024-01-02T02:04:05.678Z", "web", "sshd", "1",
       "hi"},
      {"2024-01-02 03:04:05.678901-0700  web sshd[1]: hi", "2024-01-02T10:04:05.678901Z", "web",
       "sshd", "1", "hi"},
      {"2024-01-02 03:04:05 +0100 web sshd[1]: hi", "2024-01-02T02:04:05Z", "web", "sshd", "1",
       "hi"},
      {"2024-01-02 03:04:05 GMT web sshd[1]: hi", "2024-01-02T03:04:05Z", "web", "sshd", "1", "hi"},
      {"2024-07-02 03:04:05 web sshd[1]: hi", "2024-07-02T01:04:05Z", "web", "sshd", "1", "hi"},
      {"2024-07-02 03:04:05,678 my.module [77]: hi", "2024-07-02T01:04:05.678Z", "", "my.module",
       "77", "hi"},
  };
  for (const Expected& e : cases) check(e);
}

TEST_CASE("RFC 5424, with and without structured data") {
  const Expected cases[] = {
      {"<38>1 2024-01-02T03:04:05.678Z web sshd 57 - - hi", "2024-01-02T03:04:05.678Z", "web",
       "sshd", "57", "hi"},
      {R"(<38>1 2024-01-02T03:04:05Z web sshd 57 ID1 [a b="x]\"y"][c@1 d="[z]"] hi)",
       "2024-01-02T03:04:05Z", "web", "sshd", "57", "hi"},
      {"<38>1 2024-01-02T03:04:05+02:00 - su - - - \xEF\xBB\xBFhi", "2024-01-02T01:04:05Z", "",
       "su", "", "hi"},
      {"<38>1 - - - - - -", "1970-01-01T00:00:00Z", "", "", "", ""},
      {R"(<38>1 2024-01-02T03:04:05Z web sshd 57 - [a b="never closed)", "2024-01-02T03:04:05Z",
       "web", "sshd", "57", ""},
  };
  for (const Expected& e : cases) check(e);
  CHECK(Read("<38>1 2024-01-02T03:04:05Z web sshd 57 - - hi").header.priority == 38);
}

TEST_CASE("a priority may stand before any header, or before a bare message") {
  const ZoneForTest utc("UTC");
  check({"<13>Jun  7 03:04:05 web su: hi", "2026-06-07T03:04:05Z", "web", "su", "", "hi"});
  check({"<13>su[4]: hi", "1970-01-01T00:00:00Z", "", "su", "4", "hi"});
  check({"<13>just text", "1970-01-01T00:00:00Z", "", "", "", "just text"});
  CHECK(Read("<191>su: x").header.priority == 191);
  CHECK_FALSE(Read("<192>su: x").ok);
  CHECK_FALSE(Read("<>su: x").ok);
}

TEST_CASE(
    "a date without a year is in the latest year that is not after the file's time and a day") {
  const ZoneForTest utc("UTC");
  const auto time_of = [](std::string_view stamp, std::string_view written_by) {
    return Read(std::string(stamp) + " web su: x", written_by).time().substr(0, 10);
  };
  CHECK(time_of("Dec 31 23:59:59", "2024-01-01T00:00:10Z") == "2023-12-31");
  CHECK(time_of("Jan  1 00:00:00", "2024-01-01T00:00:10Z") == "2024-01-01");
  CHECK(time_of("Jan  2 00:00:05", "2024-01-01T00:00:10Z") == "2024-01-02");
  CHECK(time_of("Jan  2 00:00:15", "2024-01-01T00:00:10Z") == "2023-01-02");
  CHECK(time_of("Jan  1 12:00:00", "2023-12-31T18:00:00Z") == "2024-01-01");
  CHECK(time_of("Jun  1 00:00:00", "2024-05-20T00:00:00Z") == "2023-06-01");
  CHECK(time_of("Feb 29 12:00:00", "2026-06-30T00:00:00Z") == "2024-02-29");
  CHECK(time_of("Feb 29 12:00:00", "1903-06-30T00:00:00Z") == "1896-02-29");
  CHECK_FALSE(Read("Feb 30 12:00:00 web su: x").ok);
}

TEST_CASE("the year is asked anew for every file time, though the last one is remembered") {
  const ZoneForTest utc("UTC");
  LocalZone zone;
  SyslogHeaderReader reader(zone);
  SyslogHeader header;
  const auto year_of = [&](std::string_view line, std::string_view written_by) {
    REQUIRE(reader.read(line, *parse_rfc3339(written_by), header));
    return format_rfc3339(header.time).substr(0, 4);
  };
  CHECK(year_of("Jun  7 03:04:05 web su: x", "2026-06-30T00:00:00Z") == "2026");
  CHECK(year_of("Jun  7 23:04:05 web su: x", "2026-06-30T00:00:00Z") == "2026");
  CHECK(year_of("Jun  7 03:04:05 web su: x", "2021-06-30T00:00:00Z") == "2021");
  CHECK(year_of("Jun  7 03:04:05 web su: x", "2021-06-01T00:00:00Z") == "2020");
}

TEST_CASE("what is no header is none") {
  for (const std::string_view line :
       {"Jun", "Jun 7", "Jun 32 03:04:05 x", "Jun  7 24:04:05 x", "Jun  7 03:04:61 x",
        "Juni 7 03:04:05 x", "2024-13-02T03:04:05Z x", "2024-02-30T03:04:05Z x", "2024-01-02",
        "2024-01-02T03:04", "", "hello"}) {
    CAPTURE(line);
    CHECK_FALSE(Read(line).ok);
  }
}

TEST_CASE("a leap second is the second before it") {
  const ZoneForTest utc("UTC");
  CHECK(Read("Dec 31 23:59:60 web su: x").time() == "2025-12-31T23:59:59Z");
}

TEST_CASE("a tag without a time counts when it is one for certain") {
  LocalZone zone;
  const SyslogHeaderReader reader(zone);
  SyslogHeader header;
  CHECK(reader.read_tag_only("sshd[123]: hi", header));
  CHECK(header.program == "sshd");
  CHECK(header.time == Time{});
  CHECK(reader.read_tag_only("web sshd[123]: hi", header));
  CHECK(header.host == "web");
  CHECK(reader.read_tag_only("[sshd] hi", header));
  CHECK_FALSE(reader.read_tag_only("hello world: hi", header));
  CHECK_FALSE(reader.read_tag_only("192.0.2.1 - - [07/Jun/2026:03:04:05 +0000] \"GET / HTTP/1.1\"",
                                   header));
}

TEST_CASE("containerd's time and stream stand before the line of the container") {
  LocalZone zone;
  SyslogHeaderReader reader(zone);
  SyslogHeader header;
  CHECK(reader.read_container("2024-01-02T03:04:05.678901234Z stdout F hello", header));
  CHECK(header.text == "hello");
  CHECK(format_rfc3339(header.time) == "2024-01-02T03:04:05.678901234Z");
  CHECK_FALSE(reader.read_container("2024-01-02T03:04:05Z web sshd[1]: hi", header));
}

TEST_CASE("multilog's times are TAI64N labels before the tag") {
  const OneLine one("@400000004c91b04407000000 imap-login: Info: Login: user=<bob>, rip=192.0.2.7");
  CHECK(one.time() == "2010-09-16T05:50:50.117440512Z");
  CHECK(one.action() == Action::MailLogin);
  for (const std::string_view text :
       {"@400000004c91b04407000000", "@400000004c91b0440700000g imap-login: x",
        "@000000004c91b04407000000 imap-login: x", "@ffffffffffffffff07000000 imap-login: x",
        "@400000004c91b044ffffffff imap-login: x"}) {
    CAPTURE(text);
    CHECK(OneLine(text).status == Decoded::Unknown);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
