#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::line;
using testing::OneLine;

}  // namespace

TEST_SUITE_BEGIN("decode/ftp");

TEST_CASE("who comes to an FTP server, is let in or refused") {
  struct {
    std::string_view text;
    Action action;
    std::string_view source, user;
  } const cases[] = {
      {"vsftpd[3]: [pid 7] [bob] FAIL LOGIN: Client \"192.0.2.7\"", Action::FailedLogin,
       "192.0.2.7", "bob"},
      {"vsftpd[3]: [bob] FAIL LOGIN: Client \"2001:db8::7\"", Action::FailedLogin, "2001:db8::7",
       "bob"},
      {"vsftpd[3]: [pid 7] [b] FAIL LOGIN: Client \"198.51.100.9\"] FAIL LOGIN: Client "
       "\"192.0.2.7\"",
       Action::FailedLogin, "192.0.2.7", "b] FAIL LOGIN: Client \"198.51.100.9\""},
      {"vsftpd[3]: [pid 7] [bob] OK LOGIN: Client \"192.0.2.7\"", Action::AcceptedLogin,
       "192.0.2.7", "bob"},
      {"vsftpd[3]: CONNECT: Client \"::ffff:192.0.2.7\"", Action::ConnectionOpened, "192.0.2.7",
       ""},
      {"vsftpd[3]: [bob] FTP response: Client \"192.0.2.7\", \"530 Permission denied.\"",
       Action::UserNotAllowed, "192.0.2.7", "bob"},
      {"proftpd[3]: 192.0.2.1 (h.example[192.0.2.7]) - USER bob (Login failed): Incorrect password",
       Action::FailedPassword, "192.0.2.7", "bob"},
      {"proftpd[3] localhost (h.example[::ffff:192.0.2.7]): USER bob: no such user found from "
       "h.example [::ffff:192.0.2.7] to ::ffff:192.0.2.1:21",
       Action::InvalidUser, "192.0.2.7", "bob"},
      {"proftpd[3]: localhost (192.0.2.7[192.0.2.7]) - USER bob (Login failed): User in "
       "/etc/ftpusers",
       Action::UserNotAllowed, "192.0.2.7", "bob"},
      {"proftpd[3]: localhost (192.0.2.7[192.0.2.7]) - USER bob: Login successful.",
       Action::AcceptedLogin, "192.0.2.7", "bob"},
      {"proftpd[3]: localhost (192.0.2.7[192.0.2.7]) - USER a (x[198.51.100.9]): USER b: Login "
       "successful.: no such user found from 192.0.2.7 [192.0.2.7] to 192.0.2.1:21",
       Action::InvalidUser, "192.0.2.7", "a (x[198.51.100.9]): USER b: Login successful."},
      {"proftpd[3]: localhost (192.0.2.7[192.0.2.7]) - SECURITY VIOLATION: Root login attempted",
       Action::UserNotAllowed, "192.0.2.7", "root"},
      {"proftpd[3]: localhost (192.0.2.7[192.0.2.7]) - Maximum login attempts (3) exceeded",
       Action::MaximumAttemptsExceeded, "192.0.2.7", ""},
      {"proftpd[3]: localhost (192.0.2.7[192.0.2.7]) - FTP session opened.",
       Action::ConnectionOpened, "192.0.2.7", ""},
      {"pure-ftpd: (?@192.0.2.7) [WARNING] Authentication failed for user [bob]",
       Action::FailedLogin, "192.0.2.7", "bob"},
      {"pure-ftpd: (?@192.0.2.7) [WARNING] Authentication failed for user [a@198.51.100.9) [x]",
       Action::FailedLogin, "192.0.2.7", "a@198.51.100.9) [x"},
      {"pure-ftpd: (?@192.0.2.7) [INFO] bob is now logged in", Action::AcceptedLogin, "192.0.2.7",
       "bob"},
      {"pure-ftpd: (?@192.0.2.7) [INFO] New connection from 192.0.2.7", Action::ConnectionOpened,
       "192.0.2.7", ""},
      {"pure-ftpd: (bob@192.0.2.7) [INFO] Logout.", Action::ConnectionClosed, "192.0.2.7", "bob"},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const OneLine decoded = line(c.text);
    CHECK(describe(decoded.action()).text == describe(c.action).text);
    CHECK(decoded.ip() == c.source);
    CHECK(decoded.text(Field::UserName) == c.user);
    CHECK(decoded.event().dataset == Dataset::Auth);
  }
}

TEST_CASE("vsftpd's own file has no host and no tag") {
  const OneLine one("Sun Jun  7 03:04:05 2026 [pid 7] [bob] FAIL LOGIN: Client \"192.0.2.7\"");
  CHECK(one.action() == Action::FailedLogin);
  CHECK(one.ip() == "192.0.2.7");
  CHECK(one.text(Field::HostName).empty());
}

TEST_CASE("other lines of these servers, and broken ones, are left alone") {
  for (const std::string_view text :
       {"vsftpd[3]: [bob] FTP response: Client \"192.0.2.7\", \"530 Login incorrect.\"",
        "vsftpd[3]: bob] FAIL LOGIN: Client \"a b\"", "vsftpd[3]: [pid 7", "proftpd[3]: x (",
        "proftpd[3]: x (a[192.0.2.7]) - USER bob", "proftpd[3]: x (a[192.0.2.7]",
        "pure-ftpd: (?@192.0.2.7) [", "pure-ftpd: (?@192.0.2.7) [INFO] Can't change directory",
        "pure-ftpd: (192.0.2.7) [INFO] bob is now logged in"}) {
    CAPTURE(text);
    CHECK(line(text).action() == Action::None);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
