#include "anomaly/everyone.h"

#include "anomaly/testing.h"

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <string>
#include <unordered_map>

namespace vedette::anomaly {
namespace {

using testing::set;

Activity user(std::uint32_t n) {
  Activity activity;
  return set(activity, Facet::User, n);
}

TEST_SUITE("anomaly/everyone") {
  TEST_CASE("counts are never too small, and seldom too large") {
    Random random(10);
    Everyone everyone;
    std::unordered_map<std::uint32_t, std::uint32_t> truth;
    int wrong = 0;
    std::uint32_t total = 0;
    for (int i = 0; i < 30'000; ++i) {
      const auto n = static_cast<std::uint32_t>(std::exp2(random.unit() * 13));
      const Novelty novelty = everyone.note(user(n));
      Novelty exact;
      exact.note(Facet::User, static_cast<std::uint16_t>(truth[n]),
                 static_cast<std::uint16_t>(std::min(total, 65535u)));
      CHECK(novelty.rarity(Facet::User) <= exact.rarity(Facet::User));
      wrong += !(novelty == exact);
      ++truth[n];
      ++total;
    }
    CHECK(wrong < 300);
  }

  TEST_CASE("facets are counted apart, by weight, and the very first value is no news") {
    Everyone everyone;
    Activity activity = user(1);
    activity.weight = 15;
    Novelty novelty = everyone.note(activity);
    CHECK_FALSE(novelty.first(Facet::User));
    CHECK(novelty.rarity(Facet::User) == 0);
    novelty = everyone.note(user(2));
    CHECK(novelty.first(Facet::User));
    CHECK(novelty.rarity(Facet::User) == 4);
    CHECK_FALSE(novelty.first(Facet::Host));
    novelty = everyone.note(user(1));
    CHECK_FALSE(novelty.first(Facet::User));
    CHECK(novelty.rarity(Facet::User) < 0.1f);
    Activity host;
    everyone.note(set(host, Facet::Host, 2));
    CHECK(everyone.note(set(host, Facet::Host, 1)).first(Facet::Host));
  }

  TEST_CASE("what is common stays so however often it comes, and rare remains rare") {
    Everyone everyone;
    everyone.note(user(2));
    for (int i = 0; i < 200'000; ++i) everyone.note(user(1));
    const Novelty common = everyone.note(user(1)), rare = everyone.note(user(2));
    CHECK(common.rarity(Facet::User) == 0);
    CHECK(rare.rarity(Facet::User) == doctest::Approx(15));
  }

  TEST_CASE("a flood of new values makes it forget what was seen once, not what is common") {
    Everyone everyone;
    for (int i = 0; i < 1000; ++i) everyone.note(user(1));
    everyone.note(user(2));
    int known = 0;
    for (std::uint32_t n = 0; n < 100'000; ++n) {
      known += !everyone.note(user(1000 + n)).first(Facet::User);
    }
    CHECK(known < 30'000);  // at most a half of each row is in use: a quarter of new values
    CHECK(everyone.note(user(1)).rarity(Facet::User) < 12);
  }

  TEST_CASE("restored from its changed blocks it goes on as if nothing had happened") {
    Random random(11);
    Everyone everyone;
    std::map<std::size_t, std::string> stored;
    std::size_t written = 0;
    const auto store = [&] {
      everyone.take_dirty([&](std::size_t block, std::string_view bytes) {
        CHECK(bytes.size() == Everyone::kBlockBytes);
        stored[block] = bytes;
        ++written;
      });
    };
    for (int i = 0; i < 60'000; ++i) {
      everyone.note(testing::random_activity(random, 0, 20'000));
      if (i % 1000 == 0) store();
    }
    store();
    const std::size_t before = written;
    store();
    CHECK(written == before);  // nothing changed
    Everyone again;
    for (const auto& [block, bytes] : stored) CHECK(again.restore(block, bytes));
    for (int i = 0; i < 60'000; ++i) {  // past a halving
      const Activity activity = testing::random_activity(random, 0, 50'000);
      const Novelty one = everyone.note(activity), other = again.note(activity);
      CHECK(one == other);
    }
  }

  TEST_CASE("what is no block is refused") {
    Everyone everyone;
    CHECK_FALSE(everyone.restore(0, "short"));
    CHECK_FALSE(everyone.restore(257, std::string(512, '\0')));
    CHECK(everyone.restore(256, std::string(512, '\xFF')));
    everyone.note(user(1));  // totals stop at the largest number
    CHECK(everyone.note(user(1)).rarity(Facet::User) == doctest::Approx(15));
  }
}

}  // namespace
}  // namespace vedette::anomaly
