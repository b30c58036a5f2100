#include "anomaly/trees.h"
#include "base/hash.h"
#include "base/random.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

namespace vedette::anomaly {
namespace {

/// Median and spread of a column; what is no number is left out.
class Describer {
 public:
  Describer(std::span<const float> values, const SortedColumns& sorted)
      : values_(values), sorted_(sorted) {}

  Column describe(std::size_t column, Cut cut) const {
    Column found;
    const auto present = sorted_.column(column);
    if (present.empty()) return found;
    const auto quantile = [&](std::size_t quarters) {
      return double{present[present.size() * quarters / 4]};
    };
    found.median = present[present.size() / 2];
    if (cut == Cut::Axis) return found;
    double deviation = (quantile(3) - quantile(1)) * kDeviationsOfQuartiles;
    if (deviation == 0) deviation = mean_deviation(column, found) * kDeviationsOfMean;
    const double inverse = deviation > 0 ? 1 / deviation : 0;
    found.inverse_deviation =
        static_cast<float>(std::min<double>(inverse, std::numeric_limits<float>::max()));
    return found;
  }

 private:
  // Of a normal distribution these are the standard deviation.
  static constexpr double kDeviationsOfQuartiles = 0.7413, kDeviationsOfMean = 1.2533;

  double mean_deviation(std::size_t column, const Column& found) const {
    double sum = 0, count = 0;
    for (std::size_t at = column; at < values_.size(); at += sorted_.columns(), ++count) {
      sum += std::fabs(double{found.clean(values_[at])} - double{found.median});
    }
    return sum / count;
  }

  std::span<const float> values_;
  const SortedColumns& sorted_;
};

/// About normal with deviation 1 (Irwin, Hall): the same on every machine, unlike what needs log.
float normal(Random& random) {
  double sum = -6;
  for (int i = 0; i < 12; ++i) sum += random.unit();
  return static_cast<float>(sum);
}

struct Range {
  float low, high;
};

/// Makes one tree after the other; the buffers are used again. Values are read where the rows lie:
/// a tree looks at each row of its sample some twenty times, in few of the columns each time.
class TreeMaker {
 public:
  TreeMaker(Trees& trees, std::span<const float> values)
      : trees_(trees),
        values_(values),
        rows_(values.size() / trees.columns),
        taken_(rows_),
        sample_(trees.samples),
        above_(trees.samples),
        measures_(trees.samples),
        columns_(trees.columns) {
    std::iota(columns_.begin(), columns_.end(), 0u);
  }

  void make(std::size_t tree, std::uint64_t seed) {
    tree_ = tree;
    random_ = Random(seed);
    draw_sample();
    grow(1, 0, sample_, 0);
  }

 private:
  /// Rows without replacement (Bentley, Floyd: A Sample of Brilliance, CACM 1987).
  void draw_sample() {
    for (std::size_t i = 0; i < sample_.size(); ++i) {
      const auto last = static_cast<std::uint32_t>(rows_ - sample_.size() + i);
      const std::uint32_t drawn = random_.below(last + 1);
      sample_[i] = taken_[drawn] ? last : drawn;
      taken_[sample_[i]] = true;
    }
    for (const std::uint32_t row : sample_) taken_[row] = false;
  }

  float value(std::size_t column, std::uint32_t row) const {
    return trees_.seen(column, values_[row * trees_.columns + column]);
  }

  /// Leaves the column's values of the rows in measures_.
  Range range_of(std::size_t c, std::span<const std::uint32_t> rows) {
    Range range{std::numeric_limits<float>::max(), std::numeric_limits<float>::lowest()};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const float its = value(c, rows[i]);
      measures_[i] = its;
      range.low = std::min(range.low, its);
      range.high = std::max(range.high, its);
    }
    return range;
  }

  /// Draws up to `parts` columns that are not constant here, each as likely. The first `constants`
  /// of columns_ are known to be, here and in all nodes below; those found out join them. The drawn
  /// ones stand behind them.
  std::size_t draw_columns(std::span<const std::uint32_t> rows, std::size_t& constants) {
    std::size_t drawn = 0;
    while (drawn < trees_.parts && constants + drawn < columns_.size()) {
      const std::size_t first = constants + drawn;
      const auto left = static_cast<std::uint32_t>(columns_.size() - first);
      std::swap(columns_[first], columns_[first + random_.below(left)]);
      ranges_[drawn] = range_of(columns_[first], rows);
      if (ranges_[drawn].low < ranges_[drawn].high) {
        ++drawn;
      } else {
        std::swap(columns_[first], columns_[constants++]);
        // The swap moved the first drawn column behind the others; so must its range be.
        if (drawn > 0) std::rotate(ranges_.begin(), ranges_.begin() + 1, ranges_.begin() + drawn);
      }
    }
    return drawn;
  }

  /// Evenly between the ends, so that both sides get a row.
  float threshold_between(Range range) {
    const double low = range.low, high = range.high;
    const auto threshold = static_cast<float>(low + random_.unit() * (high - low));
    return threshold < range.high ? threshold : range.low;
  }

  /// A plane in a random direction through a random point of the box around the rows.
  void set_plane(std::size_t node, std::size_t constants, std::size_t drawn) {
    float threshold = 0;
    for (std::size_t part = 0; part < drawn; ++part) {
      const std::size_t at = (tree_ * trees_.parts + part) * trees_.width + node;
      trees_.cut_at[at] = columns_[constants + part] * std::uint32_t{kLanes};
      trees_.weights[at] = normal(random_);
      threshold += trees_.weights[at] * threshold_between(ranges_[part]);
    }
    trees_.thresholds[tree_ * trees_.width + node] = threshold;
  }

  void set_cut(std::size_t node, std::size_t constants, std::size_t drawn) {
    if (trees_.cut == Cut::Plane) return set_plane(node, constants, drawn);
    const std::size_t at = tree_ * trees_.width + node;
    trees_.cut_at[at] = columns_[constants] * std::uint32_t{kLanes};
    trees_.thresholds[at] = threshold_between(ranges_[0]);
  }

  /// What the rows go by at a node, into measures_. For a cut along a column it is there already.
  void measure(std::size_t node, std::span<const std::uint32_t> rows) {
    if (trees_.cut == Cut::Axis) return;
    const std::size_t first = tree_ * trees_.parts * trees_.width + node;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      float sum = 0;
      for (std::size_t part = 0; part < trees_.parts; ++part) {
        const std::size_t at = first + part * trees_.width;
        sum += trees_.weights[at] * value(trees_.cut_at[at] / kLanes, rows[i]);
      }
      measures_[i] = sum;
    }
  }

  /// Puts those that are not above the threshold first; how many they are. Without branches, since
  /// which way a row goes is by chance.
  std::size_t divide(std::span<std::uint32_t> rows, float threshold) {
    std::size_t left = 0, right = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const bool above = measures_[i] > threshold;
      above_[right] = rows[i];
      rows[left] = rows[i];
      right += above ? 1 : 0;
      left += above ? 0 : 1;
    }
    std::copy_n(above_.begin(), right, rows.begin() + static_cast<std::ptrdiff_t>(left));
    return left;
  }

  /// As deep as the height limit, so at most 12 calls inside each other.
  void grow(std::size_t node, std::size_t level, std::span<std::uint32_t> rows,
            std::size_t constants) {
    trees_.sizes[tree_ * 2 * trees_.width + node] = static_cast<std::uint16_t>(rows.size());
    const bool end = level == trees_.depth || rows.size() < 2;
    const std::size_t drawn = end ? 0 : draw_columns(rows, constants);
    if (drawn == 0) return trees_.set_leaf(tree_, node, level, rows.size());
    set_cut(node, constants, drawn);
    const float threshold = trees_.thresholds[tree_ * trees_.width + node];
    measure(node, rows);
    const std::size_t left_size = divide(rows, threshold);
    grow(2 * node, level + 1, rows.first(left_size), constants);
    grow(2 * node + 1, level + 1, rows.subspan(left_size), constants);
  }

  Trees& trees_;
  std::span<const float> values_;
  std::size_t rows_;
  std::size_t tree_ = 0;
  Random random_{0};
  std::vector<bool> taken_;
  std::vector<std::uint32_t> sample_;  // rows, those of a node side by side
  std::vector<std::uint32_t> above_;
  std::vector<float> measures_;  // of the rows of a node, in their order
  std::vector<std::uint32_t> columns_;
  std::array<Range, kPlaneColumns> ranges_{};
};

}  // namespace

void fit_trees(Trees& trees, std::span<const float> values, const SortedColumns& sorted,
               std::uint64_t seed) {
  const Describer describer(values, sorted);
  for (std::size_t c = 0; c < trees.columns; ++c) {
    trees.of_columns[c] = describer.describe(c, trees.cut);
  }
  TreeMaker maker(trees, values);
  for (std::size_t tree = 0; tree < trees.trees; ++tree) {
    maker.make(tree, hash_combine(seed, tree));
  }
}

}  // namespace vedette::anomaly
