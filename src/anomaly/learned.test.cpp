#include "anomaly/learned.h"

#include "base/hash.h"
#include "base/random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

using namespace vedette;
using namespace vedette::anomaly;

namespace {

constexpr std::int64_t kStart = 490'000;  // an hour

LearningOptions small_options() {
  LearningOptions options;
  options.baseline_min = 100;
  options.baseline_max = 300;
  options.learning_hours = 24;
  options.retrain_hours = 24;
  return options;
}

Vector vector_by(Random& random, int middle = 0) {
  Vector vector;
  for (std::int16_t& step : vector) {
    step = static_cast<std::int16_t>(middle + static_cast<int>(random.below(1000)));
  }
  return vector;
}

/// What `entities` of each kind did for some hours from `from` on, by lanes.
std::vector<Lesson> lessons_of(std::size_t lanes, std::uint64_t entities, std::int64_t from,
                               std::int64_t hours, int middle = 0) {
  Random random(entities);
  std::vector<Lesson> lessons(lanes);
  for (std::size_t k = 0; k < kKinds; ++k) {
    std::vector<Sample> samples(lanes, Sample(300, k));
    for (std::int64_t hour = from; hour < from + hours; ++hour) {
      for (std::uint64_t e = 0; e < entities; ++e) {
        const std::uint64_t entity = mix64(e);
        samples[entity % lanes].offer(entity, entity, hour, vector_by(random, middle));
        lessons[entity % lanes].peaks.rise(static_cast<Kind>(k), hour / 24, 0,
                                           static_cast<float>(random.unit()));
      }
    }
    for (std::size_t l = 0; l < lanes; ++l) {
      lessons[l].samples[k].assign(samples[l].items().begin(), samples[l].items().end());
    }
  }
  return lessons;
}

std::vector<std::string> bytes_of(const Learned& learned) {
  std::vector<std::string> bytes;
  for (const Lore& lore : learned.kinds) bytes.push_back(encode(lore));
  return bytes;
}

Learned some_learned() {
  Labels labels;
  Random random(4);
  for (int i = 0; i < 40; ++i) {
    labels[0].push_back({vector_by(random, i % 2 * 2000), Time{Duration{1000 + i}}, i % 2 == 0});
  }
  const auto options = small_options();
  const Learned first = learn({}, lessons_of(1, 20, kStart, 30), labels, kStart + 30, options);
  return learn(first, lessons_of(1, 20, kStart + 30, 30), labels, kStart + 60, options);
}

}  // namespace

TEST_SUITE("anomaly/learned") {
  TEST_CASE("a score says how many orders of magnitude something is rare by") {
    CHECK(score_of(0) == 0);
    CHECK(score_of(4) == doctest::Approx(0.7));
    CHECK(score_of(2) < score_of(3));
    CHECK(score_of(300) < 1);
    CHECK(score_of(-5) == 0);
  }

  TEST_CASE("what is learned is the same for any number and order of lanes") {
    const auto wanted =
        bytes_of(learn({}, lessons_of(1, 20, kStart, 30), {}, kStart + 30, small_options()));
    for (const std::size_t lanes : {2u, 3u, 7u}) {
      auto lessons = lessons_of(lanes, 20, kStart, 30);
      CHECK(bytes_of(learn({}, lessons, {}, kStart + 30, small_options())) == wanted);
      std::ranges::reverse(lessons);
      for (Lesson& lesson : lessons) {
        for (auto& sample : lesson.samples) std::ranges::reverse(sample);
      }
      CHECK(bytes_of(learn({}, lessons, {}, kStart + 30, small_options())) == wanted);
    }
  }

  TEST_CASE("a first model needs enough vectors over enough hours") {
    struct Case {
      std::uint64_t entities;
      std::int64_t hours;
      double progress;
    };
    for (const auto& [entities, hours, progress] :
         {Case{0, 10, 0}, Case{1, 10, 0.1}, Case{100, 12, 0.5}, Case{2, 25, 0.5},
          Case{20, 24, 1}}) {
      const Learned learned =
          learn({}, lessons_of(1, entities, kStart, hours), {}, kStart + hours, small_options());
      for (const Lore& lore : learned.kinds) {
        CHECK(lore.progress == doctest::Approx(progress));
        CHECK((lore.model != nullptr) == (progress == 1));
        CHECK((lore.id != 0) == (progress == 1));
      }
    }
  }

  TEST_CASE("a line from before a clock was set does not end learning") {
    auto lessons = lessons_of(1, 60, kStart, 5);
    Sampled old = lessons[0].samples[0].front();
    old.id = 1;
    old.hour = 0;
    lessons[0].samples[0].push_back(old);
    const Learned learned = learn({}, lessons, {}, kStart + 5, small_options());
    CHECK(learned.kinds[0].progress < 0.3);
    CHECK(learned.kinds[0].model == nullptr);
  }

  TEST_CASE("a model is trained again when its time has come, and not before") {
    const auto options = small_options();
    const Learned first = learn({}, lessons_of(1, 20, kStart, 30), {}, kStart + 30, options);
    const Learned soon = learn(first, lessons_of(1, 20, kStart + 10, 30), {}, kStart + 53, options);
    CHECK(soon.kinds[0].id == first.kinds[0].id);
    CHECK(soon.kinds[0].model == first.kinds[0].model);
    const Learned later =
        learn(first, lessons_of(1, 20, kStart + 10, 30), {}, kStart + 54, options);
    CHECK(later.kinds[0].id != first.kinds[0].id);
    CHECK(later.kinds[0].trained_hour == kStart + 54);
    // Whose baseline went is not forgotten.
    const Learned nothing = learn(first, {}, {}, kStart + 100, options);
    CHECK(nothing.kinds[0].model != nullptr);
    CHECK(nothing.kinds[0].progress == 1);
  }

  TEST_CASE("a model is made anew only when a tenth of its baseline is new") {
    const auto options = small_options();
    const auto lessons = [](std::int64_t later) { return lessons_of(1, 10, kStart + later, 30); };
    const Learned first = learn({}, lessons(0), {}, kStart + 30, options);
    const auto id_after = [&](std::int64_t later) {
      return learn(first, lessons(later), {}, kStart + 100, options).kinds[0].id;
    };
    CHECK(id_after(0) == first.kinds[0].id);
    CHECK(id_after(2) == first.kinds[0].id);
    CHECK(id_after(3) != first.kinds[0].id);
  }

  TEST_CASE("while there can be no new model nothing follows from samples") {
    const auto options = small_options();
    const Learned first = learn({}, lessons_of(1, 20, kStart, 30), {}, kStart + 30, options);
    for (const std::int64_t hours : {0, 23, 24}) {
      auto lessons = lessons_of(1, 20, kStart + 10, 30);
      const Learned with = learn(first, lessons, {}, kStart + 30 + hours, options);
      lessons[0].samples = {};
      const Learned without = learn(first, lessons, {}, kStart + 30 + hours, options);
      const bool wanted = wants_sample(first.kinds[0], kStart + 30 + hours, options);
      CHECK(wanted == (hours == 24));
      CHECK((bytes_of(with) == bytes_of(without)) == !wanted);
    }
    CHECK(wants_sample({}, kStart, options));
  }

  TEST_CASE("a model has an id of its own, which follows from its rows and options") {
    auto options = small_options();
    const auto id = [&](std::uint64_t entities) {
      const auto lessons = lessons_of(2, entities, kStart, 30);
      return learn({}, lessons, {}, kStart + 30, options).kinds[0].id;
    };
    const std::uint64_t first = id(20);
    CHECK(id(20) == first);
    CHECK(id(21) != first);
    options.seed = 1;
    CHECK(id(20) != first);
  }

  TEST_CASE("drift is small while things are as they were, and large when they change") {
    const auto options = small_options();
    const Learned first = learn({}, lessons_of(1, 30, kStart, 30), {}, kStart + 30, options);
    CHECK(first.kinds[0].score_drift == 0);
    CHECK(first.kinds[0].feature_drift == 0);
    const Learned same = learn(first, lessons_of(1, 30, kStart + 30, 30), {}, kStart + 60, options);
    CHECK(same.kinds[0].score_drift < 0.1);
    CHECK(same.kinds[0].feature_drift < 0.5);
    const Learned moved =
        learn(first, lessons_of(1, 30, kStart + 30, 30, 4000), {}, kStart + 60, options);
    CHECK(moved.kinds[0].score_drift > 0.1);
    CHECK(moved.kinds[0].feature_drift > 1);
  }

  TEST_CASE("thresholds keep to the budget of the days that ended, or are as given") {
    auto options = small_options();
    options.threshold = 0.66f;
    const auto lessons = [] { return lessons_of(2, 20, kStart, 24 * 6); };
    const auto thresholds = [&](double budget) {
      options.alarms_per_day = budget;
      const Learned learned = learn({}, lessons(), {}, kStart + 24 * 6, options);
      for (const Lore& lore : learned.kinds) {
        CHECK(lore.threshold == doctest::Approx(learned.kinds[0].threshold).epsilon(0.1));
      }
      return learned.kinds[0].threshold;
    };
    CHECK(thresholds(0) == 0.66f);
    // 480 peaks a day and kind, spread evenly.
    CHECK(thresholds(5 * 96) == doctest::Approx(0.8).epsilon(0.05));
    CHECK(thresholds(5 * 144) == doctest::Approx(0.7).epsilon(0.05));
    CHECK(thresholds(1e9) == doctest::Approx(0.45));
    CHECK(thresholds(1e-9) == doctest::Approx(0.95));
  }

  TEST_CASE("what a kind does not need of the budget the others have") {
    auto options = small_options();
    const auto threshold_of_users = [&](int others) {
      std::vector<Lesson> lessons(1);
      for (std::int64_t day = 100; day < 104; ++day) {
        for (int i = 0; i < 100; ++i) {
          lessons[0].peaks.rise(Kind::User, day, 0, 0.5f + static_cast<float>(i) / 250);
          for (const Kind kind : {Kind::Source, Kind::Network, Kind::Host, Kind::Session}) {
            if (i < others) lessons[0].peaks.rise(kind, day, 0, 0.8f);
          }
        }
      }
      options.alarms_per_day = 100;
      return learn({}, lessons, {}, 104 * 24, options).kinds[2].threshold;
    };
    CHECK(threshold_of_users(0) == doctest::Approx(0.45));                 // all
    CHECK(threshold_of_users(10) == doctest::Approx(0.66).epsilon(0.03));  // 100 less 4 times 10
    CHECK(threshold_of_users(90) == doctest::Approx(0.82).epsilon(0.03));  // its fifth
  }

  TEST_CASE("what does not fit into the baseline is not asked for again") {
    const auto options = small_options();
    const Learned few = learn({}, lessons_of(3, 5, kStart, 30), {}, kStart + 30, options);
    CHECK(few.kinds[0].sample_limit == Lore{}.sample_limit);
    const auto lessons = lessons_of(3, 50, kStart, 30);
    const Learned many = learn({}, lessons, {}, kStart + 30, options);
    std::size_t within = 0;
    for (const Lesson& lesson : lessons) {
      within +=
          static_cast<std::size_t>(std::ranges::count_if(lesson.samples[0], [&](const Sampled& s) {
            return s.priority <= many.kinds[0].sample_limit;
          }));
    }
    CHECK(within == options.baseline_max);
  }

  TEST_CASE("what was learned comes back from bytes as it was") {
    const Learned learned = some_learned();
    REQUIRE(learned.kinds[0].model != nullptr);
    for (const Lore& lore : learned.kinds) {
      Lore again;
      REQUIRE(decode(encode(lore), again));
      CHECK(encode(again) == encode(lore));
      CHECK(again.id == lore.id);
      CHECK(again.threshold == lore.threshold);
      CHECK(again.head == lore.head);
      CHECK(again.model->encode() == lore.model->encode());
    }
    Lore empty, again;
    REQUIRE(decode(encode(empty), again));
    CHECK(again == empty);
  }

  TEST_CASE("damaged bytes are refused, or are at least something that was written so") {
    const std::string whole = encode(some_learned().kinds[0]);
    Lore lore;
    for (std::size_t size = 0; size < whole.size(); size += size < 2000 ? 1 : 997) {
      CHECK_FALSE(decode(std::string_view(whole).substr(0, size), lore));
    }
    CHECK_FALSE(decode(whole + '\0', lore));
    Random random(8);
    for (int turn = 0; turn < 300; ++turn) {
      std::string bytes = whole;
      const std::size_t at =
          turn < 150 ? random.below(2000) : random.below(static_cast<std::uint32_t>(whole.size()));
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << random.below(8)));
      Lore read;
      if (!decode(bytes, read)) continue;
      Lore again;
      REQUIRE(decode(encode(read), again));
      CHECK(std::isfinite(read.threshold));
      CHECK(read.model->columns() == kFeatures);
    }
  }
}
