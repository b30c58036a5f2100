#include "decode/web_testing.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::Sample;

constexpr std::string_view kWhen = "[10/Oct/2023:13:55:36 +0200]";

std::string at(std::string_view before, std::string_view behind) {
  return std::string(before) + std::string(kWhen) + std::string(behind);
}

TEST_SUITE_BEGIN("decode/web_access");

TEST_CASE("a line of the combined format has all its fields") {
  Sample line(
      at("203.0.113.7 - alice ",
         R"( "GET /index.php?id=1%27 HTTP/1.1" 404 512 "https://example.com/" "curl/8.1")"));
  REQUIRE(line.access());
  CHECK(line.action() == "http-request");
  CHECK(line.event().outcome == Outcome::Failure);
  CHECK(line.event().dataset == Dataset::WebAccess);
  CHECK(line.time() == "2023-10-10T11:55:36Z");
  CHECK(line[Field::SourceIp] == "203.0.113.7");
  CHECK(line[Field::UserName] == "alice");
  CHECK(line[Field::HttpMethod] == "GET");
  CHECK(line[Field::UrlOriginal] == "/index.php?id=1%27");
  CHECK(line[Field::UrlPath] == "/index.php");
  CHECK(line[Field::UrlQuery] == "id=1%27");
  CHECK(line[Field::UrlDecoded] == "/index.php?id=1'");
  CHECK(line[Field::HttpVersion] == "1.1");
  CHECK(line[Field::HttpStatus] == "404");
  CHECK(line[Field::HttpBodyBytes] == "512");
  CHECK(line[Field::HttpReferrer] == "https://example.com/");
  CHECK(line[Field::UserAgent] == "curl/8.1");
}

TEST_CASE("the sender is found in every order of the first words") {
  struct Row {
    std::string_view before, source, user, domain;
  };
  static constexpr Row kRows[] = {
      {"203.0.113.7 - - ", "203.0.113.7", "(none)", "(none)"},
      {"2001:db8::7 - - ", "2001:db8::7", "(none)", "(none)"},
      {"[2001:db8::7] - - ", "2001:db8::7", "(none)", "(none)"},
      {"203.0.113.7 - ", "203.0.113.7", "(none)", "(none)"},
      {"203.0.113.7:4711 - - ", "203.0.113.7", "(none)", "(none)"},
      {"203.0.113.7 - alice smith ", "203.0.113.7", "alice smith", "(none)"},
      {"203.0.113.7 - 198.51.100.1 ", "203.0.113.7", "198.51.100.1", "(none)"},
      {"www.example.com:80 203.0.113.7 - - ", "203.0.113.7", "(none)", "www.example.com"},
      {"www.example.com 203.0.113.7 - bob ", "203.0.113.7", "bob", "www.example.com"},
      {"192.0.2.1:443 203.0.113.7 - - ", "203.0.113.7", "(none)", "192.0.2.1"},
      {"192.0.2.1 203.0.113.7 - - ", "203.0.113.7", "(none)", "192.0.2.1"},
      {"203.0.113.7 www.example.com - ", "203.0.113.7", "-", "www.example.com"},
      {"203.0.113.7 192.0.2.1 - ", "203.0.113.7", "-", "192.0.2.1"},
      {"example.com 203.0.113.7 - 0123abcd - ", "203.0.113.7", "0123abcd -", "example.com"},
      {"198.51.100.1, 203.0.113.7 - eve ", "203.0.113.7", "eve", "(none)"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.before);
    Sample line(at(row.before, R"( "GET / HTTP/1.1" 200 1 "-" "-")"));
    REQUIRE(line.access());
    CHECK(line[Field::SourceIp] == row.source);
    if (row.user != "-") CHECK(line[Field::UserName] == row.user);
    CHECK(line[Field::UrlDomain] == row.domain);
  }
}

TEST_CASE("a host name instead of an address is source.address") {
  Sample line(at("dialup.example.net - - ", R"( "GET / HTTP/1.0" 200 5)"));
  REQUIRE(line.access());
  CHECK(line[Field::SourceAddress] == "dialup.example.net");
  CHECK(line[Field::SourceIp] == "(none)");
}

TEST_CASE("a user name that looks like the rest of a line forges nothing") {
  Sample line(at(R"(203.0.113.7 - x [01/Jan/2020:00:00:00 +0000] \"GET /forged HTTP/1.1\" 200 1 )",
                 R"( "GET /real HTTP/1.1" 401 12 "-" "-")"));
  REQUIRE(line.access());
  CHECK(line[Field::SourceIp] == "203.0.113.7");
  CHECK(line[Field::UrlOriginal] == "/real");
  CHECK(line.time() == "2023-10-10T11:55:36Z");
}

TEST_CASE("marks inside of a request do not end it") {
  struct Row {
    std::string_view request, target;
  };
  static constexpr Row kRows[] = {
      {R"(GET /a\"b HTTP/1.1)", R"(/a\"b)"},
      {R"(GET /a\x22b HTTP/1.1)", R"(/a\x22b)"},
      {R"(GET /a"b HTTP/1.1)", R"(/a"b)"},  // a server that escapes nothing
      {R"(GET /a\\ HTTP/1.1)", R"(/a\\)"},
      {R"(GET /a\)", R"(/a\)"},  // one that does not escape backslashes
      {R"(GET /a b c HTTP/1.1)", "/a b c"},
      {R"(GET /no-version)", "/no-version"},
      {R"(GET http://example.org:8080/x HTTP/1.1)", "http://example.org:8080/x"},
      {R"(CONNECT example.org:25 HTTP/1.1)", "example.org:25"},
      {R"(OPTIONS * HTTP/1.0)", "*"},
      {R"(get / HTTP/1.1)", "/"},
      {R"(PROPFIND /dav HTTP/2.0)", "/dav"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.request);
    Sample line(
        at("203.0.113.7 - - ", " \"" + std::string(row.request) + "\" 404 5 \"-\" \"agent\""));
    REQUIRE(line.access());
    CHECK(line.action() == "http-request");
    CHECK(line[Field::UrlOriginal] == row.target);
    CHECK(line[Field::HttpStatus] == "404");
    CHECK(line[Field::UserAgent] == "agent");
  }
}

TEST_CASE("what is no request is malformed, and still from somewhere") {
  for (const std::string_view request :
       {R"(\x16\x03\x01\x02)", "-", "", "HELP", R"(lv|'|'|a Win XP)", R"(\x03\x00/*\xE0 Cookie: m)",
        "GET"}) {
    CAPTURE(request);
    Sample line(at("203.0.113.7 - - ", " \"" + std::string(request) + "\" 400 226 \"-\" \"-\""));
    REQUIRE(line.access());
    CHECK(line.action() == "http-malformed");
    CHECK(line.event().outcome == Outcome::Failure);
    CHECK(line[Field::SourceIp] == "203.0.113.7");
    CHECK(line[Field::HttpStatus] == "400");
  }
}

TEST_CASE("lines that a tool wrapped in marks are unwrapped") {
  for (const std::string_view text : {
           R"("203.0.113.7 - - [10/Oct/2023:13:55:36 +0200] "GET /w HTTP/1.1" 30)"
           R"(3 382 "http://e/" "agent"")",
           R"("203.0.113.7 - - [10/Oct/2023:13:55:36 +0200] ""GET /w HTTP/1.1"" )"
           R"(303 382 ""http://e/"" ""agent""")",
           R"("203.0.113.7 - - [10/Oct/2023:13:55:36 +0200] \"GET /w HTTP/1.1\" )"
           R"(303 382 \"http://e/\" \"agent\"")",
           R"("203.0.113.7 - - [10/Oct/2023:13:55:36 +0200] "GET /w HTTP/1.1" 30)"
           R"(3 382 "http://e/" "agent")",
       }) {
    CAPTURE(text);
    Sample line(text);
    REQUIRE(line.access());
    CHECK(line[Field::SourceIp] == "203.0.113.7");
    CHECK(line[Field::UrlOriginal] == "/w");
    CHECK(line[Field::HttpStatus] == "303");
    CHECK(line[Field::HttpReferrer] == "http://e/");
    CHECK(line[Field::UserAgent] == "agent");
  }
  Sample common(R"("203.0.113.7 - - [10/Oct/2023:13:55:36 +0200] "GET / HTTP/1.1" 200 12")");
  REQUIRE(common.access());
  CHECK(common[Field::HttpBodyBytes] == "12");
}

TEST_CASE("fields behind the agent or before the referrer do no harm") {
  for (const std::string_view behind : {
           R"( "GET /x HTTP/1.1" 200 7 "-" "agent" 502 0.001 [up] [] 192.0.2.1:80 13 0.0 200 0af)",
           R"( "GET /x HTTP/1.1" 200 7 "-" "agent" "198.51.100.1")",
           R"( "GET /x HTTP/1.1" 200 7 "-" "agent" 72 "front" "http://192.0.2.1:80" 0ms)",
           R"( "GET /x HTTP/1.1" 200 7 0.005 "-" "agent")",
           R"( www.example.com "GET /x HTTP/1.1" 200 7 "-" "agent" + 293 1149 546)",
           R"( "GET /x HTTP/1.1" 200 7 "agent")",
       }) {
    CAPTURE(behind);
    Sample line(at("203.0.113.7 - - ", behind));
    REQUIRE(line.access());
    CHECK(line[Field::UrlOriginal] == "/x");
    CHECK(line[Field::HttpBodyBytes] == "7");
    CHECK(line[Field::UserAgent] == "agent");
    CHECK(line[Field::HttpReferrer] == "(none)");
  }
}

TEST_CASE("an absolute target gives the domain") {
  Sample line(at("203.0.113.7 - - ", R"( "GET http://u@example.org:8080/p?q HTTP/1.1" 400 0)"));
  REQUIRE(line.access());
  CHECK(line[Field::UrlDomain] == "example.org");
  CHECK(line[Field::UrlPath] == "/p");
  CHECK(line[Field::UrlQuery] == "q");
}

TEST_CASE("other servers' formats are understood") {
  struct Row {
    std::string_view line, source, target, status;
  };
  static constexpr Row kRows[] = {
      {R"(203.0.113.7:58444 [14/Nov/2023:22:45:25.439] main app/app1 1/0/1/0/2 4)"
       R"(03 5168 - - ---- 3/3/0/0/0 0/0 {x} "GET /h HTTP/1.1")",
       "203.0.113.7", "/h", "403"},
      {R"(2001:db8::7:5844 [14/Nov/2023:22:45:25.439] main app/<NOSRV> -1/-1/-1/)"
       R"(-1/0 401 248 - - PR-- 0/0/0/0/0 0/0 "GET /h HTTP/1.1")",
       "2001:db8::7", "/h", "401"},
      {R"([10/Feb/2024:21:25:15 +0100] - 404 404 - GET https api.example.org "/v)"
       R"(1" [Client 203.0.113.7] [Length 5] [Gzip -] [Sent-to 192.0.2.1] "agent)"
       R"(" "-")",
       "203.0.113.7", "/v1", "404"},
      {R"([10/Feb/2024:21:25:15 +0100] 404 - GET https api.example.org "/v1" [Cl)"
       R"(ient 203.0.113.7] [Length 5] [Gzip -] "agent" "-")",
       "203.0.113.7", "/v1", "404"},
      {R"([10/Feb/2024:21:23:40 +0100] wings.example.com 203.0.113.7 0.002 "GET )"
       R"(/n HTTP/1.1" 401 77 935 - Agent/1 (x))",
       "203.0.113.7", "/n", "401"},
      {R"([2024-02-10T21:17:00.310Z] "POST /e HTTP/2" 204 - 154 0 226 100 "203.0)"
       R"(.113.7, 10.0.0.2" "agent" "id" "host" "tcp://10.0.2.1:80")",
       "203.0.113.7", "/e", "204"},
      {R"(https 2024-02-10T21:23:00.186641Z app/lb/1 203.0.113.7:44740 192.0.2.1)"
       R"(:80 0.086 0.048 0.037 502 - 0 57 "GET https://www.example.com:443/a HT)"
       R"(TP/1.1" "agent" ECDHE TLSv1.2 arn)",
       "203.0.113.7", "https://www.example.com:443/a", "502"},
      {R"(2024-02-10T21:23:00.186641Z lb 203.0.113.7:44740 192.0.2.1:80 0.086 0.)"
       R"(048 0.037 200 200 0 57 "GET http://www.example.com:80/a HTTP/1.1" "age)"
       R"(nt" - -)",
       "203.0.113.7", "http://www.example.com:80/a", "200"},
      {"1707600000.123      4 203.0.113.7 TCP_DENIED/403 4099 GET http://www.example.com/p - "
       "HIER_NONE/- text/html",
       "203.0.113.7", "http://www.example.com/p", "403"},
      {"2024-02-10 21:23:00 192.0.2.1 GET /iis x=1 443 - 203.0.113.7 Agent/1+(x) - 404 0 2 15",
       "203.0.113.7", "/iis?x=1", "404"},
      {"2024-02-10 21:23:00 192.0.2.1 GET /iis - 443 - 203.0.113.7 Agent/1+(x) 404 0 2 15",
       "203.0.113.7", "/iis", "404"},
      {R"(203.0.113.7 - - [10/Feb/2024 21:23:00] "GET /py HTTP/1.1" 404 -)", "203.0.113.7", "/py",
       "404"},
  };
  for (const Row& row : kRows) {
    CAPTURE(row.line);
    Sample line(row.line);
    REQUIRE(line.access());
    CHECK(line.action() == "http-request");
    CHECK(line[Field::SourceIp] == row.source);
    CHECK(line[Field::UrlOriginal] == row.target);
    CHECK(line[Field::HttpStatus] == row.status);
    CHECK(line.time() != "");
  }
}

TEST_CASE("a request cannot name another client to the proxy manager's format") {
  Sample line(R"([10/Feb/2024:21:25:15 +0100] - 404 404 - GET https a.example "/x [Clie)"
              R"(nt 198.51.100.1]" [Client 203.0.113.7] [Length 5] [Gzip -] "a" "-")");
  REQUIRE(line.access());
  CHECK(line[Field::SourceIp] == "203.0.113.7");
}

TEST_CASE("lines of other kinds are left to others") {
  for (const std::string_view text : {
           "",
           "\"",
           "\"\"",
           "[",
           "203.0.113.7",
           "just some words that mean nothing at all",
           R"(Oct 10 13:55:36 host app: user "x" did [something])",
           R"([Wed Oct 11 14:32:52 2000] [error] [client 203.0.113.7] user "x" not found)",
           R"(2023/10/10 13:55:36 [error] 1#1: *4 user "x": password mismatch, c)"
           R"(lient: 203.0.113.7)",
           R"(203.0.113.7 - - [10/Oct/2023:13:55:36 +0200] "GET / HTTP/1.1)",
           R"({"log":"x","time":"2023-10-10T13:55:36Z"})",
       }) {
    CAPTURE(text);
    CHECK_FALSE(Sample(text).access());
  }
}

TEST_CASE("only wanted fields are stored") {
  FieldSet wanted;
  wanted.set(index(Field::HttpStatus));
  EventBatch batch(wanted);
  LocalZone zone;
  const std::string text = at("203.0.113.7 - - ", R"( "GET /%41 HTTP/1.1" 200 1 "-" "agent")");
  batch.begin(text);
  REQUIRE(decode_web_access(text, zone, batch));
  batch.end();
  CHECK(batch.values(batch.events()[0]).size() == 1);
}

TEST_SUITE_END();

}  // namespace
}  // namespace vedette::decode
