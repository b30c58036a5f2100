// How the trees of a forest lie in memory. Every tree is a complete one as deep as the height
// limit, in the order of a heap: the root is node 1, the children of node i are 2i (at most the
// threshold) and 2i + 1. A leaf above the limit has its length in all places of the lowest level
// that lie below it, so a path has the same number of steps for every row, and rows can walk side
// by side in the lanes of a register.
#pragma once

#include "anomaly/sorted_columns.h"
#include "base/result.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace vedette::anomaly {

enum class Cut : std::uint8_t { Axis, Plane };

inline constexpr std::size_t kTreesMax = 1024;
inline constexpr std::size_t kSamplesMax = 4096;
inline constexpr std::size_t kColumnsMax = 4096;
inline constexpr std::size_t kRowsMax = std::size_t{1} << 31;
/// Normal deviates as sums of twelve uniform ones are smaller.
inline constexpr float kWeightMax = 6;
/// Of all trees together: what a forest takes in memory is bounded, whoever made it.
inline constexpr std::size_t kNodesMax = std::size_t{1} << 20;
/// The columns that a plane looks at. On the tables of ADBench two find as much as four, and a cut
/// of two is the quicker to score and the easier to explain.
inline constexpr std::size_t kPlaneColumns = 2;
/// Rows that walk side by side; a cut names its column as the place where the values of these rows
/// begin in a block of rows (forest_score.h).
inline constexpr std::size_t kLanes = 16;
/// A path length of 1, as an integer: sums are then the same in any order.
inline constexpr std::uint32_t kLengthUnit = 1u << 16;
inline std::uint32_t fixed_length(double length) {
  return static_cast<std::uint32_t>(length * kLengthUnit + 0.5);
}

/// A value as the cuts see it. For planes columns must be comparable, so they are centred on their
/// median and divided by the distance between their quartiles, which extremes do not sway; where
/// that is nothing, as in a column that is mostly zero, by the mean deviation from the median.
struct Column {
  float median = 0;
  float inverse_deviation = 0;  ///< 0 for a constant column

  /// NaN is the median, infinity the largest float.
  float clean(float value) const {
    constexpr float kLargest = std::numeric_limits<float>::max();
    return std::isnan(value) ? median : std::clamp(value, -kLargest, kLargest);
  }
  float standardised(float value) const;
};

struct Trees {
  Cut cut = Cut::Axis;
  std::size_t columns = 0;
  std::size_t trees = 0;
  std::size_t samples = 0;  ///< rows each was made of
  std::size_t depth = 0;    ///< steps from the root to a leaf: ⌈log2 samples⌉
  std::size_t width = 0;    ///< places for the nodes of a tree: 2^depth, at least 32
  std::size_t parts = 1;    ///< columns in a cut

  std::vector<Column> of_columns;
  std::vector<float> thresholds;       ///< trees × width
  std::vector<std::uint32_t> cut_at;   ///< trees × parts × width: column × kLanes
  std::vector<float> weights;          ///< the same, for planes; empty else
  std::vector<std::uint32_t> lengths;  ///< trees × width, by place in the lowest level
  std::vector<std::uint16_t> sizes;    ///< trees × 2 width: rows of the sample in a node
  std::vector<double> average_length;  ///< c(n) for n up to `samples`

  /// Makes room for it all. AnomalyOptions if it is more than the bounds above.
  static Result<Trees> make(Cut cut, std::size_t columns, std::size_t trees, std::size_t samples);

  /// A leaf of `size` rows at `node`, which is `level` steps below the root.
  void set_leaf(std::size_t tree, std::size_t node, std::size_t level, std::size_t size);
  /// Two rows or more are always divided, so a node whose children are empty is a leaf.
  bool is_leaf(std::size_t tree, std::size_t node, std::size_t level) const;
  /// What a row goes by at a node: a value, or the sum of a plane's weighted ones. `row`: cleaned.
  float measure(std::size_t tree, std::size_t node, std::span<const float> row) const;
  std::size_t size(std::size_t tree, std::size_t node) const {
    return sizes[tree * 2 * width + node];
  }
  /// The path length to be expected of a row in a node of `size` rows.
  double expected_length(std::size_t level, std::size_t size) const {
    return static_cast<double>(level) + average_length[size];
  }
  /// As the cuts see a value: cleaned, and standardised for planes.
  float seen(std::size_t column, float value) const {
    return cut == Cut::Plane ? of_columns[column].standardised(value)
                             : of_columns[column].clean(value);
  }
};

/// c(n) for n from 0 to `most`: the mean length of an unsuccessful search in a binary search tree
/// of n keys, 2 H(n − 1) − 2 (n − 1) / n (Liu, Ting, Zhou 2008, equation 1), with the sum of the
/// harmonic series itself where the paper has an estimate that is off by a quarter at n = 3.
std::vector<double> average_lengths(std::size_t most);

/// Trees from rows, of which `sorted` are the columns; `sizes` and all that follows from them
/// included.
void fit_trees(Trees& trees, std::span<const float> values, const SortedColumns& sorted,
               std::uint64_t seed);

}  // namespace vedette::anomaly
