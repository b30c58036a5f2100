#include "base/json_appender.h"

#include "base/json_writer.h"
#include "base/random.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <vector>

namespace vedette {
namespace {

/// Mostly plain, as texts are.
std::string some_text(Random& random, std::size_t size_max) {
  std::string bytes(random.below(static_cast<std::uint32_t>(size_max)), 'x');
  for (char& byte : bytes) {
    if (random.below(40) == 0) byte = static_cast<char>(random.below(256));
  }
  return bytes;
}

TEST_SUITE("base/json_appender") {
  TEST_CASE(
      "every value is what JsonWriter writes, however long, and stands behind what was there") {
    Random random(1);
    for (int round = 0; round < 3000; ++round) {
      std::string ours = some_text(random, 40), theirs = ours;
      {
        JsonAppender json(ours);
        JsonWriter writer(theirs);
        json.raw("[0");
        writer.begin_array().integer(0);
        for (std::uint32_t i = random.below(60); i > 0; --i) {
          const std::string text = some_text(random, random.below(20) == 0 ? 5000 : 50);
          const std::uint64_t number = ~std::uint64_t{0} >> random.below(64);
          const Time time{Duration{static_cast<std::int64_t>(number >> 1 | 1)}};
          json.raw(",").string(text).raw(",").number(number).raw(",").time(time);
          writer.string(text).unsigned_integer(number).time(time);
        }
        json.raw("]");
        writer.end_array();
      }
      REQUIRE(ours == theirs);
    }
  }

  TEST_CASE("a byte is escaped the same wherever it stands, in a text of any length") {
    for (std::size_t size = 1; size < 40; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        for (const char byte : std::string_view("\0\x1F !\"#[\\]\x7F\x80\xC3\xFF", 13)) {
          std::string text(size, 'x'), ours, theirs;
          text[at] = byte;
          JsonAppender(ours).string(text);
          append_json_string(theirs, text);
          REQUIRE(ours == theirs);
        }
      }
    }
  }

  TEST_CASE("a number has one digit behind the point at most, as the shortest text of it") {
    Random random(1);
    const auto tenths = [](double value) {
      std::string out;
      JsonAppender(out).tenths(value);
      return out;
    };
    for (int round = 0; round < 20'000; ++round) {
      const double size = std::pow(10.0, static_cast<double>(random.below(14)) - 2);
      double value = static_cast<double>(random.below(1'000'000'007)) / 1'000'000'007 * size;
      if (random.below(10) == 0) value = -value;
      CHECK(tenths(value) == fmt::format("{}", std::round(value * 10) / 10));
    }
    for (int i = 0; i <= 1000; ++i) {
      for (const double nudge : {-0.05, -0.01, 0.0, 0.01, 0.05}) {
        const double value = i / 10.0 + nudge;
        CHECK(tenths(value) == fmt::format("{}", std::round(value * 10) / 10));
      }
    }
    CHECK(tenths(std::numeric_limits<double>::infinity()) == "null");
    CHECK(tenths(std::numeric_limits<double>::quiet_NaN()) == "null");
  }

  TEST_CASE("arrays have commas between their elements, and a time that nobody told is null") {
    std::string out;
    JsonAppender(out)
        .strings(std::vector<std::string>{})
        .strings(std::vector<std::string>{"a"})
        .strings(std::vector<std::string>{"a", "b\n", "c"})
        .time(Time{})
        .string({});
    CHECK(out == R"([]["a"]["a","b\n","c"]null"")");
  }
}

}  // namespace
}  // namespace vedette
