#include "simulate/stamp.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

const Time kTime = *parse_rfc3339("2026-01-05T08:00:01.123456Z");

std::string head(SyslogHeader header, std::uint32_t pid) {
  Stamp stamp;
  std::string out;
  stamp.append_syslog_head(out, kTime, header, {86, "sshd", pid});
  return out;
}

TEST_SUITE("simulate/stamp") {
  TEST_CASE("syslog heads are those of the daemons") {
    CHECK(head(SyslogHeader::Rfc3339, 812) == "2026-01-05T08:00:01.123456+00:00 alder sshd[812]: ");
    CHECK(head(SyslogHeader::Rfc3164, 812) == "Jan  5 08:00:01 alder sshd[812]: ");
    CHECK(head(SyslogHeader::Rfc5424, 812) ==
          "<86>1 2026-01-05T08:00:01.123456Z alder sshd 812 - - ");
    CHECK(head(SyslogHeader::Iso, 0) == "2026-01-05T08:00:01 alder sshd: ");
    CHECK(head(SyslogHeader::Rfc5424, 0) == "<86>1 2026-01-05T08:00:01.123456Z alder sshd - - - ");
  }

  TEST_CASE("every program writes the time its own way") {
    Stamp stamp;
    std::string access, nginx, apache, cowrie, json;
    stamp.append_access(access, kTime);
    stamp.append_nginx_error(nginx, kTime);
    stamp.append_apache_error(apache, kTime);
    stamp.append_cowrie(cowrie, kTime);
    stamp.append_milliseconds(json, kTime);
    CHECK(access == "05/Jan/2026:08:00:01 +0000");
    CHECK(nginx == "2026/01/05 08:00:01");
    CHECK(apache == "Mon Jan 05 08:00:01.123456 2026");
    CHECK(cowrie == "2026-01-05T08:00:01.123456Z");
    CHECK(json == "2026-01-05T08:00:01.123Z");
  }

  TEST_CASE("the remembered day is not used for another") {
    Stamp stamp;
    std::string out;
    stamp.append_apache_error(out, *parse_rfc3339("2024-02-29T23:59:59Z"));
    CHECK(out == "Thu Feb 29 23:59:59.000000 2024");
    out.clear();
    stamp.append_apache_error(out, *parse_rfc3339("2024-03-01T00:00:00Z"));
    CHECK(out == "Fri Mar 01 00:00:00.000000 2024");
    out.clear();
    stamp.append_access(out, *parse_rfc3339("2024-02-29T12:00:00Z"));
    CHECK(out == "29/Feb/2024:12:00:00 +0000");
  }
}

}  // namespace
}  // namespace vedette::simulate
