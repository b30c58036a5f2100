#include "engine/learning.h"

#include "base/hash.h"
#include "base/random.h"

#include <doctest/doctest.h>

#include <future>

namespace vedette::engine {
namespace {

constexpr std::int64_t kStart = 490'000;  // an hour

anomaly::LearningOptions small_options() {
  anomaly::LearningOptions options;
  options.baseline_min = 50;
  options.baseline_max = 100;
  options.learning_hours = 2;
  options.retrain_hours = 1;
  return options;
}

anomaly::Lesson lesson_of(std::size_t lane, std::int64_t hour) {
  Random random(lane * 1000 + static_cast<std::uint64_t>(hour));
  anomaly::Lesson lesson;
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
    anomaly::Sample sample(100, k);
    for (std::uint64_t entity = 0; entity < 60; ++entity) {
      anomaly::Vector vector;
      for (std::int16_t& step : vector) step = static_cast<std::int16_t>(random.below(2000));
      sample.offer(mix64(entity * 8 + lane), 0, hour - static_cast<std::int64_t>(entity % 5),
                   vector);
    }
    lesson.samples[k].assign(sample.items().begin(), sample.items().end());
  }
  return lesson;
}

}  // namespace

TEST_SUITE("engine/learning") {
  TEST_CASE("all lanes get the same, which follows from the lessons of all, time after time") {
    constexpr std::size_t kLanes = 3;
    constexpr int kLessons = 3;
    Stats stats;
    Learning learning(small_options(), kLanes, nullptr, stats);
    using Learned = std::shared_ptr<const anomaly::Learned>;
    const auto lane = [&](std::size_t index) {
      std::vector<Learned> all{std::make_shared<const anomaly::Learned>()};
      for (int i = 0; i < kLessons; ++i) {
        const std::int64_t hour = kStart + i;
        const auto number = learning.submit(lesson_of(index, hour), all.back(), hour);
        all.push_back(learning.wait(number));
        CHECK(learning.wait(number) == all.back());
      }
      return all;
    };
    std::vector<std::future<std::vector<Learned>>> lanes;
    for (std::size_t l = 0; l < kLanes; ++l) {
      lanes.push_back(std::async(std::launch::async, lane, l));
    }
    std::vector<std::vector<Learned>> got;
    for (auto& one : lanes) got.push_back(one.get());
    anomaly::Learned wanted;
    for (int i = 0; i < kLessons; ++i) {
      const auto at = static_cast<std::size_t>(i) + 1;
      std::vector<anomaly::Lesson> lessons;
      for (std::size_t l = 0; l < kLanes; ++l) {
        CHECK(got[l][at] == got[0][at]);
        lessons.push_back(lesson_of(l, kStart + i));
      }
      wanted = anomaly::learn(wanted, std::move(lessons), {}, kStart + i, small_options());
      for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
        CHECK(encode(got[0][at]->kinds[k]) == encode(wanted.kinds[k]));
      }
    }
    CHECK(Stats::get(stats.models_trained) == anomaly::kKinds * kLessons);
  }

  TEST_CASE("what was learned can be seen by anybody") {
    Stats stats;
    Learning learning(small_options(), 1, nullptr, stats);
    const auto none = std::make_shared<const anomaly::Learned>();
    const auto learned = learning.wait(learning.submit(lesson_of(0, kStart), none, kStart));
    for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
      CHECK(stats.behaviour[k].model == learned->kinds[k].id);
      CHECK(stats.behaviour[k].model != 0);
      CHECK(stats.behaviour[k].trained_hour == kStart);
      CHECK(stats.behaviour[k].progress == 1);
      CHECK(stats.behaviour[k].threshold == learned->kinds[k].threshold);
    }
  }

  TEST_CASE("a person should look when scores or a feature have drifted") {
    Stats::Behaviour its;
    CHECK_FALSE(has_drifted(its));
    its.score_drift = 0.09f;
    its.feature_drift = 0.99f;
    CHECK_FALSE(has_drifted(its));
    its.score_drift = 0.1f;
    CHECK(has_drifted(its));
    its.score_drift = 0;
    its.feature_drift = 1;
    CHECK(has_drifted(its));
  }

  TEST_CASE("it ends while lessons are missing, or one is being learned from") {
    const auto none = std::make_shared<const anomaly::Learned>();
    for (const std::size_t given : {0u, 1u, 2u}) {
      Stats stats;
      Learning learning(small_options(), 2, nullptr, stats);
      for (std::size_t l = 0; l < given; ++l) {
        CHECK(learning.submit(lesson_of(l, kStart), none, kStart) == 1);
      }
    }
  }
}

}  // namespace vedette::engine
