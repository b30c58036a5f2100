#include "anomaly/rates.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace vedette::anomaly {
namespace {

struct Seen {
  std::uint32_t minute;
  Rates::Count count;
};

/// The same by looking at everything that ever happened.
struct Truth {
  Rates::Count minute, five_minutes, window;
  double hour = 0, day_failures = 0;

  Truth(const std::vector<Seen>& all, std::uint32_t now) {
    for (const Seen& one : all) {
      const std::uint32_t age = now - one.minute;
      if (age == 0) minute.add(one.count);
      if (age < 5) five_minutes.add(one.count);
      if (age < 5 && one.minute / 5 == now / 5) window.add(one.count);
      hour += one.count.events * std::exp(age / -60.0);
      day_failures += one.count.failures * std::exp(age / -1440.0);
    }
  }
};

TEST_SUITE("anomaly/rates") {
  TEST_CASE("minutes are exact, hour and day within a part in 10,000, late events included") {
    Random random(6);
    for (int round = 0; round < 20; ++round) {
      Rates rates;
      std::vector<Seen> all;
      std::uint32_t now = 30'000'000;
      for (int i = 0; i < 400; ++i) {
        const std::uint32_t next = now + (random.chance(0.3) ? random.below(90) : random.below(2));
        if (next > now) rates.advance(now, next, Rates::Left(next - now));
        now = next;
        const std::uint32_t minute = now - (random.chance(0.2) ? random.below(5) : 0);
        const Rates::Count count{.events = random.between(1, 30), .failures = random.below(2)};
        rates.add(minute, now, count);
        all.push_back({minute, count});
        const Truth truth(all, now);
        CHECK(rates.minute(now).events == truth.minute.events);
        CHECK(rates.five_minutes().events == truth.five_minutes.events);
        CHECK(rates.five_minutes().failures == truth.five_minutes.failures);
        CHECK(rates.window(now).events == truth.window.events);
        CHECK(rates.hour(now).events == doctest::Approx(truth.hour).epsilon(1e-4));
        CHECK(rates.day(now).failures == doctest::Approx(truth.day_failures).epsilon(1e-4));
        CHECK(rates.sane());
      }
    }
  }

  TEST_CASE("a steady stream is as many in an hour and a day as it is") {
    Rates rates;
    std::uint32_t now = 0;
    for (int i = 0; i < 20'000; ++i, ++now) {
      rates.add(now, now, {.events = 1000, .failures = 0});
      rates.advance(now, now + 1, Rates::Left(1));
    }
    CHECK(rates.hour(now).events == doctest::Approx(60'000).epsilon(0.01));
    CHECK(rates.day(now).events == doctest::Approx(1'440'000).epsilon(0.01));
  }

  TEST_CASE("counters stop at the largest number, sums go on") {
    Rates rates;
    const std::uint32_t most = std::numeric_limits<std::uint32_t>::max();
    for (std::uint32_t now = 0; now < 3000; ++now) {
      rates.add(now, now, {.events = most, .failures = most});
      rates.add(now, now, {.events = most, .failures = 1});
      CHECK(rates.minute(now).events == most);
      CHECK(rates.five_minutes().failures == most);
      rates.advance(now, now + 1, Rates::Left(1));
      CHECK(rates.sane());
    }
    CHECK(rates.day(3000).events > 1000.0f * static_cast<float>(most));
  }

  TEST_CASE("when time goes back what is shorter than the way begins anew") {
    Rates rates;
    rates.add(10'000, 10'000, {.events = 100, .failures = 0});
    Rates by_ten = rates, by_hours = rates, by_days = rates;
    by_ten.go_back(10'000, 9'990);
    by_hours.go_back(10'000, 9'900);
    by_days.go_back(10'000, 8'000);
    CHECK(by_ten.five_minutes().events == 0);
    CHECK(by_ten.hour(9'990).events == doctest::Approx(100).epsilon(0.1));
    CHECK(by_hours.hour(9'900).events == 0);
    CHECK(by_hours.day(9'900).events == doctest::Approx(100).epsilon(0.01));
    CHECK(by_days.day(8'000).events == 0);
  }
}

}  // namespace
}  // namespace vedette::anomaly
