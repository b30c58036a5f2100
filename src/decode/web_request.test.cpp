#include "decode/web_request.h"

#include "decode/web_testing.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

TEST_SUITE_BEGIN("decode/web_request");

TEST_CASE("the times of web logs are read, with a zone and without") {
  ::setenv("TZ", "UTC", 1);
  ::tzset();
  LocalZone zone;
  const auto text = [&](std::string_view time) {
    const auto parsed = parse_web_time(time, zone);
    return parsed ? format_rfc3339(*parsed) : std::string("(none)");
  };
  CHECK(text("10/Oct/2000:13:55:36 -0700") == "2000-10-10T20:55:36Z");
  CHECK(text("10/Oct/2000:13:55:36 +0530") == "2000-10-10T08:25:36Z");
  CHECK(text("10/Oct/12xx:13:55:36 -0700") == "(none)");
  CHECK(text("10/Oct/20:;:13:55:36 -0700") == "(none)");
  CHECK(text("1x/Oct/2000:13:55:36 -0700") == "(none)");
  CHECK(text("10/Oct/2000:13:55:36 -0x00") == "(none)");
  CHECK(text("10/Oct/2000:13:55:36") == "2000-10-10T13:55:36Z");
  CHECK(text("10/Oct/2000:13:55:36 ") == "2000-10-10T13:55:36Z");
  CHECK(text("10/Oct/2000 13:55:36") == "2000-10-10T13:55:36Z");
  CHECK(text("10/Oct/2000:13:55:36.125") == "2000-10-10T13:55:36.125Z");
  CHECK(text("2000-10-10T13:55:36.125Z") == "2000-10-10T13:55:36.125Z");
  CHECK(text("2000-10-10T13:55:36+02:00") == "2000-10-10T11:55:36Z");
  CHECK(text("2000-10-10 13:55:36") == "2000-10-10T13:55:36Z");
  for (const auto bad : {"", "10/Okt/2000:13:55:36 -0700", "32/Oct/2000:13:55:36 -0700",
                         "10/Oct/2000:25:55:36 -0700", "10/Oct/2000:13:55:36 -9900",
                         "10/Oct/2000:13:55:36 0700x", "1x/Oct/2000:13:55:36 -0700"}) {
    CAPTURE(bad);
    CHECK(text(bad) == "(none)");
  }
}

TEST_CASE("the client of a list is the last address that is not private, else the first") {
  CHECK(client_of_list("203.0.113.7") == "203.0.113.7");
  CHECK(client_of_list("198.51.100.1, 203.0.113.7") == "203.0.113.7");
  CHECK(client_of_list("203.0.113.7, 10.0.0.1, 192.168.3.4") == "203.0.113.7");
  CHECK(client_of_list("192.168.1.9, 10.0.0.1") == "192.168.1.9");
  CHECK(client_of_list("fd00::9, [fd00::1]:54321") == "fd00::9");
  CHECK(client_of_list("unknown, 203.0.113.7:8080") == "203.0.113.7:8080");
  CHECK(client_of_list("-") == "");
}

TEST_CASE("a mark that a backslash escapes is no end of a quoted text") {
  CHECK(find_quote(R"(ab"c)", 0) == 2);
  CHECK(find_quote(R"(a\"b"c)", 0) == 4);
  CHECK(find_quote(R"(a\\"c)", 0) == 3);
  CHECK(find_quote(R"(a\"c)", 0) == std::string_view::npos);
}

TEST_SUITE_END();

}  // namespace
}  // namespace vedette::decode
