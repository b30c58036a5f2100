#include "decode/syslog_time.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <optional>
#include <string>

namespace vedette::decode {
namespace {

const Time kWrittenBy = *parse_rfc3339("2024-06-10T00:00:00Z");

struct Taken {
  std::optional<Time> time;
  std::string_view rest;
  bool operator==(const Taken&) const = default;
};

Taken take(SyslogTimeReader& reader, std::string_view text, Time written_by) {
  Time time;
  const bool taken = reader.take(text, written_by, time);
  return {taken ? std::optional(time) : std::nullopt, text};
}

char any_byte(Random& random) {
  static constexpr std::string_view kBytes = "0123456789:-T .,+Zae\t";
  return kBytes[random.below(kBytes.size())];
}

/// A time such as programs write, or one with a byte or two of it changed.
std::string any_time(Random& random) {
  static constexpr std::string_view kForms[] = {"2024-06-07T03:04:05.123456+00:00 host",
                                                "2024-06-07T03:04:05Z host",
                                                "2024-06-07 03:04:05,123 host",
                                                "2024-06-07T03:05:59.1234567890+02:00 host",
                                                "2024-02-29T23:59:60-0730 host",
                                                "2023-02-29T23:59:60Z host",
                                                "Jun  7 03:04:05 host sshd[1]: x",
                                                "Jun  7 2024 03:04:05 host",
                                                "2023 Jun  7 03:04:05 host",
                                                "Fri Jun  7 03:04:05 2024 host",
                                                "Feb 29 03:04:05 host",
                                                "Jun  7 3:4:05 host",
                                                "Jun  7 3:4: 2024 host",
                                                "Jun  7 12:4 2024 host",
                                                "Dec 31 23:59:59.5 UTC host",
                                                "Jun 11 03:04:05 host"};
  std::string text{kForms[random.below(std::size(kForms))]};
  for (auto changes = random.below(3); changes > 0; --changes) {
    text[random.below(static_cast<std::uint32_t>(text.size()))] = any_byte(random);
  }
  if (random.below(8) == 0) text.resize(random.below(20));
  return text;
}

TEST_SUITE("decode/syslog_time") {
  TEST_CASE("what was read before does not change how a time is read") {
    LocalZone zone;
    SyslogTimeReader used(zone);
    Random random(7);
    for (int i = 0; i < 200'000; ++i) {
      const std::string text = any_time(random);
      const Time written_by =
          random.below(4) == 0 ? kWrittenBy - std::chrono::days{random.below(400)} : kWrittenBy;
      SyslogTimeReader fresh(zone);
      const Taken expected = take(fresh, text, written_by);
      CAPTURE(text);
      REQUIRE(take(used, text, written_by) == expected);
      REQUIRE(take(used, text, written_by) == expected);
    }
  }

  TEST_CASE("a fraction has as many digits as the program likes") {
    LocalZone zone;
    SyslogTimeReader reader(zone);
    const auto nanoseconds = [&](std::string text) {
      text = "2024-06-07T03:04:05" + text + "Z host";
      const Taken taken = take(reader, text, kWrittenBy);
      REQUIRE(taken.time);
      CHECK(taken.rest == " host");
      return (*taken.time - *parse_rfc3339("2024-06-07T03:04:05Z")).count();
    };
    CHECK(nanoseconds("") == 0);
    CHECK(nanoseconds(".5") == 500'000'000);
    CHECK(nanoseconds(",123") == 123'000'000);
    CHECK(nanoseconds(".123456789") == 123'456'789);
    CHECK(nanoseconds(".1234567899999") == 123'456'789);
    CHECK(nanoseconds(".0000000001") == 0);
  }
}

}  // namespace
}  // namespace vedette::decode
