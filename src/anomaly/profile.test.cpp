#include "anomaly/profile.h"

#include "anomaly/testing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <set>
#include <vector>

namespace vedette::anomaly {
namespace {

using testing::amount;
using testing::at;
using testing::kDay;
using testing::kHour;
using testing::kMinute;
using testing::kMonday;
using testing::kSecond;
using testing::random_activity;
using testing::set;
using testing::value;
using testing::value_of;

/// What a profile should say, by looking at everything that ever happened.
struct Truth {
  explicit Truth(Kind of) : kind(of) {}

  Kind kind;
  std::vector<Activity> all;  // in the order they came

  static std::int64_t minute(const Activity& one) { return one.time_ns / kMinute; }
  std::int64_t now() const {
    std::int64_t latest = 0;
    for (const Activity& one : all) latest = std::max(latest, minute(one));
    return latest;
  }
  template <typename Weigh>
  double sum(Weigh weigh) const {
    double sum = 0;
    for (const Activity& one : all) sum += weigh(one, now() - minute(one));
    return sum;
  }
  /// Different values of a facet in the window of five minutes that holds `at`; late events count
  /// in the window in which they came.
  std::size_t different(Facet facet, std::int64_t window) const {
    std::set<std::uint32_t> values;
    std::int64_t newest = 0;
    for (const Activity& one : all) {
      newest = std::max(newest, minute(one));
      if (newest / 5 == window && one.facet(facet) != 0) values.insert(one.facet(facet));
    }
    return values.size();
  }
  std::size_t ever(Facet facet) const {
    std::set<std::uint32_t> values;
    for (const Activity& one : all) {
      if (one.facet(facet) != 0) values.insert(one.facet(facet));
    }
    return values.size();
  }
};

void check_counts(const Profile& profile, const Truth& truth) {
  const auto says = [&](Feature feature, double count, double epsilon) {
    CHECK(amount(profile, truth.kind, feature) == doctest::Approx(count).epsilon(epsilon));
  };
  const auto events = [](std::int64_t ages) {
    return [ages](const Activity& one, std::int64_t age) { return age < ages ? one.weight : 0.0; };
  };
  const auto fading = [](double tau, bool failed) {
    return [=](const Activity& one, std::int64_t age) {
      return failed && !one.failed() ? 0.0 : one.weight * std::exp(-static_cast<double>(age) / tau);
    };
  };
  says(Feature::Events1m, truth.sum(events(1)), 1e-4);
  says(Feature::Events5m, truth.sum(events(5)), 1e-4);
  says(Feature::Events1h, truth.sum(fading(60, false)), 1e-3);
  says(Feature::Events1d, truth.sum(fading(1440, false)), 1e-3);
  says(Feature::Failures1h, truth.sum(fading(60, true)), 1e-3);
  says(Feature::Failures1d, truth.sum(fading(1440, true)), 1e-3);
}

void check_different(const Profile& profile, const Truth& truth) {
  const std::int64_t window = truth.now() / 5;
  const auto most = [&](Facet facet) {
    return static_cast<double>(
        std::max(truth.different(facet, window), truth.different(facet, window - 1)));
  };
  // Up to seven are exact; the window before is kept as a logarithm in steps of a 1024th.
  CHECK(amount(profile, truth.kind, Feature::Users5m) ==
        doctest::Approx(most(Facet::User)).epsilon(0.01));
  CHECK(amount(profile, truth.kind, Feature::Ports5m) ==
        doctest::Approx(most(Facet::Port)).epsilon(0.01));
  CHECK(amount(profile, truth.kind, Feature::UsersEver) ==
        doctest::Approx(static_cast<double>(truth.ever(Facet::User))).epsilon(0.01));
}

TEST_SUITE("anomaly/profile") {
  TEST_CASE("counts and different values are those of everything that happened") {
    Random random(21);
    for (int round = 0; round < 12; ++round) {
      Profile profile;
      Truth truth(static_cast<Kind>(round % 2));  // both count users and ports
      std::int64_t time = kMonday + random.below(1000) * kSecond;
      for (int i = 0; i < 150; ++i) {
        time += random.chance(0.1) ? random.below(2 * 3600) * kSecond : random.below(40) * kSecond;
        const std::int64_t late = random.chance(0.2) ? random.below(200) * kSecond : 0;
        const Activity activity = random_activity(random, time - late, 7);
        profile.observe(truth.kind, activity, {});
        truth.all.push_back(activity);
        check_counts(profile, truth);
        check_different(profile, truth);
      }
    }
  }

  TEST_CASE("the order of events within a minute does not matter to what is counted") {
    Random random(22);
    for (int round = 0; round < 50; ++round) {
      std::vector<Activity> minute;
      for (int i = 0; i < 30; ++i) minute.push_back(random_activity(random, kMonday, 7));
      Profile one, other;
      for (const Activity& activity : minute) one.observe(Kind::Source, activity, {});
      for (std::size_t i = minute.size(); i > 1; --i) {
        std::swap(minute[i - 1], minute[random.below(static_cast<std::uint32_t>(i))]);
      }
      for (const Activity& activity : minute) other.observe(Kind::Source, activity, {});
      for (std::size_t i = 0; i < kFeatures; ++i) {
        const auto feature = static_cast<Feature>(i);
        // Means.
        if (feature >= Feature::ServerErrors && feature <= Feature::Sequence) continue;
        if (feature == Feature::ClientErrors || feature == Feature::NewObjectsOverUsual) continue;
        // Whether a name was refused when it first came up.
        if (feature == Feature::Newcomers2d || feature == Feature::Newcomers30d) continue;
        CHECK(value(one, Kind::Source, feature) ==
              doctest::Approx(value(other, Kind::Source, feature)));
      }
    }
  }

  TEST_CASE("what an entity usually does is known from its third window on") {
    Profile profile;
    std::int64_t time = kMonday;
    for (int window = 0; window < 40; ++window, time += 5 * kMinute) {
      const bool known = !std::isnan(profile.usual().of(Kind::Source, Feature::Users5m));
      CHECK(known == (window > 3));  // three have ended
      for (int i = 0; i < 6; ++i) {
        Activity activity = at(time + i * kSecond, Outcome::Failure);
        profile.observe(Kind::Source, set(activity, Facet::User, static_cast<std::uint32_t>(i % 2)),
                        {});
      }
    }
    CHECK(natural(Feature::Users5m, profile.usual().of(Kind::Source, Feature::Users5m)) ==
          doctest::Approx(2).epsilon(0.02));
    CHECK(natural(Feature::Events5m, profile.usual().of(Kind::Source, Feature::Events5m)) ==
          doctest::Approx(6).epsilon(0.02));
    CHECK(std::isnan(profile.usual().of(Kind::Source, Feature::OddHour)));
    CHECK(std::isnan(
        profile.usual().of(Kind::Source, Feature::Commands5m)));  // not counted of sources
    CHECK(std::abs(value(profile, Kind::Source, Feature::EventsOverUsual)) < 0.1f);
    for (std::uint32_t i = 0; i < 97; ++i) {
      Activity activity = at(time, Outcome::Failure);
      profile.observe(Kind::Source, set(activity, Facet::User, i), {});
    }
    CHECK(amount(profile, Kind::Source, Feature::VarietyOverUsual) > 25);
    CHECK(amount(profile, Kind::Source, Feature::EventsOverUsual) > 8);
  }

  TEST_CASE("an entity that varies by itself is less surprising") {
    Random random(23);
    Profile steady, varied;
    std::int64_t time = kMonday;
    for (int window = 0; window < 64; ++window, time += 5 * kMinute) {
      for (int i = 0; i < 15; ++i) steady.observe(Kind::User, at(time), {});
      const std::uint32_t count = window % 2 == 0 ? 1 : 255;
      for (std::uint32_t i = 0; i < count; ++i) varied.observe(Kind::User, at(time), {});
    }
    for (int i = 0; i < 1000; ++i) {
      steady.observe(Kind::User, at(time), {});
      varied.observe(Kind::User, at(time), {});
    }
    CHECK(value(steady, Kind::User, Feature::EventsOverUsual) >
          2 * value(varied, Kind::User, Feature::EventsOverUsual));
  }

  TEST_CASE("values are new once, and the first of a facet is not") {
    Profile profile;
    const auto observe = [&](std::uint32_t network, std::int64_t time, const Novelty& novelty) {
      Activity activity = at(time);
      profile.observe(Kind::User, set(activity, Facet::Network, network), novelty);
    };
    observe(1, kMonday, {});
    CHECK(amount(profile, Kind::User, Feature::New1h) == 0);
    observe(2, kMonday, {});
    observe(2, kMonday, {});
    observe(1, kMonday, {});
    CHECK(amount(profile, Kind::User, Feature::New1h) == doctest::Approx(1));
    CHECK(amount(profile, Kind::User, Feature::First1h) == 0);
    Novelty rare;
    rare.note(Facet::Network, 0, 255);
    observe(3, kMonday, rare);
    CHECK(amount(profile, Kind::User, Feature::First1h) == doctest::Approx(1));
    CHECK(value(profile, Kind::User, Feature::RarityMax) == doctest::Approx(8).epsilon(0.001));
    observe(3, kMonday + kHour, {});
    CHECK(amount(profile, Kind::User, Feature::New1h) ==
          doctest::Approx(2 * std::exp(-1)).epsilon(0.001));
    CHECK(value(profile, Kind::User, Feature::RarityMax) ==
          doctest::Approx(8 * std::exp(-1)).epsilon(0.01));
    CHECK(amount(profile, Kind::User, Feature::NetworksEver) == doctest::Approx(3));
  }

  TEST_CASE("a machine's clock beats more regularly than people") {
    Random random(24);
    Profile machine, people;
    std::int64_t by_machine = kMonday, by_people = kMonday;
    for (int i = 0; i < 200; ++i) {
      by_machine += 30 * kSecond;
      by_people += static_cast<std::int64_t>(std::exp2(random.unit() * 12)) * kSecond;
      machine.observe(Kind::Source, at(by_machine), {});
      people.observe(Kind::Source, at(by_people), {});
    }
    CHECK(value(machine, Kind::Source, Feature::Regularity) > 0.95f);
    CHECK(value(people, Kind::Source, Feature::Regularity) < 0.4f);
    CHECK(amount(machine, Kind::Source, Feature::GapMean) == doctest::Approx(30).epsilon(0.03));
  }

  TEST_CASE("the time between events and how rare they are are means of all, up to the 16th") {
    Random random(26);
    Profile profile;
    std::int64_t time = kMonday;
    double gaps = 0, rarities = 0;
    for (int i = 0; i < 16; ++i) {
      const std::int64_t gap = i > 0 ? random.below(1000) * (kSecond / 10) : 0;
      time += gap;
      gaps += std::log2(1 + static_cast<double>(gap) / kSecond);
      Novelty novelty;
      novelty.note(Facet::User, static_cast<std::uint16_t>(random.below(65535)), 65535);
      rarities += novelty.rarity(Facet::User);
      Activity activity = at(time);
      profile.observe(Kind::Source, set(activity, Facet::User, 1), novelty);
      if (i == 0) continue;
      CHECK(value(profile, Kind::Source, Feature::GapMean) ==
            doctest::Approx(gaps / i).epsilon(0.01));
      CHECK(value(profile, Kind::Source, Feature::RarityMean) ==
            doctest::Approx(rarities / (i + 1)).epsilon(0.01));
    }
  }

  TEST_CASE("an hour at which the entity never was surprises, until it has become a habit") {
    Profile profile;
    const auto odd_hour = [&] { return value(profile, Kind::User, Feature::OddHour); };
    for (int day = 0; day < 42; ++day) {
      for (int hour = 9; day % 7 < 5 && hour < 17; ++hour) {
        profile.observe(Kind::User, at(kMonday + day * kDay + hour * kHour), {});
        CHECK(odd_hour() < 0.5f);
      }
    }
    profile.observe(Kind::User, at(kMonday + 43 * kDay + 3 * kHour), {});
    CHECK(odd_hour() > 1.5f);
    for (int day = 44; day < 44 + 7 * 16; ++day) {
      profile.observe(Kind::User, at(kMonday + day * kDay + 3 * kHour), {});
    }
    CHECK(odd_hour() < 0.3f);
  }

  TEST_CASE("a burst is a minute that is busier than its hour") {
    Profile steady, burst;
    for (int i = 0; i < 600; ++i) {
      steady.observe(Kind::Source, at(kMonday + i * kMinute), {});
      burst.observe(Kind::Source, at(kMonday + i * kMinute), {});
    }
    for (int i = 0; i < 63; ++i) burst.observe(Kind::Source, at(kMonday + 600 * kMinute), {});
    CHECK(std::abs(value(steady, Kind::Source, Feature::Burst)) < 0.05f);
    CHECK(value(burst, Kind::Source, Feature::Burst) > 4);
  }

  TEST_CASE("shares of requests are means of all of them, then of about the last 16") {
    Profile profile;
    Activity request = at(kMonday);
    request.has_request = true;
    request.method = Method::Read;
    for (int i = 0; i < 8; ++i) {
      request.status_class = i < 2 ? 4 : 2;
      profile.observe(Kind::Source, request, {});
    }
    CHECK(value(profile, Kind::Source, Feature::ClientErrors) ==
          doctest::Approx(0.25).epsilon(0.02));
    CHECK(value(profile, Kind::Source, Feature::Writes) == 0);
    request.status_class = 5;
    request.method = Method::Other;
    for (int i = 0; i < 100; ++i) profile.observe(Kind::Source, request, {});
    CHECK(value(profile, Kind::Source, Feature::ServerErrors) > 0.95f);
    CHECK(value(profile, Kind::Source, Feature::OddMethods) > 0.95f);
    CHECK(value(profile, Kind::Source, Feature::ClientErrors) < 0.05f);
  }

  TEST_CASE("bytes are summed over five minutes and a day") {
    Profile profile;
    Activity download = at(kMonday);
    download.bytes = 1'000'000;
    for (int i = 0; i < 10; ++i) profile.observe(Kind::User, download, {});
    CHECK(amount(profile, Kind::User, Feature::Bytes5m) == doctest::Approx(1e7).epsilon(0.001));
    download.time_ns += 5 * kMinute;
    profile.observe(Kind::User, download, {});
    CHECK(amount(profile, Kind::User, Feature::Bytes5m) == doctest::Approx(1e7).epsilon(0.001));
    CHECK(amount(profile, Kind::User, Feature::Bytes1d) == doctest::Approx(1.1e7).epsilon(0.005));
    download.time_ns += kDay;
    profile.observe(Kind::User, download, {});
    CHECK(amount(profile, Kind::User, Feature::Bytes5m) == doctest::Approx(1e6).epsilon(0.001));
    CHECK(amount(profile, Kind::User, Feature::Bytes1d) ==
          doctest::Approx(1e6 + 1.1e7 * std::exp(-1)).epsilon(0.005));
  }

  TEST_CASE("few attempts a day for weeks are seen as such") {
    Profile slow, once;
    for (std::uint32_t day = 0; day < 30; ++day) {
      for (std::uint32_t i = 0; i < 3; ++i) {
        Activity activity = at(kMonday + day * kDay + i * 7 * kHour, Outcome::Failure);
        slow.observe(Kind::Source, set(activity, Facet::User, 3 * day + i), {});
      }
    }
    for (std::uint32_t i = 0; i < 90; ++i) {
      Activity activity = at(kMonday, Outcome::Failure);
      once.observe(Kind::Source, set(activity, Facet::User, i), {});
    }
    CHECK(amount(slow, Kind::Source, Feature::ActiveDays) == doctest::Approx(30));
    CHECK(amount(slow, Kind::Source, Feature::Failures30d) == doctest::Approx(90));
    CHECK(amount(slow, Kind::Source, Feature::Newcomers30d) == doctest::Approx(90).epsilon(0.15));
    CHECK(value(slow, Kind::Source, Feature::Evenness) > 0.99f);
    CHECK(value(once, Kind::Source, Feature::Evenness) == 0);
    CHECK(amount(slow, Kind::Source, Feature::Users5m) == doctest::Approx(1));
    CHECK(amount(once, Kind::Source, Feature::Users5m) == doctest::Approx(90).epsilon(0.15));
  }

  TEST_CASE("names that are let in are no newcomers, those that are refused are, for two days") {
    Profile profile;
    const auto name = [&](std::int64_t day, std::uint32_t user, Outcome outcome) {
      Activity activity = at(kMonday + day * kDay, outcome);
      profile.observe(Kind::Network, set(activity, Facet::User, user), {});
      return amount(profile, Kind::Network, Feature::Newcomers2d);
    };
    for (std::uint32_t user = 0; user < 9; ++user) CHECK(name(0, user, Outcome::Success) == 0);
    CHECK(name(1, 5, Outcome::Failure) == 0);  // known already
    CHECK(name(1, 100, Outcome::Unknown) == doctest::Approx(1));
    CHECK(name(1, 100, Outcome::Failure) == doctest::Approx(1));
    CHECK(name(2, 101, Outcome::Failure) == doctest::Approx(2));
    CHECK(name(3, 101, Outcome::Failure) == doctest::Approx(1));
    CHECK(name(4, 101, Outcome::Failure) == 0);
  }

  TEST_CASE("requests that go on with the next number are told from those that jump") {
    Profile counting, jumping;
    for (std::uint32_t i = 0; i < 40; ++i) {
      Activity activity = at(kMonday + i * kMinute);
      activity.has_request = true;
      activity.place = 0xFFFFFFF0u + i;
      counting.observe(Kind::Source, activity, {});
      activity.place = value_of(Facet::Path, i);
      jumping.observe(Kind::Source, activity, {});
      activity.has_request = false;  // says nothing about the order of requests
      counting.observe(Kind::Source, activity, {});
    }
    CHECK(value(counting, Kind::Source, Feature::Sequence) > 0.99f);
    CHECK(value(jumping, Kind::Source, Feature::Sequence) == 0);
  }

  TEST_CASE("a network in which nearly all is of one source is said to be of that one") {
    Profile one, many;
    for (std::uint32_t i = 0; i < 64; ++i) {
      Activity activity = at(kMonday + i * kSecond);
      one.observe(Kind::Network, set(activity, Facet::Source, i % 20 == 0 ? 2 : 1), {});
      // A connection is three events.
      many.observe(Kind::Network, set(activity, Facet::Source, i / 3), {});
      if (i > 40 && i % 20 > 4) CHECK(one.of_one_source());
      if (i >= 6) CHECK_FALSE(many.of_one_source());
    }
  }

  TEST_CASE("who goes on is looked at each hour if it is a user") {
    Profile user, source;
    int of_user = 0, of_source = 0;
    for (std::int64_t i = 0; i < 20 * 24; ++i) {
      user.observe(Kind::User, at(kMonday + i * 3 * kMinute), {});
      source.observe(Kind::Source, at(kMonday + i * 3 * kMinute), {});
      of_user += user.due();
      of_source += source.due();
    }
    CHECK(of_user >= of_source + 20);
    CHECK(of_user <= of_source + 24);
  }

  TEST_CASE("a look is due at powers of four, and at what is always notable") {
    Profile profile;
    for (std::uint32_t i = 1; i <= 5000; ++i) {
      profile.observe(Kind::Source, at(kMonday), {});
      const bool power_of_four = std::has_single_bit(i) && std::countr_zero(i) % 2 == 0 && i >= 4;
      CHECK(profile.due() == power_of_four);
    }
    Activity login = at(kMonday);
    login.notable = true;
    profile.observe(Kind::Source, login, {});
    CHECK(profile.due());
    profile.observe(Kind::Source, at(kMonday), {});
    CHECK_FALSE(profile.due());
    Activity many = at(kMonday);
    many.weight = 1'000'000;
    profile.observe(Kind::Source, many, {});
    CHECK(profile.due());
  }

  TEST_CASE("a steady stream is looked at seldom, and again after a rest") {
    Profile profile;
    int due = 0;
    std::int64_t time = kMonday;
    for (int i = 0; i < 3 * 1440 * 4; ++i, time += 15 * kSecond) {
      profile.observe(Kind::Source, at(time), {});
      due += profile.due();
    }
    CHECK(due < 16);
    time += kDay;
    due = 0;
    for (int i = 0; i < 16; ++i) {
      profile.observe(Kind::Source, at(time), {});
      due += profile.due();
    }
    CHECK(due >= 2);
  }

  TEST_CASE("one event from the past counts as of now, two take time back") {
    Profile profile;
    for (int i = 0; i < 10; ++i) profile.observe(Kind::Source, at(kMonday), {});
    profile.observe(Kind::Source, at(kMonday - 10 * kDay), {});
    CHECK(amount(profile, Kind::Source, Feature::Events5m) == doctest::Approx(11));
    CHECK(profile.last_ns() == kMonday);
    profile.observe(Kind::Source, at(kMonday + kMinute), {});
    profile.observe(Kind::Source, at(kMonday - 10 * kDay), {});
    CHECK(amount(profile, Kind::Source, Feature::Events5m) == doctest::Approx(13));
    profile.observe(Kind::Source, at(kMonday - 10 * kDay), {});
    CHECK(profile.last_ns() == kMonday - 10 * kDay);
    CHECK(amount(profile, Kind::Source, Feature::Events5m) == doctest::Approx(1));
    CHECK(amount(profile, Kind::Source, Feature::Events1d) == doctest::Approx(1));
    CHECK(amount(profile, Kind::Source, Feature::ActiveDays) == doctest::Approx(2));
  }

  TEST_CASE("events of no time are of now") {
    Profile profile;
    profile.observe(Kind::Source, at(0), {});
    profile.observe(Kind::Source, at(-5), {});
    CHECK(amount(profile, Kind::Source, Feature::Events5m) == doctest::Approx(2));
    CHECK(profile.last_ns() == 0);
    profile.observe(Kind::Source, at(kMonday), {});
    profile.observe(Kind::Source, at(0), {});
    CHECK(amount(profile, Kind::Source, Feature::Events5m) == doctest::Approx(2));
    CHECK(profile.last_ns() == kMonday);
  }

  TEST_CASE("counters stop at the largest number") {
    Profile profile;
    Activity most = at(kMonday, Outcome::Failure);
    most.weight = std::numeric_limits<std::uint32_t>::max();
    most.bytes = std::numeric_limits<std::uint64_t>::max();
    for (int i = 0; i < 40'000; ++i) {
      most.time_ns += (i % 10 == 0 ? 7 : 0) * kMinute;
      profile.observe(Kind::Source, most, {});
    }
    CHECK(value(profile, Kind::Source, Feature::Events1m) == doctest::Approx(32));
    CHECK(value(profile, Kind::Source, Feature::Bytes5m) == doctest::Approx(64).epsilon(0.001));
    CHECK(value(profile, Kind::Source, Feature::Failures30d) > 32);
    for (const float one : testing::features_of(profile, Kind::Source)) CHECK(std::isfinite(one));
  }

  TEST_CASE("whatever the times, features are numbers within bounds") {
    Random random(25);
    for (int round = 0; round < 200; ++round) {
      Profile profile;
      const auto kind = static_cast<Kind>(random.below(kKinds));
      for (int i = 0; i < 100; ++i) {
        const std::uint64_t any = std::uint64_t{random.next()} << 32 | random.next();
        const auto time = static_cast<std::int64_t>(any >> random.below(64));
        profile.observe(kind, random_activity(random, time, 1000), {});
        for (const float one : testing::features_of(profile, kind)) {
          CHECK((std::isfinite(one) && one > -70 && one < 130));
        }
      }
    }
  }
}

}  // namespace
}  // namespace vedette::anomaly
