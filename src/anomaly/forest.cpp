#include "anomaly/forest.h"

#include "base/assert.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vedette::anomaly {
namespace {

/// Floats of a block: so many rows that the trees are not read from memory for each anew, so few
/// that they stay in the first cache.
constexpr std::size_t kBlockFloats = 4096;
constexpr std::size_t kBlockRowsMax = 512;

/// 2^-x for x from 0 on. Not the library's, which rounds differently from one machine to the next.
double power_of_half(double x) {
  const auto whole = static_cast<int>(x);
  const double part = (static_cast<double>(whole) - x) * 0.693147180559945309417;  // ln 2
  double sum = 1;
  for (int term = 14; term > 0; --term) sum = 1 + sum * part / term;  // Taylor's series, by Horner
  return std::ldexp(sum, -whole);
}

/// Puts rows into the order in which they walk: [group][column][lane]. What is over of the last
/// group keeps what stood there, which is never looked at.
void fill_block(const Trees& trees, const float* rows, std::size_t count, float* block) {
  for (std::size_t i = 0; i < count; ++i) {
    float* group = block + i / kLanes * kLanes * trees.columns + i % kLanes;
    for (std::size_t c = 0; c < trees.columns; ++c) {
      group[c * kLanes] = trees.seen(c, rows[i * trees.columns + c]);
    }
  }
}

}  // namespace

namespace {

Result<void> check_size(const Matrix& rows) {
  const std::size_t count = rows.columns == 0 ? 0 : rows.rows();
  if (count == 0 || count > kRowsMax || rows.columns > kColumnsMax) {
    return Error{Errc::AnomalyRows,
                 fmt::format("{} rows of {} columns: 1 to {} rows, 1 to {} columns", count,
                             rows.columns, kRowsMax, kColumnsMax)};
  }
  return {};
}

}  // namespace

Result<Forest> Forest::fit(const Matrix& rows, const ForestOptions& options) {
  VD_CHECK(check_size(rows));
  return fit(rows, SortedColumns(rows), options);
}

Result<Forest> Forest::fit(const Matrix& rows, const SortedColumns& sorted,
                           const ForestOptions& options) {
  VD_CHECK(check_size(rows));
  if (options.samples > kSamplesMax) {
    return Error{Errc::AnomalyOptions,
                 fmt::format("samples {}: 1 to {}", options.samples, kSamplesMax)};
  }
  const std::size_t samples = std::min(options.samples, rows.rows());
  VD_TRY(Trees trees, Trees::make(options.cut, rows.columns, options.trees, samples));
  fit_trees(trees, rows.values, sorted, options.seed);
  return Forest(std::move(trees));
}

void Forest::score(const Matrix& rows, std::span<float> scores, Instructions with) const {
  const Trees& t = trees_;
  VD_ASSERT(rows.columns == t.columns && scores.size() == rows.rows());
  if (t.samples < 2) return std::fill(scores.begin(), scores.end(), 0.5f);
  const std::size_t block_rows =
      std::clamp(kBlockFloats / t.columns / kLanes * kLanes, kLanes, kBlockRowsMax);
  std::vector<float> block(block_rows * t.columns);
  std::array<std::uint32_t, kBlockRowsMax> sums;
  const double usual =
      static_cast<double>(fixed_length(usual_length())) * static_cast<double>(t.trees);
  for (std::size_t first = 0; first < scores.size(); first += block_rows) {
    const std::size_t count = std::min(block_rows, scores.size() - first);
    fill_block(t, rows.row(first).data(), count, block.data());
    const std::size_t groups = (count + kLanes - 1) / kLanes;
    std::fill_n(sums.begin(), groups * kLanes, 0u);
    add_lengths({.thresholds = t.thresholds.data(),
                 .cut_at = t.cut_at.data(),
                 .weights = t.weights.empty() ? nullptr : t.weights.data(),
                 .lengths = t.lengths.data(),
                 .trees = t.trees,
                 .depth = t.depth,
                 .width = t.width,
                 .parts = t.parts,
                 .block = block.data(),
                 .groups = groups,
                 .columns = t.columns,
                 .sums = sums.data()},
                with);
    for (std::size_t i = 0; i < count; ++i) {
      scores[first + i] = static_cast<float>(power_of_half(sums[i] / usual));
    }
  }
}

}  // namespace vedette::anomaly
