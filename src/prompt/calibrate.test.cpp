#include "prompt/calibrate.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::prompt;

TEST_SUITE("prompt/calibrate") {
  TEST_CASE("a quantile leaves at most the wanted share of honest weight above it") {
    std::vector<Scored> scored;
    for (int i = 0; i < 1000; ++i) scored.push_back({.logit = i * 0.01});
    scored.push_back({.logit = 99, .attack = true});
    for (const double share : kFalseAlarmTargets) {
      const double cut = honest_quantile(scored, share);
      double above = 0;
      for (const Scored& s : scored) above += !s.attack && s.logit >= cut;
      CHECK(above <= share * 1000);
      CHECK(above >= share * 1000 - 1);
    }
  }

  TEST_CASE("ties count as above") {
    CHECK(honest_quantile({{.logit = 1}, {.logit = 1}, {.logit = 0}}, 0.5) > 1);
    CHECK(honest_quantile({}, 0.5) == 0);
  }

  TEST_CASE("thresholds fall as strictness rises, and are scores") {
    ModelParameters parameters;
    parameters.weights.assign(std::size_t{1} << kBucketBits, 0);
    for (std::size_t i = 0; i < parameters.weights.size(); ++i) {
      parameters.weights[i] = static_cast<std::int8_t>(i * 37 % 21 - 10);
    }
    parameters.scale = 0.1;
    std::vector<Sample> held;
    for (int i = 0; i < 400; ++i) {
      held.push_back({.text = "text number " + std::string(static_cast<std::size_t>(i % 40), 'x'),
                      .source = "s",
                      .kind = "",
                      .attack = i % 4 == 0});
    }
    calibrate(parameters, judge(Model(parameters), held));
    CHECK(parameters.slope > 0);
    for (std::size_t i = 0; i < kStrictnesses; ++i) {
      CHECK(parameters.thresholds[i] >= 0);
      CHECK(parameters.thresholds[i] <= 1);
      if (i > 0) CHECK(parameters.thresholds[i] <= parameters.thresholds[i - 1]);
    }
  }
}
