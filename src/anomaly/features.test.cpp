#include "anomaly/features.h"

#include "anomaly/log_scale.h"

#include <doctest/doctest.h>

#include <limits>
#include <set>
#include <string>

namespace vedette::anomaly {
namespace {

constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

float scaled(std::uint64_t count) {
  return log_scale(count);
}

TEST_SUITE("anomaly/features") {
  TEST_CASE("every feature has a name of its own, a formula, and a reason with its value") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < kFeatures; ++i) {
      const auto feature = static_cast<Feature>(i);
      const FeatureInfo& info = describe(feature);
      CHECK(names.insert(info.text).second);
      CHECK_FALSE(info.formula.empty());
      CHECK(info.reason.find("{value}") != std::string_view::npos);
      CHECK((info.technique.empty() || info.technique.starts_with("T1")));
      bool any = false;
      for (std::size_t kind = 0; kind < kKinds; ++kind) {
        any |= concerns(feature, static_cast<Kind>(kind));
      }
      CHECK(any);
      const std::string known = format_reason(feature, 2, 1),
                        bare = format_reason(feature, 2, kUnknown);
      for (const std::string& text : {known, bare}) {
        CHECK(text.find_first_of("{}[]") == std::string::npos);
        CHECK(text.find("nan") == std::string::npos);
      }
    }
  }

  TEST_CASE("reasons say the value, and what is usual where that is known") {
    CHECK(format_reason(Feature::Users5m, scaled(40), scaled(1)) ==
          "40 users tried in 5 minutes, usually 1");
    CHECK(format_reason(Feature::Users5m, scaled(40), kUnknown) == "40 users tried in 5 minutes");
    CHECK(format_reason(Feature::ClientErrors, 0.9375f, kUnknown) ==
          "94 % of its requests were refused or led nowhere");
    CHECK(format_reason(Feature::RarityMax, 10, kUnknown) ==
          "did something 1,000 times rarer than what everybody does");
  }

  TEST_CASE("values come back in the units people count in") {
    for (const std::uint64_t count : {0u, 1u, 7u, 1000u, 1'000'000u}) {
      CHECK(natural(Feature::Events5m, scaled(count)) ==
            doctest::Approx(static_cast<double>(count)).epsilon(1e-4));
    }
    CHECK(natural(Feature::FailureShare, 0.25f) == 0.25);
    CHECK(natural(Feature::EventsOverUsual, 3) == 8);
    CHECK(natural(Feature::EventsOverUsual, -1) == 0.5);
    CHECK(natural(Feature::Events5m, -3) == 0);
    CHECK(natural(Feature::Events5m, kUnknown) == 0);
    CHECK(natural(Feature::FailureShare, 7) == 1);
  }

  TEST_CASE("numbers are rounded for people") {
    CHECK(format_value(Feature::Events5m, scaled(99)) == "99");
    CHECK(format_value(Feature::Events5m, scaled(1234)) == "1,200");
    CHECK(format_value(Feature::Events5m, scaled(9'960'000)) == "10,000,000");
    CHECK(format_value(Feature::Bytes1d, scaled(0)) == "0 bytes");
    CHECK(format_value(Feature::Bytes1d, scaled(3'240'000)) == "3.2 MB");
    CHECK(format_value(Feature::Bytes1d, scaled(999'900)) == "1.0 MB");
    CHECK(format_value(Feature::Bytes1d, 64) == "18447 PB");
    CHECK(format_value(Feature::GapMean, scaled(0)) == "0.0 s");
    CHECK(format_value(Feature::GapMean, scaled(90)) == "90 s");
    CHECK(format_value(Feature::GapMean, scaled(3600)) == "60 min");
    CHECK(format_value(Feature::GapMean, scaled(86400)) == "24 h");
    CHECK(format_value(Feature::GapMean, scaled(10 * 86400)) == "10 d");
    CHECK(format_value(Feature::EventsOverUsual, 2) == "4.0 times");
    CHECK(format_value(Feature::RarityMean, 0.1f) == "no rarer");
    CHECK(format_value(Feature::PathEntropy, 4.25f) == "4.2 bits per byte");
  }

  TEST_CASE("a kind is found by its name") {
    for (std::size_t k = 0; k < kKinds; ++k) {
      CHECK(parse_kind(to_string(static_cast<Kind>(k))) == static_cast<Kind>(k));
    }
    CHECK(!parse_kind("User"));
    CHECK(!parse_kind(""));
  }

  TEST_CASE("a column that says nothing about a kind is known to") {
    CHECK(concerns(Feature::Users5m, Kind::Source));
    CHECK_FALSE(concerns(Feature::Users5m, Kind::User));
    CHECK(concerns(Feature::Events5m, Kind::Session));
    CHECK(to_string(Kind::Session) == "session");
  }
}

}  // namespace
}  // namespace vedette::anomaly
