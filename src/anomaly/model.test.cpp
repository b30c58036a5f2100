#include "anomaly/model.h"

#include "anomaly/testing_rows.h"
#include "base/hash.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace vedette::anomaly {
namespace {

std::vector<std::string> names_of(std::size_t columns) {
  std::vector<std::string> names;
  for (std::size_t c = 0; c < columns; ++c) names.push_back("column " + std::to_string(c));
  return names;
}
Model trained(const Rows& rows, const ModelOptions& options = {}) {
  return *Model::train(rows.matrix(), names_of(rows.columns), 3, options);
}
std::vector<float> scored(const Model& model, const Rows& rows) {
  std::vector<float> scores(rows.matrix().rows());
  model.score(rows.matrix(), scores);
  return scores;
}
/// The bytes with a checksum that is right again.
std::string sealed(std::string bytes) {
  bytes.resize(bytes.size() - 8);
  Writer(bytes).fixed64(hash64(bytes));
  return bytes;
}
const ModelOptions kSmall{.ensemble = true, .trees = 5, .samples = 16, .samples_large = 64};

}  // namespace

TEST_SUITE("anomaly/model") {
  TEST_CASE("what is far from the baseline is at the top, and in order beyond it") {
    const Rows rows = cloud(3000, 4);
    for (const bool ensemble : {false, true}) {
      const Model model = trained(rows, {.ensemble = ensemble});
      const Rows odd{.values = {0, 0, 0, 0, 5, 5, 5, 5, 9, 9, 9, 9}, .columns = 4};
      const auto scores = scored(model, odd);
      CHECK(scores[0] < scores[1]);
      CHECK(scores[1] <= scores[2]);
      CHECK(model.rarity(scores[0]) > 0.5);
      CHECK(model.rarity(scores[2]) <= 1.0 / 3000);
    }
  }

  TEST_CASE("a model is the same after it was a file") {
    for (const bool ensemble : {false, true}) {
      const Rows rows = cloud(2000, 3);
      const TimeRange when{.from = Time{Duration{-5}}, .to = Time{Duration{1'000'000'000}}};
      const Model model =
          *Model::train(rows.matrix(), names_of(3), 3,
                        {.ensemble = ensemble, .baseline_max = 500, .seed = 7}, when);
      const auto read = Model::decode(model.encode());
      REQUIRE(read);
      CHECK(read->encode() == model.encode());
      CHECK(scored(*read, rows) == scored(model, rows));
      CHECK(read->names() == names_of(3));
      CHECK(read->features_version() == 3);
      CHECK(read->options().seed == 7);
      CHECK(read->when().from == when.from);
      CHECK(read->when().to == when.to);
      CHECK(read->rows() == 2000);
      CHECK(read->baseline_rows() == 500);
      CHECK(read->usual()[2].median == model.usual()[2].median);
      for (float score = 0; score < 1; score += 0.01f) {
        CHECK(read->rarity(score) == model.rarity(score));
      }
      std::vector<double> before(3), after(3);
      model.attribute(rows.matrix().row(0), before);
      read->attribute(rows.matrix().row(0), after);
      CHECK(before == after);
    }
  }

  TEST_CASE("every cut and every changed byte is noticed") {
    const std::string bytes = trained(cloud(40, 2), kSmall).encode();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK(Model::decode(bytes.substr(0, size)).error().code == Errc::AnomalyModelDamaged);
    }
    for (std::size_t at = 0; at < bytes.size(); ++at) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      CHECK(!Model::decode(changed));
    }
  }

  TEST_CASE("a file with a right checksum is not believed for that") {
    const std::string bytes = trained(cloud(40, 2), kSmall).encode();
    for (std::size_t at = 0; at + 8 < bytes.size(); ++at) {
      for (const int change : {1, 0x80, 0xFF}) {
        std::string changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ change);
        const auto read = Model::decode(sealed(changed));
        if (!read) continue;  // another number in its bounds is another model; it can be used
        for (const float score : scored(*read, cloud(20, read->columns()))) {
          CHECK((score >= 0 && score <= 1));
        }
      }
    }
  }

  TEST_CASE("another version and other files are named as such") {
    std::string bytes = trained(cloud(40, 2), kSmall).encode();
    CHECK(Model::decode("").error().detail == "it is no model of behaviour");
    CHECK(Model::decode("VDPROMPT").error().detail == "it is no model of behaviour");
    bytes[8] = 9;
    CHECK(Model::decode(sealed(bytes)).error().detail ==
          "it is of version 9, this program reads 1");
  }

  TEST_CASE("what is usual in a column is its quantiles, without what is no number") {
    Rows rows{.values = {}, .columns = 2};
    for (int i = 0; i <= 100; ++i) {
      rows.values.push_back(static_cast<float>(100 - i));
      rows.values.push_back(std::numeric_limits<float>::quiet_NaN());
    }
    const Model model = trained(rows);
    const Usual& usual = model.usual()[0];
    CHECK(usual.low == 0);
    CHECK(usual.q25 == 25);
    CHECK(usual.median == 50);
    CHECK(usual.q75 == 75);
    CHECK(usual.q95 == 95);
    CHECK(usual.q99 == 99);
    CHECK(usual.high == 100);
    CHECK(model.usual()[1].high == 0);
  }

  TEST_CASE("of a large baseline each row has the same chance") {
    Rows rows{.values = {}, .columns = 1};
    for (int i = 0; i < 50'000; ++i) rows.values.push_back(static_cast<float>(i));
    const Model model = trained(rows, {.ensemble = false, .baseline_max = 1000});
    CHECK(model.baseline_rows() == 1000);
    CHECK(model.usual()[0].median == doctest::Approx(25'000).epsilon(0.1));
    CHECK(model.usual()[0].q25 == doctest::Approx(12'500).epsilon(0.15));
  }

  TEST_CASE("what it did for each column adds up to how much shorter the path is") {
    const Rows rows = cloud(1000, 4);
    const Model model = trained(rows, {.ensemble = false});
    const auto scores = scored(model, rows);
    std::vector<double> columns(4);
    for (std::size_t i = 0; i < 100; ++i) {
      model.attribute(rows.matrix().row(i), columns);
      double sum = 0;
      for (const double column : columns) sum += column;
      CHECK(sum == doctest::Approx(-std::log2(double{scores[i]}) - 1).epsilon(1e-3));
    }
  }

  TEST_CASE("baselines out of bounds are refused") {
    const Rows rows = cloud(10, 2);
    CHECK(Model::train(rows.matrix(), names_of(2), 0, {.baseline_max = 0}).error().code ==
          Errc::AnomalyOptions);
    CHECK(Model::train({.values = {}, .columns = 2}, names_of(2), 0, {}).error().code ==
          Errc::AnomalyRows);
    CHECK(Model::train({.values = {}, .columns = 0}, {}, 0, {}).error().code == Errc::AnomalyRows);
  }

  TEST_CASE("one row is a baseline in which nothing is rare") {
    const Rows row = cloud(1, 3);
    for (const bool ensemble : {false, true}) {
      const Model model = trained(row, {.ensemble = ensemble});
      CHECK(scored(model, row)[0] == 0.5f);
      CHECK(model.rarity(0.5f) == 1);
      CHECK(Model::decode(model.encode()));
    }
  }
}

}  // namespace vedette::anomaly
