#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::line;
using testing::OneLine;
using testing::ZoneForTest;

}  // namespace

TEST_SUITE_BEGIN("decode/exim");

TEST_CASE("the main log, and the same through syslog") {
  struct {
    std::string_view text;
    Action action;
    std::string_view source, user;
  } const cases[] = {
      {"login authenticator failed for h.example ([198.51.100.9]) [192.0.2.7]:4000 "
       "I=[192.0.2.1]:25: 535 Incorrect authentication data (set_id=bob)",
       Action::FailedLogin, "192.0.2.7", "bob"},
      {"dovecot_plain authenticator failed for (x) [2001:db8::7]: 535 Incorrect authentication "
       "data",
       Action::FailedLogin, "2001:db8::7", ""},
      {"1qEvwR-0001Ab-2C <= bob@a.example H=h.example (x) [192.0.2.7]:4000 P=esmtpsa X=TLS1.3 "
       "CV=no A=login:bob S=900",
       Action::MailLogin, "192.0.2.7", "bob"},
      {"H=h.example (x) [192.0.2.7]:4000 F=<a@b.example> rejected RCPT <c@d.example>: relay not "
       "permitted",
       Action::MailRejected, "192.0.2.7", ""},
      {"[77] F=a@b.example H=(x) [192.0.2.7] P=esmtp rejected by local_scan(): no",
       Action::MailRejected, "192.0.2.7", ""},
      {"SMTP protocol error in \"AUTH LOGIN\" H=(x) [192.0.2.7] AUTH command used when not "
       "advertised",
       Action::ProtocolError, "192.0.2.7", ""},
      {"SMTP protocol synchronization error (next input sent too soon): rejected \"RSET\" H=h "
       "[192.0.2.7]:4000 next input=\" H=[198.51.100.9]\"",
       Action::ProtocolError, "192.0.2.7", ""},
      {"SMTP call from [192.0.2.7] dropped: too many syntax or protocol errors (last command was "
       "\"AUTH\")",
       Action::ProtocolError, "192.0.2.7", ""},
      {"no MAIL in SMTP connection from (x) [192.0.2.7]:4000 D=10s", Action::PreauthDisconnect,
       "192.0.2.7", ""},
      {"SMTP connection from h.example (x) [192.0.2.7] closed by DROP in ACL", Action::MailRejected,
       "192.0.2.7", ""},
      {"no host name found for IP address 192.0.2.7", Action::ReverseMappingFailed, "192.0.2.7",
       ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const std::string text(c.text);
    for (const OneLine& decoded :
         {OneLine("2026-06-07 03:04:05 " + text), line("exim4[3]: " + text),
          line("exim[3]: 2026-06-07 03:04:05 " + text)}) {
      CHECK(describe(decoded.action()).text == describe(c.action).text);
      CHECK(decoded.ip() == c.source);
      CHECK(decoded.text(Field::UserName) == c.user);
    }
  }
}

TEST_CASE("its times are local, or have a zone") {
  const ZoneForTest zone("Europe/Vienna");
  const std::string rest = " login authenticator failed for (x) [192.0.2.7]: 535 no";
  CHECK(OneLine("2026-06-07 03:04:05" + rest).time() == "2026-06-07T01:04:05Z");
  CHECK(OneLine("2026-06-07 03:04:05.125" + rest).time() == "2026-06-07T01:04:05.125Z");
  CHECK(OneLine("2026-06-07 03:04:05 -0500" + rest).time() == "2026-06-07T08:04:05Z");
  CHECK(OneLine("2026-06-07 03:04:05" + rest).text(Field::ProcessName) == "exim");
}

TEST_CASE("what a client says of itself cannot pass for its address") {
  CHECK(line("exim[3]: login authenticator failed for (x) [192.0.2.7]: 535 no (set_id=[1.2.3.4])")
            .ip() == "192.0.2.7");
  CHECK(line("exim[3]: SMTP protocol error in \"A\" H=(x) [198.51.100.9]\" H=(y) [192.0.2.7] AUTH "
             "command used when not advertised")
            .ip() == "192.0.2.7");
  for (const std::string_view text :
       {"exim[3]: F=<\"a H=h [198.51.100.9] rejected \"@b.example> H=h [192.0.2.7] rejected x",
        "exim[3]: login authenticator failed for (a) b) [192.0.2.7]: 535 no",
        "exim[3]: login authenticator failed for ", "exim[3]: H=", "exim[3]: H=h [192.0.2.7]",
        "exim[3]: SMTP connection from ", "exim[3]: <= a@b.example H=h [192.0.2.7] P=esmtp"}) {
    CAPTURE(text);
    CHECK(line(text).action() == Action::None);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
