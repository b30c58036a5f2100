#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::line;
using testing::OneLine;

struct Case {
  std::string_view text;
  Action action;
  Outcome outcome;
  std::string_view ip, user, effective;
  std::uint32_t repeats = 1;
};

void check(const Case& c) {
  CAPTURE(c.text);
  const OneLine decoded = line(c.text);
  REQUIRE(decoded.status == Decoded::Event);
  CHECK(decoded.event().dataset == Dataset::Auth);
  CHECK(describe(decoded.action()).text == describe(c.action).text);
  CHECK(to_string(decoded.outcome()) == to_string(c.outcome));
  const std::string ip = decoded.ip();
  CHECK((ip.empty() ? decoded.text(Field::SourceAddress) : ip) == c.ip);
  CHECK(decoded.text(Field::UserName) == c.user);
  CHECK(decoded.text(Field::UserEffectiveName) == c.effective);
  CHECK(decoded.event().repeats == c.repeats);
}

constexpr auto kPam = Action::PamAuthenticationFailure;
constexpr auto kFailure = Outcome::Failure;
constexpr auto kUnknown = Outcome::Unknown;
constexpr auto kSuccess = Outcome::Success;

}  // namespace

TEST_SUITE_BEGIN("decode/pam");

TEST_CASE("a refused login of any service, in every spelling of the module") {
  const Case cases[] = {
      {"vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp "
       "ruser=bob rhost=192.0.2.7",
       kPam, kFailure, "192.0.2.7", "bob", ""},
      {"vsftpd: pam_unix(vsftpd:auth): authentication failure; logname= uid=0 euid=0 tty=ftp "
       "ruser=bob rhost=192.0.2.7  user=bob",
       kPam, kFailure, "192.0.2.7", "bob", ""},
      {"ftpd: (pam_unix) authentication failure; logname= uid=0 euid=0 tty= ruser= "
       "rhost=h.example  user=bob",
       kPam, kFailure, "h.example", "bob", ""},
      {"login(pam_unix)[5]: authentication failure; logname= uid=0 euid=0 tty=tty1 ruser= rhost= "
       " user=bob",
       kPam, kFailure, "", "bob", ""},
      {"daemon: pam_unix: authentication failure; logname= uid=0 euid=0 tty= ruser= "
       "rhost=192.0.2.7",
       kPam, kFailure, "192.0.2.7", "", ""},
      {"smbd[3]: pam_sss(samba:auth): authentication failure; logname= uid=0 euid=0 "
       "tty=samba ruser=bob rhost=192.0.2.7 user=bob",
       kPam, kFailure, "192.0.2.7", "bob", ""},
      {"su[3]: pam_unix(su:auth): authentication failure; logname=bob uid=1000 euid=0 tty=pts/0 "
       "ruser=bob rhost=  user=root",
       kPam, kFailure, "", "bob", "root"},
      {"sudo: pam_unix(sudo:auth): authentication failure; logname=bob uid=1000 euid=0 "
       "tty=/dev/pts/0 ruser=bob rhost=  user=bob",
       kPam, kFailure, "", "bob", "bob"},
      {"smbd: pam_unix(samba:auth): 4 more authentication failures; logname= uid=0 euid=0 "
       "tty=samba ruser=b rhost=192.0.2.7  user=b",
       kPam, kFailure, "192.0.2.7", "b", "", 4},
      {"smbd: pam_winbind(samba:auth): user 'bob' denied access (incorrect password or invalid "
       "membership)",
       kPam, kFailure, "", "bob", ""},
      {"sudo: pam_tally2(sudo:auth): user bob (4001) tally 6, deny 5",
       Action::MaximumAttemptsExceeded, kFailure, "", "bob", ""},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("what sshd's modules say is no failure of its own, for sshd says what came of it") {
  const Case cases[] = {
      {"sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh "
       "ruser= rhost=192.0.2.7  user=root",
       kPam, kUnknown, "192.0.2.7", "root", ""},
      {"sshd[1]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh "
       "ruser= rhost=192.0.2.7 [preauth]",
       kPam, kUnknown, "192.0.2.7", "", ""},
      {"sshd[1]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser= "
       "rhost=192.0.2.7  user=root",
       kPam, kUnknown, "192.0.2.7", "root", "", 2},
      {"sshd[1]: pam_unix(sshd:auth): check pass; user unknown", Action::InvalidUser, kUnknown, "",
       "", ""},
      {"sshd[1]: PAM service(sshd) ignoring max retries; 6 > 3", Action::MaximumAttemptsExceeded,
       kUnknown, "", "", ""},
      {"sshd[1]: pam_faillock(sshd:auth): Consecutive login failures for user bob account "
       "temporarily locked",
       Action::MaximumAttemptsExceeded, kUnknown, "", "bob", ""},
      {"sshd[1]: pam_succeed_if(sshd:auth): requirement \"uid >= 1000\" not met by user \"root\"",
       Action::UserNotAllowed, kUnknown, "", "", ""},
      {"sshd[1]: pam_access(sshd:account): access denied for user `bob' from `192.0.2.7'",
       Action::UserNotAllowed, kFailure, "192.0.2.7", "bob", ""},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("sessions have their user, and for su and sudo the one who asked") {
  const Case cases[] = {
      {"sshd[1]: pam_unix(sshd:session): session opened for user bob(uid=1000) by (uid=0)",
       Action::SessionOpened, kSuccess, "", "bob", ""},
      {"sshd[1]: pam_unix(sshd:session): session closed for user bob", Action::SessionClosed,
       kSuccess, "", "bob", ""},
      {"sudo: pam_unix(sudo:session): session opened for user root(uid=0) by bob(uid=1000)",
       Action::SessionOpened, kSuccess, "", "bob", "root"},
      {"su(pam_unix)[1]: session opened for user news by (uid=0)", Action::SessionOpened, kSuccess,
       "", "", "news"},
      {"login(pam_unix)[1]: session opened for user root by LOGIN(uid=0)", Action::SessionOpened,
       kSuccess, "", "root", ""},
  };
  for (const Case& c : cases) check(c);
  CHECK(line(cases[0].text).number(Field::UserId) == 1000);
  CHECK(line(cases[0].text).text(Field::ServiceType) == "sshd");
}

TEST_CASE("a name that holds rhost= does not pass for the host") {
  const Case cases[] = {
      {"d: pam_unix(d:auth): authentication failure; logname= uid=0 euid=0 tty=x ruser=bob "
       "rhost=198.51.100.9 rhost=192.0.2.7",
       kPam, kFailure, "192.0.2.7", "bob rhost=198.51.100.9", ""},
      {"d: pam_unix(d:auth): authentication failure; logname= uid=0 euid=0 tty=x ruser= "
       "rhost=192.0.2.7 user=bob rhost=198.51.100.9",
       kPam, kFailure, "192.0.2.7", "bob rhost=198.51.100.9", ""},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("a changed password names whose it is") {
  const OneLine changed = line("passwd[2]: pam_unix(passwd:chauthtok): password changed for bob");
  CHECK(changed.action() == Action::PasswordChanged);
  CHECK(changed.text(Field::UserTargetName) == "bob");
}

TEST_CASE("what a module only remarks stays a line of the log") {
  for (const std::string_view text :
       {"sshd[1]: pam_systemd(sshd:session): Failed to create session: Access denied",
        "chpasswd[1]: pam_unix(chpasswd:chauthtok): user \"bob\" does not exist in /etc/passwd",
        "x: pam_unix(", "x: pam_unix(x:auth): ", "x: (pam_", "x: PAM ",
        "x: authentication failureX"}) {
    CAPTURE(text);
    const OneLine decoded = line(text);
    CHECK(decoded.action() == Action::None);
    CHECK(decoded.event().dataset == Dataset::Syslog);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
