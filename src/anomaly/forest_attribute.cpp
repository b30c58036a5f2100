#include "anomaly/forest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace vedette::anomaly {
namespace {

/// Adds a cut's change of length to the columns that it looks at.
void share(const Trees& trees, std::size_t tree, std::size_t node, std::span<const float> row,
           double change, std::span<double> columns) {
  const std::size_t at = tree * trees.parts * trees.width + node;
  const auto column = [&](std::size_t part) {
    return trees.cut_at[at + part * trees.width] / kLanes;
  };
  if (trees.cut == Cut::Axis) {
    columns[column(0)] += change;
    return;
  }
  std::array<double, kPlaneColumns> shares{};
  double sum = 0;
  for (std::size_t part = 0; part < trees.parts; ++part) {
    const double weight = std::fabs(double{trees.weights[at + part * trees.width]});
    shares[part] = weight * std::fabs(double{row[column(part)]});
    sum += shares[part];
  }
  for (std::size_t part = 0; part < trees.parts; ++part) {
    // A row in the middle of all columns is far in none of them.
    const double whole = static_cast<double>(trees.parts);
    columns[column(part)] += sum > 0 ? change * shares[part] / sum : change / whole;
  }
}

}  // namespace

void Forest::attribute(std::span<const float> row, std::span<double> columns) const {
  const Trees& t = trees_;
  VD_ASSERT(row.size() == t.columns && columns.size() == t.columns);
  std::fill(columns.begin(), columns.end(), 0.0);
  std::vector<float> seen(t.columns);
  for (std::size_t c = 0; c < t.columns; ++c) seen[c] = t.seen(c, row[c]);
  for (std::size_t tree = 0; tree < t.trees; ++tree) {
    std::size_t node = 1;
    double expected = usual_length();
    for (std::size_t level = 0; !t.is_leaf(tree, node, level);) {
      const bool right = t.measure(tree, node, seen) > t.thresholds[tree * t.width + node];
      const std::size_t child = 2 * node + (right ? 1 : 0);
      const double length = t.expected_length(++level, t.size(tree, child));
      share(t, tree, node, seen, length - expected, columns);
      expected = length;
      node = child;
    }
  }
  for (double& column : columns) column /= static_cast<double>(t.trees);
}

}  // namespace vedette::anomaly
