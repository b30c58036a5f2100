#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::line;
using testing::OneLine;

struct Case {
  std::string_view text;
  Action action;
  std::string_view source, user;
};

void check(const Case& c, const OneLine& decoded) {
  CAPTURE(c.text);
  CHECK(describe(decoded.action()).text == describe(c.action).text);
  CHECK(decoded.ip() == c.source);
  CHECK(decoded.text(Field::UserName) == c.user);
}

}  // namespace

TEST_SUITE_BEGIN("decode/webmail");

TEST_CASE("Horde counts an attempt once, though its mail client tells of it too") {
  const Case cases[] = {
      {"HORDE: [horde] FAILED LOGIN for bob to horde (192.0.2.7) [pid 6 on line 1 of \"/a.php\"]",
       Action::FailedLogin, "192.0.2.7", "bob"},
      {"HORDE: [imp] FAILED LOGIN for bob (192.0.2.7) to {imap://localhost/} [pid 6 on line 1 of "
       "\"/a.php\"]",
       Action::BackendRefused, "192.0.2.7", "bob"},
      {"HORDE: [horde] Login success for bob to horde (192.0.2.7) [pid 6 on line 1 of \"/a.php\"]",
       Action::AcceptedLogin, "192.0.2.7", "bob"},
      {"HORDE: [horde] Login success for bob (192.0.2.7 (forwarded for [198.51.100.9])) to horde "
       "[pid 6 on line 1 of \"/a.php\"]",
       Action::AcceptedLogin, "", ""},
      {"HORDE: [horde] FAILED LOGIN for a (198.51.100.9) to b to horde (192.0.2.7) [pid 6 on line "
       "1 of \"/a.php\"]",
       Action::FailedLogin, "192.0.2.7", "a (198.51.100.9) to b"},
  };
  for (const Case& c : cases) check(c, line(c.text));
}

TEST_CASE("before Horde's version 4 each of the two tells alone") {
  const Case cases[] = {
      {"HORDE [error] [horde] FAILED LOGIN for bob [192.0.2.7] to Horde [on line 1 of \"/a.php\"]",
       Action::FailedLogin, "192.0.2.7", "bob"},
      {"HORDE [error] [imp] FAILED LOGIN for bob [192.0.2.7] to {h.example:993 [imap/ssl]} [pid 6 "
       "on line 1 of /a.php\"]",
       Action::FailedLogin, "192.0.2.7", "bob"},
  };
  for (const Case& c : cases) check(c, OneLine("Jun  7 03:04:05 " + std::string(c.text)));
}

TEST_CASE("Roundcube, in a file of its own or through syslog") {
  const Case cases[] = {
      {"IMAP Error: Login failed for bob from 192.0.2.7. AUTHENTICATE PLAIN: no. in /a.php on "
       "line 1 (POST /)",
       Action::FailedLogin, "192.0.2.7", "bob"},
      {"<a1b2c3d4> IMAP Error: Login failed for bob against localhost from "
       "192.0.2.7(X-Real-IP: 198.51.100.9). AUTHENTICATE PLAIN: no. in /a.php on line 1 (POST /)",
       Action::FailedLogin, "192.0.2.7", "bob"},
      {"IMAP Error: Login failed for bob from 198.51.100.9. from 192.0.2.7. AUTHENTICATE PLAIN: "
       "no: bob from 198.51.100.9. in /a.php",
       Action::FailedLogin, "192.0.2.7", "bob from 198.51.100.9."},
      {"Failed login for bob from 192.0.2.7 in session abc (error: 0)", Action::FailedLogin,
       "192.0.2.7", "bob"},
      {"<a1b2c3d4> Successful login for bob (ID: 1) from 192.0.2.7 in session abc",
       Action::AcceptedLogin, "192.0.2.7", "bob"},
  };
  for (const Case& c : cases) {
    check(c, line("roundcube: " + std::string(c.text)));
    const OneLine file("[07-Jun-2026 03:04:05 +0200]: " + std::string(c.text));
    check(c, file);
    CHECK(file.time() == "2026-06-07T01:04:05Z");
    CHECK(file.text(Field::ProcessName) == "roundcube");
  }
}

TEST_CASE("a name that may be an answer leaves nobody to accuse") {
  for (const std::string_view text :
       {"roundcube: IMAP Error: Login failed for a from 198.51.100.9. AUTHENTICATE  from "
        "192.0.2.7. AUTHENTICATE PLAIN: no",
        "roundcube: IMAP Error: Login failed for bob", "roundcube: Failed login for bob from a/b",
        "roundcube: <a", "HORDE: [horde] FAILED LOGIN for bob", "HORDE: [imp] FAILED LOGIN for )",
        "HORDE: [horde] Login success for bob ()"}) {
    CAPTURE(text);
    CHECK(line(text).action() == Action::None);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
