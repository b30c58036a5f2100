#include "prompt/evaluate.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace vedette;
using namespace vedette::prompt;

namespace {

constexpr std::array<double, kStrictnesses> kThresholds{0.9, 0.8, 0.7, 0.6};

}  // namespace

TEST_SUITE("prompt/evaluate") {
  TEST_CASE("AUROC counts the pairs in the right order, ties as half") {
    const Sample attack{.text = "", .source = "a", .kind = "", .attack = true};
    const Sample honest{.text = "", .source = "b", .kind = "", .attack = false};
    const std::vector<Judged> judged{
        {&attack, 0.95, 3}, {&attack, 0.65, 1}, {&honest, 0.65, 1}, {&honest, 0.1, 0}};
    const Quality quality = measure(kThresholds, judged);
    CHECK(quality.auroc == doctest::Approx(3.5 / 4));
    CHECK(quality.recall_percent == doctest::Approx(0.5));
    CHECK(quality.attacks_by_source.at("a").alarms == std::array<std::size_t, 4>{1, 1, 1, 2});
    CHECK(quality.honest_by_source.at("b").alarms == std::array<std::size_t, 4>{0, 0, 0, 1});
  }

  TEST_CASE("a text is judged by the worst of what can be read in it") {
    ModelParameters parameters;
    parameters.weights.assign(std::size_t{1} << kBucketBits, 0);
    for (std::size_t i = 0; i < parameters.weights.size(); ++i) {
      parameters.weights[i] = static_cast<std::int8_t>(i * 37 % 21 - 10);
    }
    parameters.scale = 0.1;
    const Model model(std::move(parameters));
    std::vector<double> logits;
    for (const char* text : {"aloud", "in base64", "read backwards"}) {
      logits.push_back(model.score(text).logit);
    }
    const Sample sample{.text = "aloud",
                        .source = "a",
                        .kind = "",
                        .attack = true,
                        .decoded = {"in base64", "read backwards"}};
    CHECK(judge(model, sample).logit == *std::max_element(logits.begin(), logits.end()));
  }

  TEST_CASE("one honest text in a hundred may score above the cut of 1 %") {
    const Sample attack{.text = "", .source = "a", .kind = "", .attack = true};
    const Sample honest{.text = "", .source = "b", .kind = "", .attack = false};
    std::vector<Judged> judged;
    for (int i = 0; i < 100; ++i) judged.push_back({&honest, 0.5, double(i)});
    judged.push_back({&attack, 0.5, 98.5});
    const Quality quality = measure(kThresholds, judged);
    CHECK(quality.recall_percent == doctest::Approx(1));
    CHECK(quality.recall_permille == doctest::Approx(0));
    CHECK(quality.honest_by_source.at("b").above_percent == 1);
  }
}
