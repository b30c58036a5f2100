#include "anomaly/peaks.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::anomaly;

TEST_SUITE("anomaly/peaks") {
  TEST_CASE("a threshold lets through no more than the budget of the days before") {
    Peaks peaks;
    for (std::int64_t day = 100; day < 105; ++day) {
      for (int entity = 0; entity < 10; ++entity) {
        peaks.rise(Kind::User, day, 0, 0.05f + 0.1f * static_cast<float>(entity));
      }
    }
    // Each day one entity is above 0.9, two are above 0.8, and so on.
    CHECK(peaks.threshold(Kind::User, 105, 1, 0, 1, 0.7f) == doctest::Approx(0.86).epsilon(0.01));
    CHECK(peaks.threshold(Kind::User, 105, 3, 0, 1, 0.7f) == doctest::Approx(0.66).epsilon(0.01));
    CHECK(peaks.threshold(Kind::User, 105, 3, 0.8f, 1, 0.7f) == doctest::Approx(0.8));
    CHECK(peaks.threshold(Kind::User, 105, 100, 0.55f, 1, 0.7f) == doctest::Approx(0.55));
    CHECK(peaks.threshold(Kind::Host, 105, 1, 0.55f, 1, 0.7f) == doctest::Approx(0.55));
  }

  TEST_CASE("how many alarms a day a threshold would have given is known once it can be") {
    Peaks peaks;
    for (std::int64_t day = 100; day < 104; ++day) {
      for (const float score : {0.3f, 0.55f, 0.9f}) peaks.rise(Kind::Network, day, 0, score);
    }
    CHECK_FALSE(peaks.alarms_per_day(Kind::Network, 102, 0.5f).has_value());
    CHECK(peaks.alarms_per_day(Kind::Network, 104, 0.5f) == 2.0);
    CHECK(peaks.alarms_per_day(Kind::Network, 104, 0.95f) == 0.0);
    CHECK(peaks.alarms_per_day(Kind::Host, 104, 0.5f) == 0.0);
  }

  TEST_CASE("while there are too few days that have ended, the given threshold holds") {
    Peaks peaks;
    peaks.rise(Kind::User, 100, 0, 0.99f);
    peaks.rise(Kind::User, 101, 0, 0.99f);
    peaks.rise(Kind::User, 102, 0, 0.99f);
    CHECK(peaks.threshold(Kind::User, 102, 1, 0, 1, 0.7f) == 0.7f);
    CHECK(peaks.threshold(Kind::User, 103, 0.9, 0, 1, 0.7f) > 0.98f);
    CHECK(peaks.threshold(Kind::User, 200, 1, 0, 1, 0.7f) == 0.7f);  // they are too long ago
  }

  TEST_CASE("an entity's peak that rises counts once") {
    Peaks once, twice;
    once.rise(Kind::Source, 100, 0, 0.8f);
    twice.rise(Kind::Source, 100, 0, 0.3f);
    twice.rise(Kind::Source, 100, 0.3f, 0.8f);
    CHECK(once == twice);
  }

  TEST_CASE("an entity whose lane is another one since it had its peak counts once all the same") {
    Peaks once, here, there;
    once.rise(Kind::Source, 100, 0, 0.8f);
    here.rise(Kind::Source, 100, 0, 0.3f);
    there.rise(Kind::Source, 100, 0.3f, 0.8f);
    std::string bytes;
    Writer out(bytes);
    there.encode(out);
    Reader in(bytes);
    Peaks sum;
    REQUIRE(sum.decode(in));
    sum += here;
    CHECK(sum == once);
  }

  TEST_CASE("the peaks of lanes add up, and come back from bytes as they were") {
    Peaks all, a, b;
    for (std::int64_t i = 0; i < 200; ++i) {
      const auto kind = static_cast<Kind>(i % 5);
      const float score = static_cast<float>(i % 97) / 97;
      all.rise(kind, 100 + i / 25, 0, score);
      (i % 3 == 0 ? a : b).rise(kind, 100 + i / 25, 0, score);
    }
    a += b;
    CHECK(a == all);
    std::string bytes;
    Writer out(bytes);
    all.encode(out);
    Peaks restored;
    Reader in(bytes);
    REQUIRE(restored.decode(in));
    CHECK(restored == all);
    Reader cut(std::string_view(bytes).substr(0, bytes.size() - 1));
    CHECK_FALSE(restored.decode(cut));
  }
}
