#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::OneLine;

}  // namespace

TEST_SUITE_BEGIN("decode/login");

TEST_CASE("other daemons that let people in, or do not") {
  struct {
    std::string_view text;
    Action action;
    std::string_view source, user;
  } const cases[] = {
      {"login[3]: FAILED LOGIN (1) on '/dev/tty1' FOR 'bob', Authentication failure",
       Action::FailedLogin, "", ""},
      {"login[3]: FAILED LOGIN 1 FROM 192.0.2.7 FOR bob, Authentication failure",
       Action::FailedLogin, "192.0.2.7", "bob"},
      {"login: ROOT LOGIN ON tty2", Action::AcceptedLogin, "", "root"},
      {" -- root[2421]: ROOT LOGIN ON tty2", Action::AcceptedLogin, "", "root"},
      {"login: LOGIN ON pts/0 BY bob FROM 192.0.2.7", Action::AcceptedLogin, "192.0.2.7", "bob"},
      {"ftpd[3]: connection from 192.0.2.7 (h.example) at Tue Jun  7 03:04:05 2005",
       Action::ConnectionOpened, "192.0.2.7", ""},
      {"ftpd[3]: connection from h.example (192.0.2.7)", Action::ConnectionOpened, "192.0.2.7", ""},
      {"ftpd[3]: ANONYMOUS FTP LOGIN FROM 192.0.2.7,  (anonymous)", Action::AcceptedLogin,
       "192.0.2.7", "anonymous"},
      {"ftpd[3]: FTP LOGIN FAILED FROM 192.0.2.7", Action::FailedLogin, "192.0.2.7", ""},
      {"wu-ftpd[3]: failed login from h.example [192.0.2.7]", Action::FailedLogin, "192.0.2.7", ""},
      {"klogind[3]: Authentication failed from 192.0.2.7 (h.example): Permission denied",
       Action::FailedLogin, "192.0.2.7", ""},
      {"in.telnetd[3]: refused connect from 192.0.2.7", Action::ConnectionRefused, "192.0.2.7", ""},
      {"screensharingd[3]: Authentication: FAILED :: User Name: bob :: Viewer Address: 192.0.2.7 "
       ":: Type: DH",
       Action::FailedLogin, "192.0.2.7", "bob"},
      {"pam: gdm-password[7]: pam_unix(gdm-password:session): session closed for user bob",
       Action::SessionClosed, "", "bob"},
      {"doas: failed auth for bob", Action::SudoFailed, "", "bob"},
      {"doas: failed command for bob: ls", Action::SudoDenied, "", "bob"},
      {"doas: bob ran command /bin/ksh as root from /home/bob", Action::SudoCommand, "", "bob"},
      {"doas: bob ran command as root: ls", Action::SudoCommand, "", "bob"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const OneLine decoded("Jun  7 03:04:05 web " + std::string(c.text));
    CHECK(describe(decoded.action()).text == describe(c.action).text);
    const std::string ip = decoded.ip();
    CHECK((ip.empty() ? decoded.text(Field::SourceAddress) : ip) == c.source);
    CHECK(decoded.text(Field::UserName) == c.user);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
