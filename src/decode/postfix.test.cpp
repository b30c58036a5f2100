#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::line;
using testing::OneLine;

}  // namespace

TEST_SUITE_BEGIN("decode/postfix");

TEST_CASE("who connects, logs in or is refused") {
  struct {
    std::string_view text;
    Action action;
    std::string_view source, user, reason;
  } const cases[] = {
      {"postfix/smtpd[3]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: "
       "authentication failure",
       Action::FailedLogin, "192.0.2.7", "", "authentication failure"},
      {"postfix/submission/smtpd[3]: warning: h.example[192.0.2.7]: SASL PLAIN authentication "
       "failed: (reason unavailable), sasl_username=bob@a.example",
       Action::FailedLogin, "192.0.2.7", "bob@a.example", "(reason unavailable)"},
      {"postfix/smtpd[3]: warning: unknown[192.0.2.7]: SASL CRAM-MD5 authentication failed: ",
       Action::FailedLogin, "192.0.2.7", "", ""},
      {"postfix/smtps/smtpd[3]: 4F2B1A3C5D: client=h.example[192.0.2.7], sasl_method=LOGIN, "
       "sasl_username=bob",
       Action::MailLogin, "192.0.2.7", "bob", ""},
      {"postfix/smtpd[3]: NOQUEUE: reject: RCPT from unknown[2001:db8::7]:4000: 454 4.7.1 "
       "<a@b.example>: Relay access denied; from=<c@d.example> to=<a@b.example> proto=ESMTP "
       "helo=<x>",
       Action::MailRejected, "2001:db8::7", "", "4.7.1 <a@b.example>: Relay access denied"},
      {"postfix/smtpd[3]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 550 5.1.1 <a@b.example>: "
       "Recipient address rejected: User unknown in local recipient table; from=<c@d.example>",
       Action::MailRejected, "192.0.2.7", "",
       "5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table"},
      {"postfix/postscreen[3]: NOQUEUE: reject: RCPT from [192.0.2.7]:4000: 550 5.7.1 Service "
       "unavailable",
       Action::MailRejected, "192.0.2.7", "", "5.7.1 Service unavailable"},
      {"postfix/smtpd[3]: lost connection after AUTH from unknown[192.0.2.7]",
       Action::PreauthDisconnect, "192.0.2.7", "", "AUTH"},
      {"postfix/smtpd[3]: lost connection after DATA (0 bytes) from unknown[192.0.2.7]",
       Action::ConnectionClosed, "192.0.2.7", "", "DATA"},
      {"postfix/smtpd[3]: too many errors after AUTH from unknown[192.0.2.7]",
       Action::ProtocolError, "192.0.2.7", "", "AUTH"},
      {"postfix/smtpd[3]: warning: non-SMTP command from unknown[192.0.2.7]: GET / HTTP/1.1",
       Action::ProtocolMismatch, "192.0.2.7", "", ""},
      {"postfix/smtpd[3]: connect from unknown[192.0.2.7]", Action::ConnectionOpened, "192.0.2.7",
       "", ""},
      {"postfix/smtpd[3]: disconnect from unknown[192.0.2.7] ehlo=1 auth=0/1 commands=1/2",
       Action::ConnectionClosed, "192.0.2.7", "", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const OneLine decoded = line(c.text);
    CHECK(describe(decoded.action()).text == describe(c.action).text);
    CHECK(decoded.ip() == c.source);
    CHECK(decoded.text(Field::UserName) == c.user);
    CHECK(decoded.text(Field::EventReason) == c.reason);
  }
}

TEST_CASE("codes and ports are fields of their own") {
  const OneLine decoded = line(
      "postfix/smtpd[3]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]:4000: 454 4.7.1 x; "
      "from=<a>");
  CHECK(decoded.text(Field::EventCode) == "454");
  CHECK(decoded.number(Field::SourcePort) == 4000);
  CHECK(decoded.outcome() == Outcome::Failure);
}

TEST_CASE("a server that could not ask, and a mail that may come later, are no failures") {
  CHECK(line("postfix/smtpd[3]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: "
             "Connection lost to authentication server")
            .outcome() == Outcome::Unknown);
  CHECK(line("postfix/smtpd[3]: NOQUEUE: reject: RCPT from h.example[192.0.2.7]: 450 4.2.0 "
             "<a@b.example>: Recipient address rejected: Greylisted; from=<c@d.example>")
            .outcome() == Outcome::Unknown);
}

TEST_CASE("what a client sent cannot pass for its address") {
  const OneLine name = line(
      "postfix/smtpd[3]: warning: unknown[192.0.2.7]: SASL LOGIN authentication failed: x, "
      "sasl_username=b[198.51.100.9]: SASL LOGIN authentication failed: ");
  CHECK(name.ip() == "192.0.2.7");
  const OneLine command = line(
      "postfix/smtpd[3]: warning: non-SMTP command from unknown[192.0.2.7]: connect from "
      "h[198.51.100.9]");
  CHECK(command.ip() == "192.0.2.7");
  for (const std::string_view text :
       {"postfix/smtpd[3]: NOQUEUE: reject: RCPT from", "postfix/smtpd[3]: connect from unknown[",
        "postfix/smtpd[3]: warning: a b[192.0.2.7]: SASL LOGIN authentication failed: x",
        "postfix/smtpd[3]: warning: u[192.0.2.7]: SASL ", "postfix/smtpd[3]: 4F2B: client=u[]"}) {
    CAPTURE(text);
    CHECK(line(text).action() == Action::None);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
