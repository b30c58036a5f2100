#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::line;
using testing::OneLine;

}  // namespace

TEST_SUITE_BEGIN("decode/dovecot");

TEST_CASE("a login process tells of every attempt, once the connection ends") {
  struct {
    std::string_view text;
    Action action;
    std::uint32_t repeats;
    std::string_view source, user, service;
  } const cases[] = {
      {"dovecot: imap-login: Login: user=<bob>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, "
       "mpid=18, TLS, session=<a/b>",
       Action::MailLogin, 1, "192.0.2.7", "bob", "imap"},
      {"dovecot[7]: pop3-login: Disconnected (auth failed, 3 attempts in 16 secs): user=<bob>, "
       "method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS: Disconnected",
       Action::FailedLogin, 3, "192.0.2.7", "bob", "pop3"},
      {"dovecot: imap-login: Login aborted: Connection closed (auth failed, 2 attempts in 9 secs) "
       "(auth_failed): user=<bob>, method=PLAIN, rip=2001:db8::7, lip=2001:db8::1, TLS",
       Action::FailedLogin, 2, "2001:db8::7", "bob", "imap"},
      {"dovecot: pop3-login: Aborted login (1 authentication attempts): user=<bob>, method=PLAIN, "
       "rip=::ffff:192.0.2.7, lip=::ffff:192.0.2.1, secured",
       Action::FailedLogin, 1, "192.0.2.7", "bob", "pop3"},
      {"managesieve-login: Info: Disconnected (auth failed, 1 attempts): method=PLAIN, "
       "rip=192.0.2.7",
       Action::FailedLogin, 1, "192.0.2.7", "", "managesieve"},
      {"dovecot: submission-login: Disconnected (proxy dest auth failed): user=<bob>, "
       "method=PLAIN, rip=192.0.2.7, lip=192.0.2.1",
       Action::FailedLogin, 1, "192.0.2.7", "bob", "submission"},
      {"dovecot: imap-login: Disconnected (auth failed, 99999999999 attempts): user=<bob>, "
       "rip=192.0.2.7",
       Action::FailedLogin, 1, "192.0.2.7", "bob", "imap"},
      {"dovecot: imap-login: Disconnected (auth failed, 4000 attempts): user=<bob>, rip=192.0.2.7",
       Action::FailedLogin, 1000, "192.0.2.7", "bob", "imap"},
      {"dovecot: imap-login: Disconnected (no auth attempts in 5 secs): user=<>, rip=192.0.2.7, "
       "lip=192.0.2.1, TLS handshaking: SSL_accept() failed",
       Action::PreauthDisconnect, 1, "192.0.2.7", "", "imap"},
      {"dovecot: imap-login: Disconnected: Inactivity: rip=192.0.2.7, lip=192.0.2.1",
       Action::PreauthDisconnect, 1, "192.0.2.7", "", "imap"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const OneLine decoded = line(c.text);
    CHECK(describe(decoded.action()).text == describe(c.action).text);
    CHECK(decoded.event().repeats == c.repeats);
    CHECK(decoded.ip() == c.source);
    CHECK(decoded.text(Field::UserName) == c.user);
    CHECK(decoded.text(Field::ServiceType) == c.service);
    CHECK(decoded.event().dataset == Dataset::Auth);
  }
}

TEST_CASE("why a connection came to nothing, and which address it reached") {
  const OneLine decoded = line(
      "dovecot: imap-login: Aborted login (tried to use disallowed plaintext auth): user=<>, "
      "rip=192.0.2.7, lip=192.0.2.1, session=<x>");
  CHECK(decoded.action() == Action::PreauthDisconnect);
  CHECK(decoded.outcome() == Outcome::Unknown);
  CHECK(decoded.text(Field::EventReason) == "tried to use disallowed plaintext auth");
  CHECK(decoded.ip(Field::DestinationIp) == "192.0.2.1");
}

TEST_CASE("a name cannot pass for an address or an outcome") {
  const OneLine address = line(
      "dovecot: imap-login: Disconnected (auth failed, 1 attempts): user=<b>, rip=198.51.100.9, "
      "lip=192.0.2.1>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1");
  CHECK(address.ip() == "192.0.2.7");
  CHECK(address.text(Field::UserName) == "b>, rip=198.51.100.9, lip=192.0.2.1");
  const OneLine outcome = line(
      "dovecot: imap-login: Disconnected (no auth attempts): user=<(auth failed, 9 attempts)>, "
      "rip=192.0.2.7, lip=192.0.2.1");
  CHECK(outcome.action() == Action::PreauthDisconnect);
}

TEST_CASE("what the authentication says of an attempt is no failure of its own") {
  struct {
    std::string_view text, source, user, driver;
  } const cases[] = {
      {"dovecot: auth-worker(304): pam(bob,192.0.2.7): pam_authenticate() failed: Authentication "
       "failure (password mismatch?)",
       "192.0.2.7", "bob", "pam"},
      {"dovecot: auth: passwd-file(bob,192.0.2.7,<a/b>): unknown user", "192.0.2.7", "bob",
       "passwd-file"},
      {"auth-worker(304): Info: sql(a,b,192.0.2.7,<a/b>): Password mismatch", "192.0.2.7", "a,b",
       "sql"},
      {"dovecot: auth(default): ldap(bob,2001:db8::7): invalid credentials", "2001:db8::7", "bob",
       "ldap"},
      {"dovecot: auth-worker(3): conn unix:auth-worker (pid=2,uid=97): auth-worker<5>: "
       "sql(bob,192.0.2.7): unknown user",
       "192.0.2.7", "bob", "sql"},
      {"dovecot: auth(bob,192.0.2.7,sasl:login)<a/b>: Info: sql: Password mismatch", "192.0.2.7",
       "bob", "sql"},
      {"auth: pam_unix(dovecot:auth): authentication failure; logname= uid=0 euid=0 tty=dovecot "
       "ruser=bob rhost=192.0.2.7  user=bob",
       "192.0.2.7", "bob", "dovecot"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const OneLine decoded = line(c.text);
    CHECK(describe(decoded.action()).text == "backend-refused");
    CHECK(decoded.outcome() == Outcome::Unknown);
    CHECK(decoded.ip() == c.source);
    CHECK(decoded.text(Field::UserName) == c.user);
    CHECK(decoded.text(Field::ServiceType) == c.driver);
  }
}

TEST_CASE("in its own file a process with a name in its tag is no host") {
  const OneLine decoded(
      "Jun  7 03:04:05 auth(bob,192.0.2.7,sasl:login)<a/b>: Info: sql: Password mismatch");
  CHECK(decoded.action() == Action::BackendRefused);
  CHECK(decoded.ip() == "192.0.2.7");
  CHECK(decoded.text(Field::HostName).empty());
  CHECK(decoded.text(Field::ProcessName) == "auth");
}

TEST_CASE("other lines of Dovecot, and broken ones, are left alone") {
  for (const std::string_view text :
       {"dovecot: Dovecot v2.3 starting up", "dovecot: imap(bob): Logged out in=5 out=6",
        "dovecot: auth: Error: nothing", "dovecot: imap-login: Login: user=<bob>, rip=",
        "dovecot: imap-login: ", "dovecot: auth(", "dovecot: auth(bob,192.0.2.7)<",
        "dovecot: auth: pam(bob): unknown user", "auth-worker: conn unix:", "imap-login: rip=x"}) {
    CAPTURE(text);
    CHECK(line(text).action() == Action::None);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
