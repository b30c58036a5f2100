#include "anomaly/model.h"

#include "base/assert.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace vedette::anomaly {
namespace {

/// Each row with the same chance (Vitter, Random Sampling with a Reservoir, TOMS 1985, algorithm
/// R), in their order.
std::vector<float> sample_rows(const Matrix& rows, std::size_t most, std::uint64_t seed) {
  if (rows.rows() <= most) return {rows.values.begin(), rows.values.end()};
  Random random(seed);
  std::vector<std::uint32_t> chosen(most);
  std::iota(chosen.begin(), chosen.end(), 0u);
  for (std::size_t row = most; row < rows.rows(); ++row) {
    const std::uint32_t at = random.below(static_cast<std::uint32_t>(row + 1));
    if (at < most) chosen[at] = static_cast<std::uint32_t>(row);
  }
  std::sort(chosen.begin(), chosen.end());
  std::vector<float> values;
  values.reserve(most * rows.columns);
  for (const std::uint32_t row : chosen) {
    const auto from = rows.row(row);
    values.insert(values.end(), from.begin(), from.end());
  }
  return values;
}

std::vector<Usual> usual_of(const SortedColumns& sorted) {
  std::vector<Usual> found(sorted.columns());
  for (std::size_t c = 0; c < found.size(); ++c) {
    const auto column = sorted.column(c);
    if (column.empty()) continue;
    const auto at = [&](double share) {
      return column[static_cast<std::size_t>(share * static_cast<double>(column.size() - 1) + 0.5)];
    };
    found[c] = {.low = at(0),
                .q25 = at(0.25),
                .median = at(0.5),
                .q75 = at(0.75),
                .q95 = at(0.95),
                .q99 = at(0.99),
                .high = at(1)};
  }
  return found;
}

}  // namespace

Result<Model> Model::train(const Matrix& rows, std::vector<std::string> names,
                           std::uint32_t features_version, const ModelOptions& options,
                           TimeRange when) {
  if (options.baseline_max < 1 || options.baseline_max > kBaselineMax) {
    return Error{Errc::AnomalyOptions,
                 fmt::format("a baseline of {} rows: 1 to {}", options.baseline_max, kBaselineMax)};
  }
  if (rows.columns == 0 || rows.rows() > kRowsMax) {
    return Error{Errc::AnomalyRows, "there is no column, or there are too many rows"};
  }
  const auto values = sample_rows(rows, options.baseline_max, options.seed);
  const Matrix baseline{.values = values, .columns = rows.columns};
  VD_TRY(Model model, train(baseline, SortedColumns(baseline), std::move(names), features_version,
                            options, when));
  model.rows_ = rows.rows();
  return model;
}

Result<Model> Model::train(const Matrix& rows, const SortedColumns& sorted,
                           std::vector<std::string> names, std::uint32_t features_version,
                           const ModelOptions& options, TimeRange when) {
  VD_ASSERT(names.size() == rows.columns && rows.rows() <= kBaselineMax);
  Model model;
  for (std::string& name : names) model.names_.emplace_back(clip_utf8(name, kNameBytesMax));
  model.features_version_ = features_version;
  model.options_ = options;
  model.when_ = when;
  model.rows_ = rows.rows();
  model.usual_ = usual_of(sorted);
  ForestOptions forest{
      .trees = options.trees, .samples = options.samples, .cut = Cut::Axis, .seed = options.seed};
  const auto add = [&](Cut cut, std::size_t samples) -> Result<void> {
    forest.cut = cut;
    forest.samples = samples;
    forest.seed = hash_combine(options.seed, model.forests_.size());
    VD_TRY(Forest made, Forest::fit(rows, sorted, forest));
    model.forests_.push_back(std::move(made));
    return {};
  };
  VD_CHECK(add(Cut::Axis, options.samples));
  if (options.ensemble) {
    VD_CHECK(add(Cut::Plane, options.samples));
    VD_CHECK(add(Cut::Axis, options.samples_large));
    VD_CHECK(add(Cut::Plane, options.samples_large));
  }
  std::vector<float> scores(rows.rows());
  for (const Forest& made : model.forests_) {
    if (!options.ensemble) break;
    made.score(rows, scores);
    model.forest_ranks_.emplace_back(scores);
  }
  model.score(rows, scores);
  model.ranks_ = Ranks(std::move(scores));
  return model;
}

void Model::score(const Matrix& rows, std::span<float> scores) const {
  if (forests_.size() == 1) return forests_[0].score(rows, scores);
  std::vector<double> sums(scores.size());
  for (std::size_t i = 0; i < forests_.size(); ++i) {
    forests_[i].score(rows, scores);
    for (std::size_t row = 0; row < sums.size(); ++row) {
      sums[row] += forest_ranks_[i].rank(scores[row]);
    }
  }
  const auto count = static_cast<double>(forests_.size());
  for (std::size_t row = 0; row < sums.size(); ++row) {
    scores[row] = static_cast<float>(sums[row] / count);
  }
}

void Model::attribute(std::span<const float> row, std::span<double> columns) const {
  std::vector<double> of_forest(columns.size());
  std::fill(columns.begin(), columns.end(), 0.0);
  for (const Forest& forest : forests_) {
    if (forest.samples() < 2) continue;  // no cut, no length
    forest.attribute(row, of_forest);
    const double parts = forest.usual_length() * static_cast<double>(forests_.size());
    for (std::size_t c = 0; c < columns.size(); ++c) columns[c] += of_forest[c] / parts;
  }
}

}  // namespace vedette::anomaly
