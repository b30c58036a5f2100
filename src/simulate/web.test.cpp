#include "simulate/web.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

const Request kRefused{.target = "/admin/?a=1",
                       .user = "eve",
                       .status = 401,
                       .bytes = 12,
                       .referrer = "-",
                       .agent = "curl/8.5.0",
                       .trouble = Trouble::WrongPassword};

TEST_SUITE("simulate/web") {
  TEST_CASE("access lines in their three forms") {
    const std::string common =
        R"( - eve [05/Jan/2026:00:00:00 +0000] "GET /admin/?a=1 HTTP/1.1" 401 12)";
    struct Case {
      std::string_view format, before, after;
    };
    for (const auto& [format, before, after] :
         {Case{"web-common", "", ""},
          {"web", "", R"( "-" "curl/8.5.0")"},
          {"web-vhost", "www.example.org:443 ", R"( "-" "curl/8.5.0")"}}) {
      Bench bench(format);
      answer(bench.script, bench.peer, kRefused);
      CHECK(bench.texts() ==
            std::vector{std::string(before) + bench.peer.text + common + std::string(after)});
    }
  }

  TEST_CASE("the reason stands in the error log of nginx") {
    Bench bench("nginx-error");
    answer(bench.script, bench.peer, kRefused);
    CHECK(bench.texts() ==
          std::vector{"2026/01/05 00:00:00 [error] 1123#1123: *1 user \"eve\": password mismatch, "
                      "client: " +
                      bench.peer.text +
                      ", server: www.example.org, request: \"GET /admin/?a=1 HTTP/1.1\", host: "
                      "\"www.example.org\""});
  }

  TEST_CASE("the reason stands in the error log of Apache") {
    Bench bench("apache-error");
    answer(bench.script, bench.peer, kRefused);
    const auto lines = bench.texts();
    REQUIRE(lines.size() == 1);
    CHECK(
        lines[0].starts_with("[Mon Jan 05 00:00:00.000000 2026] [auth_basic:error] [pid 1123:tid "
                             "139872064653056] [client " +
                             bench.peer.text + ":"));
    CHECK(lines[0].ends_with(
        "] AH01617: user eve: authentication failure for \"/admin/\": Password Mismatch"));
  }

  TEST_CASE("what is no HTTP has no target") {
    Bench bench("web");
    answer_malformed(bench.script, bench.peer, "\\x16\\x03\\x01");
    const Line& line = bench.stage.pop();
    CHECK(line.text.ends_with(R"(] "\x16\x03\x01" 400 157 "-" "-")"));
    CHECK(line.fact.action == Action::HttpMalformed);
  }

  TEST_CASE("every kind of trouble gives one line in either error log") {
    for (const std::string_view format : {"nginx-error", "apache-error"}) {
      Bench bench(format);
      for (int i = 1; i <= static_cast<int>(Trouble::Upstream); ++i) {
        Request request = kRefused;
        request.trouble = static_cast<Trouble>(i);
        answer(bench.script, bench.peer, request);
      }
      CHECK(bench.texts().size() == static_cast<std::size_t>(Trouble::Upstream));
    }
  }
}

}  // namespace
}  // namespace vedette::simulate
