#include "simulate/options.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

TEST_SUITE("simulate/options") {
  TEST_CASE("a format names its file and its form") {
    Options options;
    REQUIRE(add_format("apache-error", options));
    CHECK(options.wants(Stream::Error));
    CHECK_FALSE(options.wants(Stream::Access));
    CHECK(options.error == ErrorForm::Apache);
    REQUIRE(add_format("mixed", options));
    CHECK(options.streams.all());
  }

  TEST_CASE("an unknown format is answered with the known ones") {
    Options options;
    const auto result = add_format("syslog-ng", options);
    REQUIRE_FALSE(result);
    CHECK(result.error().code == Errc::UsageError);
    CHECK(contains(result.error().detail, "syslog-ng"));
    CHECK(contains(result.error().detail, "nginx-error"));
  }

  TEST_CASE("only named attacks remain") {
    Options options;
    REQUIRE(set_attacks("ssh-probe,web-xss", options));
    CHECK(options.attacks.count() == 2);
    CHECK(options.attacks[static_cast<std::size_t>(Attack::WebXss)]);
    CHECK_FALSE(set_attacks("ssh-probe,web-xxs", options));
  }

  TEST_CASE("a scene is a month with three of each quiet attack, and there is no other") {
    Options options;
    CHECK((options.attacks & ~kLoud).none());
    REQUIRE(set_scene("month", options));
    CHECK(options.life == Life::Habits);
    CHECK(options.duration == std::chrono::hours{30 * 24});
    CHECK((options.attacks & kLoud).none());
    CHECK(options.attackers == 30);
    const auto result = set_scene("year", options);
    REQUIRE_FALSE(result);
    CHECK(contains(result.error().detail, "month"));
  }

  TEST_CASE("spans have a unit and are positive and finite") {
    struct Case {
      std::string_view text;
      std::int64_t seconds;  // 0: refused
    };
    for (const Case& test : {Case{"90s", 90},
                             {"30m", 1800},
                             {"12h", 43200},
                             {"7d", 604800},
                             {"2w", 1209600},
                             {"7", 0},
                             {"d", 0},
                             {"", 0},
                             {"-1d", 0},
                             {"0s", 0},
                             {"1.5h", 0},
                             {"99999999999d", 0},
                             {"10y", 0}}) {
      CAPTURE(test.text);
      const auto span = parse_span(test.text);
      CHECK(span.has_value() == (test.seconds != 0));
      if (span) CHECK(*span == std::chrono::seconds{test.seconds});
    }
  }

  TEST_CASE("headers are chosen by name") {
    Options options;
    REQUIRE(set_header("rfc5424", options));
    CHECK(options.header == SyslogHeader::Rfc5424);
    CHECK_FALSE(set_header("rfc3165", options));
  }

  TEST_CASE("the population grows with the lines, and a wish is kept") {
    Options options;
    options.lines_max = 10'000'000;
    options.attackers = 5;
    choose_population(options, false, true);
    CHECK(options.users == 5'000);
    CHECK(options.attackers == 5);
  }
}

}  // namespace
}  // namespace vedette::simulate
