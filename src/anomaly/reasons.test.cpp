#include "anomaly/reasons.h"

#include "anomaly/features.h"
#include "base/random.h"

#include <doctest/doctest.h>

#include <cmath>
#include <set>
#include <string>

using namespace vedette;
using namespace vedette::anomaly;

namespace {

constexpr auto index_of(Feature feature) {
  return static_cast<std::size_t>(feature);
}

/// 500 rows, each feature between 1 and 3.
Lore usual_lore() {
  Random random(1);
  std::vector<float> values(500 * kFeatures);
  for (float& value : values) value = 1 + 2 * static_cast<float>(random.unit());
  const Matrix rows{values, kFeatures};
  const SortedColumns sorted(rows);
  auto model = Model::train(rows, sorted, feature_names(), kFeaturesVersion, {});
  REQUIRE(model);
  Lore lore;
  lore.model = std::make_shared<const Model>(*std::move(model));
  lore.tails = Tails::fit(rows, sorted, Kind::Source);
  return lore;
}

Vector with(std::initializer_list<std::pair<Feature, float>> others) {
  std::array<float, kFeatures> values;
  values.fill(2);
  for (const auto& [feature, value] : others) values[index_of(feature)] = value;
  return to_steps(values);
}

}  // namespace

TEST_SUITE("anomaly/reasons") {
  TEST_CASE("what was unusual is said, the strongest first, and what was usual is not") {
    const Lore lore = usual_lore();
    std::string_view technique;
    const auto reasons =
        reasons_for(lore, Kind::Source, with({{Feature::Failures5m, 12}, {Feature::Users5m, 9}}),
                    {}, technique);
    REQUIRE(reasons.size() == 2);
    double before = 1;
    std::set<std::string> features;
    for (const AnomalyReason& reason : reasons) {
      features.insert(reason.feature);
      CHECK(reason.share > 0);
      CHECK(reason.share <= before);
      CHECK(!reason.sentence.empty());
      before = reason.share;
    }
    CHECK(features == std::set<std::string>{"failures_5m", "users_5m"});
    CHECK(!technique.empty());
    CHECK(technique ==
          describe(reasons[0].feature == "failures_5m" ? Feature::Failures5m : Feature::Users5m)
              .technique);
  }

  TEST_CASE("numbers are in people's units, beside those of its peers and its own, if known") {
    const Lore lore = usual_lore();
    std::string_view technique;
    const auto reasons =
        reasons_for(lore, Kind::Source, with({{Feature::Failures5m, 10}}), {}, technique);
    REQUIRE(reasons.size() == 1);
    CHECK(reasons[0].value == doctest::Approx(natural(Feature::Failures5m, 10)));
    CHECK(reasons[0].peers == doctest::Approx(natural(Feature::Failures5m, 2)).epsilon(0.15));
    CHECK(std::isnan(reasons[0].usual));
    CHECK(reasons[0].sentence == format_reason(Feature::Failures5m, 10, std::nanf("")));
  }

  TEST_CASE("five reasons at most") {
    const Lore lore = usual_lore();
    std::string_view technique;
    CHECK(reasons_for(lore, Kind::Host, with({}), {}, technique).size() <= 1);
    Vector all;
    all.fill(30'000);
    CHECK(reasons_for(lore, Kind::Host, all, {}, technique).size() == kReasonsMax);
  }

  TEST_CASE("what is unusually low points to no technique") {
    const Lore lore = usual_lore();
    std::string_view technique;
    const auto reasons =
        reasons_for(lore, Kind::Source, with({{Feature::Failures5m, -20}}), {}, technique);
    REQUIRE(!reasons.empty());
    CHECK(reasons[0].feature == "failures_5m");
    CHECK(technique.empty());
  }
}
