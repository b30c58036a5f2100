#include "decode/web_error.h"

#include "decode/web_testing.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::Sample;

constexpr std::string_view kNginx = "2024/01/02 03:04:05 [error] 12#34: *56 ";
constexpr std::string_view kTail =
    R"(, client: 203.0.113.7, server: www.example.com, request: "GET /x?y HTTP/1.)"
    R"(1", host: "www.example.com")";

std::string nginx(std::string_view message) {
  return std::string(kNginx) + std::string(message) + std::string(kTail);
}

TEST_SUITE_BEGIN("decode/web_error");

TEST_CASE("nginx's messages are told apart") {
  struct Row {
    std::string_view message, action, user;
  };
  static constexpr Row kRows[] = {
      {R"(user "alice": password mismatch)", "http-login-failed", "alice"},
      {R"(user "a b" was not found in "/etc/htpasswd")", "http-login-failed", "a b"},
      {R"(PAM: user 'alice' - not authenticated: Authentication failure)", "http-login-failed",
       "alice"},
      {R"(no user/password was provided for basic authentication)", "http-denied", "(none)"},
      {R"(access forbidden by rule)", "http-denied", "(none)"},
      {R"(directory index of "/srv/" is forbidden)", "http-denied", "(none)"},
      {R"(open() "/srv/x" failed (13: Permission denied))", "http-denied", "(none)"},
      {R"(open() "/srv/x" failed (2: No such file or directory))", "http-not-found", "(none)"},
      {R"("/srv/index.html" is not found (2: No such file or directory))", "http-not-found",
       "(none)"},
      {R"(limiting requests, excess: 1.852 by zone "one")", "http-rate-limited", "(none)"},
      {R"(limiting connections by zone "one")", "http-rate-limited", "(none)"},
      {R"(delaying request, excess: 0.8, by zone "one")", "http-rate-limited", "(none)"},
      {R"(client sent invalid header line: "x" while reading client request headers)", "http-error",
       "(none)"},
      {R"(SSL_do_handshake() failed (SSL: error:1) while SSL handshaking)", "http-error", "(none)"},
      {R"(connect() failed (111: Connection refused) while connecting to upstream)", "http-error",
       "(none)"},
      {R"(ModSecurity: Access denied with code 403 (phase 2). [id "949110"] [msg)"
       R"( "Score"] [uri "/x"])",
       "http-denied", "(none)"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.message);
    Sample line(nginx(row.message));
    REQUIRE(line.error());
    CHECK(line.action() == row.action);
    CHECK(line[Field::SourceIp] == "203.0.113.7");
    CHECK(line[Field::UserName] == row.user);
    CHECK(line[Field::HttpMethod] == "GET");
    CHECK(line[Field::UrlPath] == "/x");
    CHECK(line[Field::LogLevel] == "error");
    CHECK(line[Field::ProcessPid] == "12");
    CHECK(line[Field::Message] == row.message);
  }
}

TEST_CASE("nginx's mail proxy names the login") {
  Sample line(R"(2024/01/02 03:04:05 [info] 8#8: *6 client login failed: "AUTH not supp)"
              R"(orted" while in http auth state, client: 203.0.113.7, server: 0.0.0.0:)"
              R"(25, login: "a@example.com")");
  REQUIRE(line.error());
  CHECK(line.action() == "http-login-failed");
  CHECK(line[Field::SourceIp] == "203.0.113.7");
  CHECK(line[Field::UserName] == "a@example.com");
}

TEST_CASE("a notice is no error") {
  Sample line("2024/01/02 03:04:05 [notice] 12#12: signal process started");
  REQUIRE(line.error());
  CHECK(line.action() == "");
  CHECK(line.event().outcome == Outcome::Unknown);
  CHECK(line.event().dataset == Dataset::WebError);
}

TEST_CASE("a user name or path that looks like nginx's appendix forges no address") {
  for (const std::string_view message : {
           R"(user "x": password mismatch, client: 198.51.100.1, server: s, requ)"
           R"(est: "GET / HTTP/1.1", host: "h"": was not found in "/etc/htpasswd)"
           R"(")",
           R"(open() "/srv/x", client: 198.51.100.1, server: s, request: "GET / )"
           R"(HTTP/1.1", host: "h" failed (2: No such file or directory))",
       }) {
    CAPTURE(message);
    Sample line(nginx(message));
    REQUIRE(line.error());
    CHECK(line[Field::SourceIp] == "203.0.113.7");
  }
}

TEST_CASE("a referrer that looks like nginx's appendix forges no address") {
  constexpr std::string_view kForged =
      R"(, referrer: "x, client: 198.51.100.1, server: s, request: "GET / HTTP/1.1", host: "h")";
  for (const std::string_view message :
       {R"(access forbidden by rule)", R"(user "x": password mismatch)",
        R"(user "x" was not found in "/etc/htpasswd")"}) {
    CAPTURE(message);
    Sample line(nginx(message) + std::string(kForged));
    REQUIRE(line.error());
    CHECK(line[Field::SourceIp] == "203.0.113.7");
  }
  // Here path and referrer could both have been made up: neither address is believed.
  Sample doubtful(nginx(R"(open() "/srv/x" failed (2: No such file or directory))") +
                  std::string(kForged));
  REQUIRE(doubtful.error());
  CHECK(doubtful[Field::SourceIp] == "(none)");
}

TEST_CASE("Apache's messages are told apart, in the forms of 2.2 and 2.4") {
  struct Row {
    std::string_view message, action, user;
  };
  static constexpr Row kRows[] = {
      {R"(user bob: authentication failure for "/": Password Mismatch)", "http-login-failed",
       "bob"},
      {"user bob not found: /basic/file", "http-login-failed", "bob"},
      {"user  not found: /", "http-login-failed", "(none)"},
      {"user bob: password mismatch: /digest/", "http-login-failed", "bob"},
      {"Digest: user bob: password mismatch: /digest/", "http-login-failed", "bob"},
      {"user `bob' in realm `private' not found: /digest/", "http-login-failed", "bob"},
      {"auth_ldap authenticate: user bob authentication failed; URI /x [ldap][Invalid "
       "credentials]",
       "http-login-failed", "bob"},
      {"client used wrong authentication scheme: /basic/file", "http-login-failed", "(none)"},
      {"realm mismatch - got `far' but expected `private'", "http-login-failed", "(none)"},
      {"Digest: invalid nonce abc received - user attempted time travel", "http-login-failed",
       "(none)"},
      {"invalid nonce abc received - hash is not def", "http-error", "(none)"},
      {R"(user bob: authorization failure for "/x": )", "http-denied", "bob"},
      {"Authorization of user bob to access /x failed, reason: file owner does not match.",
       "http-denied", "bob"},
      {"client denied by server configuration: /var/www/x", "http-denied", "(none)"},
      {"Directory index forbidden by rule: /var/www/html/", "http-denied", "(none)"},
      {"File does not exist: /var/www/x", "http-not-found", "(none)"},
      {"script '/var/www/x.php' not found or unable to stat", "http-not-found", "(none)"},
      {"script not found or unable to stat: /usr/lib/cgi-bin/php", "http-not-found", "(none)"},
      {"Got error 'Primary script unknown'", "http-not-found", "(none)"},
      {"Invalid URI in request GET /cgi-bin/.%2E/x HTTP/1.1", "http-error", "(none)"},
      {R"(ModSecurity: Warning. Pattern match "x" at ARGS. [id "930110"] [msg "Traversal"])",
       "http-denied", "(none)"},
      {"some error of some module", "http-error", "(none)"},
  };
  for (const Row& row : kRows) {
    for (const std::string_view head :
         {"[Wed Oct 11 14:32:52 2023] [error] [client 203.0.113.7] ",
          "[Wed Oct 11 14:32:52.123456 2023] [auth_basic:error] [pid 12:tid 34] [client "
          "203.0.113.7:5555] AH01617: ",
          "[Wed Oct 11 14:32:52.123456 2023] [:error] [pid 12] (13)Permission denied: [client "
          "203.0.113.7:5555] ",
          "[authz_core:error] [pid 12] [remote 203.0.113.7:5555] AH01630: "}) {
      CAPTURE(row.message);
      CAPTURE(head);
      Sample line(std::string(head) + std::string(row.message));
      REQUIRE(line.error());
      CHECK(line.action() == row.action);
      CHECK(line[Field::SourceIp] == "203.0.113.7");
      CHECK(line[Field::UserName] == row.user);
    }
  }
}

TEST_CASE("Apache's fields are where they belong") {
  Sample line(
      "[Wed Oct 11 14:32:52.250 2023] [core:error] [pid 12:tid 34] [client 2001:db8::7:8080] "
      "AH00126: "
      "Invalid URI in request GET /cgi-bin/.%2E/x HTTP/1.1, referer: https://example.com/");
  REQUIRE(line.error());
  CHECK(line[Field::SourceIp] == "2001:db8::7");
  CHECK(line[Field::SourcePort] == "8080");
  CHECK(line[Field::EventCode] == "AH00126");
  CHECK(line[Field::UrlOriginal] == "/cgi-bin/.%2E/x");
  CHECK(line[Field::HttpReferrer] == "https://example.com/");
  CHECK(line[Field::ProcessPid] == "12");
  CHECK(line.event().time != Time{});
  Sample bracketed(
      "[Sat Jul 20 22:11:44.147674 2013] [authz_owner:error] [pid 17540:tid 1] [client "
      "[2001:db8::7]:51548] x");
  REQUIRE(bracketed.error());
  CHECK(bracketed[Field::SourceIp] == "2001:db8::7");
}

TEST_CASE("a path that looks like Apache's head forges no address") {
  Sample line(
      "[Sat Jun 01 02:17:42 2013] [error] [client 203.0.113.7] File does not exist: "
      "/srv/[client 198.51.100.1] user root not found");
  REQUIRE(line.error());
  CHECK(line.action() == "http-not-found");
  CHECK(line[Field::SourceIp] == "203.0.113.7");
  CHECK(line[Field::UserName] == "(none)");
  Sample system(
      "[Sat Jun 01 02:17:42 2013] [error] some words [client 198.51.100.1] user root not found: "
      "/");
  REQUIRE(system.error());
  CHECK(system[Field::SourceIp] == "(none)");
}

TEST_CASE("a head of Apache's that breaks off is still a line of Apache's") {
  for (const std::string_view text :
       {"[Wed Oct 11 14:32:52 2023] [error] [pid",
        "[Wed Oct 11 14:32:52 2023] [error] [client 203.0.113.7",
        "[core:error] [pid 34] (13)Denied: [client [2001:db8::7]:1"}) {
    CAPTURE(text);
    Sample line(text);
    REQUIRE(line.error());
    CHECK(line[Field::SourceIp] == "(none)");
  }
}

TEST_CASE("lighttpd and LiteSpeed name user and address") {
  struct Row {
    std::string_view line, user;
  };
  static constexpr Row kRows[] = {
      {"2018-01-16 14:10:32: (mod_auth.c.525) password doesn't match for /x username: bob, IP: "
       "203.0.113.7",
       "bob"},
      {"2021-09-30 16:05:33: mod_auth.c.828) password doesn't match for /x username: bob IP: "
       "203.0.113.7",
       "bob"},
      {"(mod_auth.c.853) password doesn't match for / username: bob IP: 203.0.113.7", "bob"},
      {"2021-09-30 17:44:37: (mod_auth.c.791) digest: auth failed for  bob : wrong password, IP: "
       "203.0.113.7",
       "bob"},
      {"2013-08-25 00:24:55: (http_auth.c.877) get_password failed, IP: 203.0.113.7", "(none)"},
      {"2018-01-16 14:10:32: (mod_auth.c.525) password doesn't match for /x username: b, IP: "
       "198.51.100.1, IP: 203.0.113.7",
       "b, IP: 198.51.100.1"},
      {"2022-06-09 12:22:07.353044 [INFO] [1226038] [203.0.113.7:61120-5#Example] User 'bob' "
       "failed to authenticate.",
       "bob"},
      {"2022-06-08 22:49:20.774649 [NOTICE] [1226033] [203.0.113.7:45164:HTTP2-41#_AdminVHost] "
       "[STDERR] [WebAdmin "
       "Console] Failed Login Attempt - username:bob ip:203.0.113.7 url:",
       "bob"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.line);
    Sample line(row.line);
    REQUIRE(line.error());
    CHECK(line.action() == "http-login-failed");
    CHECK(line[Field::SourceIp] == "203.0.113.7");
    CHECK(line[Field::UserName] == row.user);
  }
}

TEST_CASE("lines of other kinds are left to others") {
  for (const std::string_view text : {
           "",
           "[",
           "[]",
           "[x] [y] z z z z",
           "2024/01/02",
           "2024/01/02 03:04:05 words without a level",
           "2024/01/02 03:04:05 [error] not a worker: x",
           "2024-01-02 03:04:05 words",
           "[ 12.345678] usb 1-1: new device",
           "[error] a lonely level of something",
           R"(203.0.113.7 - - [10/Oct/2023:13:55:36 +0200] "GET / HTTP/1.1" 200 1)",
       }) {
    CAPTURE(text);
    CHECK_FALSE(Sample(text).error());
  }
}

TEST_SUITE_END();

}  // namespace
}  // namespace vedette::decode
