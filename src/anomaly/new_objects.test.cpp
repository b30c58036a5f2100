#include "anomaly/new_objects.h"

#include "anomaly/testing.h"
#include "base/hash.h"

#include <doctest/doctest.h>

#include <cstdint>

namespace vedette::anomaly {
namespace {

using testing::at;
using testing::kMinute;
using testing::kMonday;
using testing::value;

/// Two days of a request a minute for `few` objects in turn, then `others`, each of which is new.
float after(Kind kind, std::uint32_t few, std::uint32_t others) {
  Profile profile;
  Activity request = at(kMonday);
  request.has_request = true;
  const auto ask = [&](std::uint32_t object) {
    request.place = object;
    request.time_ns += kMinute;
    profile.observe(kind, request, {});
  };
  for (std::uint32_t i = 0; i < 2 * 1440; ++i) ask(i % few);
  for (std::uint32_t i = 0; i < others; ++i) ask(1'000'000 + 17 * i);
  return value(profile, kind, Feature::NewObjectsOverUsual);
}

TEST_SUITE("anomaly/new_objects") {
  TEST_CASE("who begins to take one object after the other is unlike itself") {
    for (const Kind kind : {Kind::Source, Kind::User}) {
      CHECK(after(kind, 20, 0) < 0.05f);
      CHECK(after(kind, 20, 40) > 0.6f);
      CHECK(after(kind, 20, 20 * 1440) < 0.1f);  // has become usual
      CHECK(after(kind, 2000, 40) < 0.05f);      // it always did
    }
    CHECK(after(Kind::Network, 20, 40) == 0);  // what others of it ask for is no surprise
  }

  TEST_CASE("events that are no requests change nothing") {
    Profile one, other;
    for (std::uint32_t i = 0; i < 600; ++i) {
      Activity request = at(kMonday + i * kMinute);
      request.has_request = true;
      request.place = i < 500 ? i % 7 : i;
      one.observe(Kind::Source, request, {});
      other.observe(Kind::Source, request, {});
      other.observe(Kind::Source, at(request.time_ns), {});
    }
    CHECK(value(one, Kind::Source, Feature::NewObjectsOverUsual) > 0.5f);
    CHECK(value(one, Kind::Source, Feature::NewObjectsOverUsual) ==
          value(other, Kind::Source, Feature::NewObjectsOverUsual));
  }

  TEST_CASE("what is usual is known once three windows with requests ended") {
    NewObjects objects;
    for (std::uint32_t i = 0; i < 12; ++i) {
      // The first object is new, the next one is not, all others are.
      objects.ask(mix64(i == 1 ? 0 : i), i);
      CHECK((objects.over_usual() != 0) == (i >= 3));
      objects.end_window();
      const float known = objects.over_usual();
      objects.end_window();  // nothing was asked for in it
      CHECK(objects.over_usual() == known);
    }
  }
}

}  // namespace
}  // namespace vedette::anomaly
