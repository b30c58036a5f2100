#include "anomaly/trees.h"

#include "base/assert.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace vedette::anomaly {
namespace {

/// Further than this from the median, rows are equally far; sums over a plane stay finite.
constexpr double kDeviationsMax = 1e12;
constexpr std::size_t kWidthMin = 32;  // what two registers of AVX-512 hold

}  // namespace

float Column::standardised(float value) const {
  if (std::isnan(value)) return 0;
  // In double, where neither the difference nor the product can overflow.
  const double deviations = (double{clean(value)} - double{median}) * double{inverse_deviation};
  return static_cast<float>(std::clamp(deviations, -kDeviationsMax, kDeviationsMax));
}

std::vector<double> average_lengths(std::size_t most) {
  std::vector<double> lengths(most + 1);
  double harmonic = 0;  // H(n - 1)
  for (std::size_t n = 2; n <= most; ++n) {
    const auto others = static_cast<double>(n - 1);
    harmonic += 1 / others;
    lengths[n] = 2 * harmonic - 2 * others / static_cast<double>(n);
  }
  return lengths;
}

Result<Trees> Trees::make(Cut cut, std::size_t columns, std::size_t trees, std::size_t samples) {
  const auto bounded = [](std::string_view what, std::size_t value, std::size_t most) {
    return Error{Errc::AnomalyOptions, fmt::format("{} {}: 1 to {}", what, value, most)};
  };
  if (columns < 1 || columns > kColumnsMax) return bounded("columns", columns, kColumnsMax);
  if (trees < 1 || trees > kTreesMax) return bounded("trees", trees, kTreesMax);
  if (samples < 1 || samples > kSamplesMax) return bounded("samples", samples, kSamplesMax);
  Trees made;
  made.cut = cut;
  made.columns = columns;
  made.trees = trees;
  made.samples = samples;
  made.depth = static_cast<std::size_t>(std::bit_width(samples - 1));
  made.width = std::max(std::size_t{1} << made.depth, kWidthMin);
  made.parts = cut == Cut::Plane ? std::min(columns, kPlaneColumns) : 1;
  const std::size_t nodes = trees * made.width;
  if (nodes > kNodesMax) {
    return Error{Errc::AnomalyOptions, fmt::format("{} trees of {} samples: together at most {}",
                                                   trees, samples, kNodesMax)};
  }
  made.of_columns.resize(columns);
  made.thresholds.resize(nodes);
  made.cut_at.resize(nodes * made.parts);
  if (cut == Cut::Plane) made.weights.resize(nodes * made.parts);
  made.lengths.resize(nodes);
  made.sizes.resize(2 * nodes);
  made.average_length = average_lengths(samples);
  return made;
}

void Trees::set_leaf(std::size_t tree, std::size_t node, std::size_t level, std::size_t size) {
  VD_ASSERT(level <= depth);
  sizes[tree * 2 * width + node] = static_cast<std::uint16_t>(size);
  const std::size_t places = std::size_t{1} << (depth - level);
  const std::size_t first = tree * width + node * places - (std::size_t{1} << depth);
  std::fill_n(lengths.begin() + static_cast<std::ptrdiff_t>(first), places,
              fixed_length(expected_length(level, size)));
}

bool Trees::is_leaf(std::size_t tree, std::size_t node, std::size_t level) const {
  return level == depth || size(tree, 2 * node) + size(tree, 2 * node + 1) == 0;
}

float Trees::measure(std::size_t tree, std::size_t node, std::span<const float> row) const {
  const std::size_t at = tree * parts * width + node;
  if (weights.empty()) return row[cut_at[at] / kLanes];
  float sum = weights[at] * row[cut_at[at] / kLanes];
  for (std::size_t part = 1; part < parts; ++part) {
    sum += weights[at + part * width] * row[cut_at[at + part * width] / kLanes];
  }
  return sum;
}

}  // namespace vedette::anomaly
