#include "anomaly/testing.h"
#include "base/codec.h"

#include <doctest/doctest.h>

#include <cstring>
#include <string>

namespace vedette::anomaly {
namespace {

using testing::kMinute;
using testing::kMonday;
using testing::kSecond;
using testing::random_activity;

std::string encoded(const Profile& profile) {
  std::string bytes;
  Writer writer(bytes);
  profile.encode(writer);
  return bytes;
}

bool reads(std::string_view bytes) {
  Reader reader(bytes);
  Profile profile;
  return profile.decode(reader) && reader.done();
}

bool same(const Profile& one, const Profile& other) {
  return std::memcmp(&one, &other, sizeof(Profile)) == 0;
}

TEST_SUITE("anomaly/profile_codec") {
  TEST_CASE("a profile is read as it was written, to the bit, and goes on the same") {
    Random random(31);
    for (int round = 0; round < 40; ++round) {
      Profile profile;
      const auto kind = static_cast<Kind>(random.below(kKinds));
      std::int64_t time = kMonday;
      for (int i = 0; i < 400; ++i) {
        time += random.chance(0.05) ? random.below(100'000) * kSecond : random.below(60) * kSecond;
        if (random.chance(0.01)) time -= random.below(100'000) * kMinute;
        const Activity activity = random_activity(random, time, random.chance(0.5) ? 5 : 5000);
        const std::string before = encoded(profile);
        Profile read;
        Reader reader(before);
        if (i > 0) {
          REQUIRE(read.decode(reader));
          CHECK(reader.done());
          CHECK(same(read, profile));
        }
        profile.observe(kind, activity, {});
        read.observe(kind, activity, {});
        CHECK(same(read, profile));
        CHECK(before.size() <= sizeof(Profile) + 3);
      }
    }
  }

  TEST_CASE("a profile of one login is small") {
    Activity login = testing::at(kMonday + 12345 * kSecond + 678, Outcome::Failure);
    for (const Facet facet : {Facet::User, Facet::Source, Facet::Network, Facet::Host}) {
      testing::set(login, facet, 1);
    }
    for (std::size_t kind = 0; kind < kKinds; ++kind) {
      Profile profile;
      profile.observe(static_cast<Kind>(kind), login, {});
      CHECK(encoded(profile).size() <= 80);
    }
  }

  TEST_CASE("what was cut, changed in a way that shows, or is empty is refused") {
    Random random(32);
    Profile profile;
    for (int i = 0; i < 300; ++i) {
      profile.observe(Kind::Source, random_activity(random, kMonday + i * kMinute, 50), {});
    }
    const std::string whole = encoded(profile);
    REQUIRE(reads(whole));
    for (std::size_t size = 0; size < whole.size(); ++size)
      CHECK_FALSE(reads(whole.substr(0, size)));
    CHECK_FALSE(reads(encoded(Profile{})));
    std::string other_version = whole;
    other_version[0] = 1;
    CHECK_FALSE(reads(other_version));
    std::string raw(sizeof(Profile), '\xFF');
    std::string bytes;
    Writer writer(bytes);
    writer.u64(1);
    writer.bytes(raw);
    CHECK_FALSE(reads(bytes));
  }

  TEST_CASE("whatever is read is written again as it was, and has features") {
    Random random(33);
    Profile profile;
    for (int i = 0; i < 300; ++i) {
      profile.observe(Kind::Source, random_activity(random, kMonday + i * kMinute, 50), {});
    }
    const std::string whole = encoded(profile);
    int read = 0;
    for (int i = 0; i < 20'000; ++i) {
      std::string bytes = whole;
      for (std::uint32_t flips = random.between(1, 3); flips > 0; --flips) {
        char& byte = bytes[random.below(static_cast<std::uint32_t>(bytes.size()))];
        byte = static_cast<char>(byte ^ (1 << random.below(8)));
      }
      Reader reader(bytes);
      Profile changed;
      if (!changed.decode(reader)) continue;
      ++read;
      CHECK(reads(encoded(changed)));
      for (const float one : testing::features_of(changed, Kind::Source)) {
        CHECK((one > -70 && one < 130));
      }
    }
    CHECK(read > 1000);
    CHECK(read < 20'000);
  }
}

}  // namespace
}  // namespace vedette::anomaly
