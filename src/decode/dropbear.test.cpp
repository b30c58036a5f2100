#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::OneLine;

}  // namespace

TEST_SUITE_BEGIN("decode/dropbear");

TEST_CASE("logins and connections") {
  struct {
    std::string_view text;
    Action action;
    std::string_view source;
    std::int64_t port;
    std::string_view user;
  } const cases[] = {
      {"Bad password attempt for 'root' from 192.0.2.7:9", Action::FailedPassword, "192.0.2.7", 9,
       "root"},
      {"Bad PAM password attempt for 'x' from ' from 192.0.2.7:9", Action::FailedPassword,
       "192.0.2.7", 9, "x"},
      {"Login attempt for nonexistent user from 192.0.2.7:9", Action::InvalidUser, "192.0.2.7", 9,
       ""},
      {"Login attempt for nonexistent user 'bob' from 2001:db8::7:9", Action::InvalidUser,
       "2001:db8::7", 9, "bob"},
      {"Password auth succeeded for 'root' from 192.0.2.7:9", Action::AcceptedPassword, "192.0.2.7",
       9, "root"},
      {"Pubkey auth succeeded for 'root' with ssh-rsa key SHA256:abc from 192.0.2.7:9",
       Action::AcceptedPublickey, "192.0.2.7", 9, "root"},
      {"Child connection from 192.0.2.7:9", Action::ConnectionOpened, "192.0.2.7", 9, ""},
      {"Exit before auth from <192.0.2.7:9>: (user 'root', 3 fails): Max auth tries reached - "
       "user 'root'",
       Action::PreauthDisconnect, "192.0.2.7", 9, ""},
      {"Exit (root) from <192.0.2.7:9>: Disconnect received", Action::ConnectionClosed, "192.0.2.7",
       9, ""},
      {"Exit before auth: Exited normally", Action::PreauthDisconnect, "", -1, ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const OneLine decoded("Jun  7 03:04:05 web dropbear[3]: " + std::string(c.text));
    CHECK(describe(decoded.action()).text == describe(c.action).text);
    CHECK(decoded.ip() == c.source);
    CHECK(decoded.number(Field::SourcePort) == c.port);
    if (c.user != "x") CHECK(decoded.text(Field::UserName) == c.user);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
