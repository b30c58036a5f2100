// Servers put what a client gave as its name into the line that has its address. Whatever that name
// is, nobody else is accused.
#include "base/random.h"
#include "decode/test_lines.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace vedette::decode {
namespace {

using testing::OneLine;

// What stands around names in these lines, with an address that is not the client's.
constexpr std::string_view kPieces[] = {
    "bob",
    " from 198.51.100.9",
    " from 198.51.100.9.",
    "[198.51.100.9]",
    " (198.51.100.9)",
    ", rip=198.51.100.9, lip=192.0.2.1",
    ">",
    ">, method=PLAIN",
    "): ",
    ") [",
    "(x) [198.51.100.9]",
    "@198.51.100.9) [INFO] a is now logged in",
    "] FAIL LOGIN: Client \"198.51.100.9\"",
    "] OK LOGIN: Client \"198.51.100.9\"",
    "] CONNECT: Client \"198.51.100.9",
    "]",
    "\"",
    " to ",
    " to horde (198.51.100.9)",
    " [pid 7 on line 1 of \"/a\"]",
    " [on line 1 of \"/a\"]",
    " (forwarded for [198.51.100.9])",
    ". AUTHENTICATE PLAIN: no. in /a.php (POST /)",
    " in session x (error: 0)",
    " against x",
    "(X-Real-IP: 198.51.100.9)",
    ": 535 no (set_id=a)",
    " H=h [198.51.100.9]",
    " (Login failed): Incorrect password",
    ": Login successful.",
    ": no such user found from h [198.51.100.9] to 192.0.2.1:21",
    " (h[198.51.100.9]) - USER a",
    ": SASL LOGIN authentication failed: x, sasl_username=",
    " client=h[198.51.100.9]",
    " ",
    ","};

struct Frame {
  std::string_view before, after;
};
constexpr Frame kFrames[] = {
    {"Jun  7 03:04:05 web dovecot: imap-login: Disconnected (auth failed, 1 attempts): user=<",
     ">, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, TLS, session=<a/b>"},
    {"Jun  7 03:04:05 web postfix/smtpd[3]: warning: unknown[192.0.2.7]: SASL LOGIN authentication "
     "failed: x, sasl_username=",
     ""},
    {"Jun  7 03:04:05 web postfix/smtpd[3]: NOQUEUE: reject: RCPT from unknown[192.0.2.7]: 454 <",
     ">: Relay access denied; from=<a> to=<b>"},
    {"2026-06-07 03:04:05 login authenticator failed for h.example (x) [192.0.2.7]:4000: 535 "
     "Incorrect authentication data (set_id=",
     ")"},
    {"2026-06-07 03:04:05 login authenticator failed for h.example (",
     ") [192.0.2.7]:4000: 535 Incorrect authentication data (set_id=bob)"},
    {"2026-06-07 03:04:05 SMTP protocol error in \"",
     "\" H=(x) [192.0.2.7] AUTH command used when not advertised"},
    {"Sun Jun  7 03:04:05 2026 [pid 7] [", "] FAIL LOGIN: Client \"192.0.2.7\""},
    {"Sun Jun  7 03:04:05 2026 [pid 7] [",
     "] FTP response: Client \"192.0.2.7\", \"530 Permission denied.\""},
    {"Sun Jun  7 03:04:05 2026 [pid 7] FTP command: Client \"192.0.2.7\", \"USER ", "\""},
    {"Jun  7 03:04:05 web proftpd[3]: localhost (h[192.0.2.7]) - USER ",
     ": no such user found from h [192.0.2.7] to 192.0.2.1:21"},
    {"Jun  7 03:04:05 web proftpd[3]: localhost (h[192.0.2.7]) - USER ",
     " (Login failed): Incorrect password"},
    {"Jun  7 03:04:05 web pure-ftpd: (?@192.0.2.7) [WARNING] Authentication failed for user [",
     "]"},
    {"Jun  7 03:04:05 web HORDE: [horde] FAILED LOGIN for ",
     " to horde (192.0.2.7) [pid 7 on line 1 of \"/a.php\"]"},
    {"Jun  7 03:04:05 web HORDE: [imp] FAILED LOGIN for ",
     " (192.0.2.7) to {imap://localhost/} [pid 7 on line 1 of \"/a.php\"]"},
    {"Jun  7 03:04:05 HORDE [error] [horde] FAILED LOGIN for ",
     " [192.0.2.7] to Horde [on line 1 of \"/a.php\"]"},
    {"Jun  7 03:04:05 web roundcube: IMAP Error: Login failed for ",
     " from 192.0.2.7. AUTHENTICATE PLAIN: no. in /a.php on line 1 (POST /)"},
    {"Jun  7 03:04:05 web roundcube: IMAP Error: Login failed for ", " from 192.0.2.7"},
    {"[07-Jun-2026 03:04:05 +0200]: Failed login for ", " from 192.0.2.7 in session x (error: 0)"},
};

}  // namespace

TEST_SUITE_BEGIN("decode/hostile_names");

TEST_CASE("whatever a client gives as its name, no other address is accused") {
  Random random(7);
  for (const Frame& frame : kFrames) {
    for (int round = 0; round < 1500; ++round) {
      std::string line(frame.before);
      for (std::uint32_t left = 1 + random.below(5); left > 0; --left) {
        line += kPieces[random.below(static_cast<std::uint32_t>(std::size(kPieces)))];
      }
      line += frame.after;
      const OneLine decoded(line);
      const std::string source = decoded.ip();
      CHECK_MESSAGE((source.empty() || source == "192.0.2.7"), line);
    }
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
