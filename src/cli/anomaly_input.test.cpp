#include "cli/anomaly_input.h"

#include "base/random.h"

#include <doctest/doctest.h>

namespace vedette::cli {
namespace {

anomaly::Model model_of(std::uint32_t features_version) {
  Random random(1);
  std::vector<float> values(300 * anomaly::kFeatures);
  for (float& value : values) value = static_cast<float>(random.unit());
  auto model = anomaly::Model::train({values, anomaly::kFeatures}, anomaly::feature_names(),
                                     features_version, {});
  REQUIRE(model);
  return *std::move(model);
}

}  // namespace

TEST_SUITE("cli/anomaly_input") {
  TEST_CASE("a model of another version of the features is refused, and says whose fault it is") {
    const Rows rows = no_features("auth.log");
    CHECK(check_model(model_of(anomaly::kFeaturesVersion), "m", rows));
    CHECK(check_model(model_of(0), "m", rows));  // of a table, whose columns are called so
    const auto refused = check_model(model_of(anomaly::kFeaturesVersion + 1), "users.model", rows);
    REQUIRE(!refused);
    CHECK(refused.error().code == Errc::AnomalyModelDamaged);
    CHECK(refused.error().detail.starts_with("users.model: of version "));
  }

  TEST_CASE("a model of other columns is refused with the first that differs") {
    Rows rows = no_features("today.csv");
    rows.table.names[3] = "other";
    auto refused = check_model(model_of(anomaly::kFeaturesVersion), "m", rows);
    REQUIRE(!refused);
    CHECK(refused.error().code == Errc::AnomalyColumns);
    CHECK(refused.error().detail.find("column 4 is 'other' in today.csv") != std::string::npos);
    rows.table.names.pop_back();
    refused = check_model(model_of(anomaly::kFeaturesVersion), "m", rows);
    REQUIRE(!refused);
    CHECK(refused.error().code == Errc::AnomalyColumns);
  }

  TEST_CASE("what was kept in steps comes back as numbers") {
    Rows rows = no_features("x");
    std::vector<std::int16_t> steps(anomaly::kFeatures, 512);
    steps[1] = -256;
    append(rows, steps);
    append(rows, steps);
    REQUIRE(rows.table.matrix().rows() == 2);
    CHECK(rows.table.matrix().row(1)[0] == 1);
    CHECK(rows.table.matrix().row(1)[1] == -0.5f);
  }
}

}  // namespace vedette::cli
