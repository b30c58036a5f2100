#include "anomaly/detector.h"

#include "anomaly/testing_lanes.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <cmath>
#include <limits>
#include <set>

using namespace vedette;
using namespace vedette::anomaly;
using namespace vedette::anomaly::testing;

namespace {

DetectorOptions small_options() {
  DetectorOptions options;
  options.learning.baseline_min = 64;
  options.learning.baseline_max = 400;
  options.learning.learning_hours = 12;
  options.learning.retrain_hours = 12;
  // Of 400 vectors the rarest is 1 in 400.
  options.learning.threshold = 0.58f;
  options.learning.alarms_per_day = 0;
  return options;
}

constexpr std::size_t kLessonEvery = 150;

/// Some days of an office and attacks on the second, the third and the last.
Stream with_attacks(std::uint64_t seed, std::int64_t hours = 60) {
  Stream stream = office(seed, hours);
  for (const std::int64_t hour : {std::int64_t{30}, std::int64_t{54}, hours - 2}) {
    stream = joined(std::move(stream), attack(kMonday + hour * kHour, 400));
  }
  return with_networks(std::move(stream));
}

/// All of it; what is unknown (NaN) is equal to itself.
std::string text_of(const std::vector<Told>& told) {
  std::string text;
  for (const Told& one : told) {
    text += fmt::format("{} {} {:x} {}: ", one.at, to_string(one.kind), one.entity, one.rule);
    {
      JsonAppender json(text);
      append_json(json, one.anomaly);
    }
    for (const std::int16_t step : one.anomaly.vector) text += fmt::format(" {}", step);
    text += '\n';
  }
  return text;
}

}  // namespace

TEST_SUITE("anomaly/detector") {
  TEST_CASE("while nothing was learned there is no alarm, only scores if all is to be told") {
    const Stream stream = joined(office(1, 40), attack(kMonday + 30 * kHour, 400));
    Lanes quiet(small_options(), 1);
    quiet.run(stream, stream.size(), 100, 0);
    CHECK(quiet.told().empty());
    CHECK(quiet[0].scored() > 300);
    DetectorOptions all = small_options();
    all.tell_all = true;
    Lanes telling(all, 1);
    telling.run(stream, stream.size(), 100, 0);
    CHECK(telling.told().size() == telling[0].scored());
    for (const Told& told : telling.told()) REQUIRE(told.rule.empty());
  }

  TEST_CASE("what behaves unlike all others is an alarm, with reasons, under a rule of its kind") {
    const Stream stream = with_attacks(1);
    Lanes lanes(small_options(), 1);
    lanes.run(stream, stream.size(), 100, kLessonEvery);
    const auto told = lanes.told_of(Kind::Source, attacker());
    REQUIRE(!told.empty());
    const auto& first = told.front();
    CHECK(stream[first.at].activity.time_ns < kMonday + 31 * kHour);
    CHECK(first.rule.starts_with(std::string(kRulePrefix) + "source"));
    CHECK(first.anomaly.kind == "source");
    CHECK(first.anomaly.score > 0.5);
    CHECK(first.anomaly.model != 0);
    CHECK(first.anomaly.vector.size() == kFeatures);
    REQUIRE(!first.anomaly.reasons.empty());
    for (const AnomalyReason& reason : first.anomaly.reasons) CHECK(!reason.sentence.empty());
  }

  TEST_CASE("an alarm is told again only when it is worse, or comes back hours later") {
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
      const Stream stream = with_attacks(seed);
      Lanes lanes(small_options(), 1);
      lanes.run(stream, stream.size(), 100, kLessonEvery);
      std::map<std::pair<Kind, std::uint64_t>, const Told*> before;
      const auto all = lanes.told();
      for (const Told& told : all) {
        const Told*& last = before[{told.kind, told.entity}];
        if (last != nullptr) {
          const auto hours =
              (stream[told.at].activity.time_ns - stream[last->at].activity.time_ns) / kHour;
          CHECK((told.anomaly.score > last->anomaly.score + 0.049 || hours >= 5));
        }
        last = &told;
      }
      const auto attacks = lanes.told_of(Kind::Source, attacker());
      // Nobody accuses it, so by its third time it may be what is usual.
      REQUIRE(!attacks.empty());
      CHECK(attacks.size() <= 10);
    }
  }

  TEST_CASE("the outcome is the same for any number of lanes and any boundaries of batches") {
    for (const std::uint64_t seed : {4u, 5u}) {
      const Stream stream = with_attacks(seed);
      Lanes wanted(small_options(), 1);
      wanted.run(stream, stream.size(), stream.size(), kLessonEvery);
      REQUIRE(!wanted.told().empty());
      for (const std::size_t lanes : {1u, 2u, 3u}) {
        for (const std::size_t batch : {1u, 7u, 64u, 1000u}) {
          CAPTURE(lanes);
          CAPTURE(batch);
          Lanes other(small_options(), lanes);
          other.run(stream, stream.size(), batch, kLessonEvery);
          CHECK(text_of(other.told()) == text_of(wanted.told()));
        }
      }
    }
  }

  TEST_CASE("resumed anywhere, with any number of lanes, the alarms go on as if nothing had been") {
    for (const std::uint64_t seed : {6u, 7u}) {
      const Stream stream = with_attacks(seed, 110);
      DetectorOptions options = small_options();
      if (seed != 6) options.learning.alarms_per_day = 1;  // thresholds follow from peaks
      Lanes undisturbed(options, 2);
      undisturbed.run(stream, stream.size(), 50, kLessonEvery);
      REQUIRE(!undisturbed.told().empty());
      Random random(seed);
      for (int turn = 0; turn < 2; ++turn) {
        Lanes::Stored stored;
        std::vector<Told> told;
        std::size_t at = 0;
        while (at < stream.size()) {
          Lanes lanes(options, random.between(1, 4));
          REQUIRE(lanes.restore(stored, at) == 0);
          // Some commits; then what came after the last one is lost.
          for (std::uint32_t commits = random.between(1, 5); commits > 0; --commits) {
            at = std::min(stream.size(), at + random.between(1, 500));
            lanes.run(stream, at, random.between(1, 100), kLessonEvery);
            lanes.commit(stored);
          }
          for (const Told& one : lanes.told()) told.push_back(one);
          lanes.run(stream, std::min(stream.size(), at + random.below(300)), 10, kLessonEvery);
        }
        CHECK(text_of(told) == text_of(undisturbed.told()));
      }
    }
  }

  TEST_CASE("nothing is learned for a day from whom a rule accuses, in whatever batch it was") {
    const auto taught_by = [](std::uint32_t batch, bool accuse) {
      Detector detector({}, 0);
      std::vector<Alarm> alarms;
      const auto source = mix64(1);
      const auto log_in = [](std::uint32_t hour) {
        return login(kMonday + hour * kHour, 1, 1, 1, Outcome::Success).activity;
      };
      for (std::uint32_t begin = 0; begin < 60; begin += batch) {
        const std::uint32_t end = std::min(60u, begin + batch);
        for (std::uint32_t i = begin; i < end; ++i) {
          detector.see({source, source, i, Kind::Source}, log_in(i));
        }
        detector.score();
        for (std::uint32_t i = begin; i < end; ++i) {
          if (accuse && i == 20) {
            detector.accused(source, Time{Duration{log_in(i).time_ns}});
          }
          // What was seen after it was accused need not be looked at.
          if (detector.unjudged() == i) detector.judge(alarms);
        }
        REQUIRE(!detector.unjudged());
      }
      std::set<std::int64_t> hours;
      const Lesson lesson = detector.lesson(kMonday / kHour + 60);
      for (const Sampled& one : lesson.samples[0]) {
        hours.insert(one.hour - kMonday / kHour);
      }
      return hours;
    };
    CHECK(taught_by(1, false).size() == 60);
    for (const std::uint32_t batch : {1u, 2u, 21u, 22u, 60u}) {
      const auto hours = taught_by(batch, true);
      CHECK(hours.size() == 36);
      CHECK(hours.contains(19));
      CHECK_FALSE(hours.contains(20));
      CHECK_FALSE(hours.contains(43));
      CHECK(hours.contains(44));
    }
  }

  TEST_CASE("names that are only guessed are nobody's profile") {
    Detector detector({}, 0);
    const Activity failed = at(kMonday, Outcome::Failure), let_in = at(kMonday, Outcome::Success);
    for (std::uint64_t name = 1; name < 1000; ++name) {
      detector.see({name, name, 0, Kind::User}, failed);
    }
    CHECK(detector.entities() == 0);
    detector.see({5, 5, 0, Kind::User}, let_in);
    detector.see({5, 5, 0, Kind::User}, failed);
    CHECK(detector.entities() == 1);
  }

  TEST_CASE("a network is looked at once it has a second source, with what is known of the first") {
    DetectorOptions options = small_options();
    options.tell_all = true;
    Stream stream;
    for (std::uint32_t i = 0; i < 40; ++i) {
      const std::uint32_t source = i < 30 ? 1 : 2 - i % 2;
      stream.push_back(login(kMonday + i * kSecond, source, 1, 1, Outcome::Success));
      stream.back().of = {{Kind::Network, 7}};
    }
    for (const bool resumed : {false, true}) {
      Lanes before(options, 1);
      before.run(stream, 30, 10, 0);
      CHECK(before.told().empty());
      CHECK(before[0].entities() == 0);
      Lanes::Stored stored;
      before.commit(stored);
      Lanes after(options, 2);
      REQUIRE(after.restore(stored, 30) == 0);
      Lanes& lanes = resumed ? after : before;
      lanes.run(stream, stream.size(), 10, 0);
      const auto told = lanes.told();
      REQUIRE(told.size() == 1);
      CHECK(told[0].at == 32);  // the fourth event, of which the first is of the first source
      const auto sources = static_cast<std::size_t>(Feature::SourcesEver);
      CHECK(told[0].anomaly.vector[sources] == std::lround(std::log2(3) * kStepsPerUnit));
      lanes.commit(stored);
      CHECK(std::ranges::count_if(stored, [](const auto& one) {
              return one.first.first == StateKind::Profile;
            }) == 1);
    }
  }

  TEST_CASE("networks of one source are bounded, and the rows of those that went are taken back") {
    DetectorOptions options = small_options();
    options.entities_max = 32;
    Lanes lanes(options, 1);
    Stream stream;
    for (std::uint32_t i = 0; i < 500; ++i) {
      stream.push_back(login(kMonday + i * kSecond, i, 1, 1, Outcome::Failure));
      stream.back().of = {{Kind::Network, mix64(i)}};
    }
    Lanes::Stored stored;
    for (std::size_t to = 0; to < stream.size(); to += 50) {
      lanes.run(stream, to, 30, 0);
      lanes.commit(stored);
      REQUIRE(std::ranges::count_if(stored, [](const auto& one) {
                return one.first.first == StateKind::Profile;
              }) <= 32);
    }
  }

  TEST_CASE("what is refused in a user's name where that one never was is not the user's doing") {
    DetectorOptions options;
    options.tell_all = true;
    Detector detector(options, 0);
    std::vector<Alarm> alarms;
    const auto due = [&](std::uint32_t network, Outcome outcome) {
      Activity activity = at(kMonday, outcome);
      activity.notable = true;
      if (network != 0) set(activity, Facet::Network, network);
      detector.see({5, 5, 0, Kind::User}, activity);
      detector.score();
      alarms.clear();
      detector.judge(alarms);
      return !alarms.empty();
    };
    CHECK(due(1, Outcome::Success));
    CHECK(due(1, Outcome::Failure));
    CHECK(due(0, Outcome::Failure));  // nobody says where from
    CHECK_FALSE(due(2, Outcome::Failure));
    CHECK_FALSE(due(2, Outcome::Unknown));
    CHECK(due(2, Outcome::Success));
    CHECK(due(2, Outcome::Failure));
  }

  TEST_CASE("profiles are bounded, and the rows of those that went are taken back") {
    DetectorOptions options = small_options();
    options.entities_max = 32;
    Lanes lanes(options, 1);
    Stream stream;
    Random random(9);
    for (std::uint32_t i = 0; i < 5000; ++i) {
      stream.push_back(
          login(kMonday + i * kSecond, random.below(300), random.below(300), 1, Outcome::Success));
    }
    Lanes::Stored stored;
    for (std::size_t to = 0; to < stream.size(); to += 100) {
      lanes.run(stream, to, 30, 0);
      lanes.commit(stored);
      const auto rows = std::ranges::count_if(
          stored, [](const auto& one) { return one.first.first == StateKind::Profile; });
      REQUIRE(static_cast<std::size_t>(rows) == lanes[0].entities());
      REQUIRE(lanes[0].entities() <= 32);
    }
    CHECK(lanes[0].entities_evicted() > 1000);
    // Fewer fit into three lanes than into one, or more: what does not is forgotten.
    DetectorOptions less = options;
    less.entities_max = 16;
    Lanes fewer(less, 1);
    CHECK(fewer.restore(stored, 0) == 0);
    fewer.commit(stored);
    CHECK(fewer[0].entities() == 16);
    CHECK(std::ranges::count_if(
              stored, [](const auto& one) { return one.first.first == StateKind::Profile; }) == 16);
  }

  TEST_CASE("without state to keep, nothing piles up to be taken") {
    DetectorOptions options = small_options();
    options.keep_state = false;
    Lanes lanes(options, 1);
    const Stream stream = office(3, 30);
    lanes.run(stream, stream.size(), 100, kLessonEvery);
    std::vector<StateRow> rows;
    lanes[0].take_changes(rows, false);
    CHECK(std::ranges::none_of(rows, [](const StateRow& row) {
      return row.kind == StateKind::Profile || row.kind == StateKind::Sampled;
    }));
  }

  TEST_CASE("times that nobody can mean do no harm") {
    DetectorOptions options = small_options();
    options.tell_all = true;
    Lanes lanes(options, 2);
    Stream stream = office(3, 30);
    Random random(5);
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    for (Seen& seen : stream) {
      if (random.chance(0.1)) seen.activity.time_ns = random.chance(0.5) ? 0 : -kMost;
      if (random.chance(0.05)) seen.activity.time_ns = kMost - random.below(1000);
      if (random.chance(0.05)) seen.activity.time_ns = random.below(1000);
    }
    for (std::size_t to = 100; to < stream.size(); to += 100) {
      lanes.run(stream, to, 30, 0);
      lanes.teach(stream[to].activity.time_ns);
    }
    for (const Told& told : lanes.told()) {
      REQUIRE(told.anomaly.score >= 0);
      REQUIRE(told.anomaly.score <= 1);
    }
  }

  TEST_CASE("rows that are damaged are refused") {
    const Stream stream = with_attacks(1);
    Lanes lanes(small_options(), 1);
    lanes.run(stream, stream.size(), 100, kLessonEvery);
    Lanes::Stored stored;
    lanes.commit(stored);
    std::set<StateKind> kinds;
    for (const auto& [key, row] : stored) {
      kinds.insert(row.kind);
      StateRow cut = row, longer = row, other = row;
      cut.value.pop_back();
      longer.value += '\0';
      other.value[0] = '\x7f';
      Detector detector(small_options(), 0);
      CHECK_FALSE(detector.restore(cut));
      CHECK_FALSE(detector.restore(longer));
      if (row.kind != StateKind::Everyone) CHECK_FALSE(detector.restore(other));
      REQUIRE(detector.restore(row));
    }
    CHECK(kinds.size() == 5);
  }
}
