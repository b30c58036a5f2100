// An isolation forest (Liu, Ting, Zhou: Isolation Forest, ICDM 2008): trees that cut random samples
// of the rows at random places until each row stands alone. What is unlike the rest stands alone
// after few cuts. Extended (Hariri, Kind, Brunner: Extended Isolation Forest, TKDE 2021): the cuts
// are planes across several columns at once instead of along one.
//
// Frozen once made; any number of threads may score. The same rows, options and seed give the same
// forest and the same scores, bit for bit, on every machine, compiler and instruction set: the code
// uses + − × / and comparisons only, and adds lengths as integers.
//
// Every number is taken: one that is none (NaN) counts as the median of its column in the rows the
// forest was made of, infinity as the largest float. A column that is constant is never cut.
#pragma once

#include "anomaly/forest_score.h"
#include "anomaly/matrix.h"
#include "anomaly/trees.h"
#include "base/assert.h"
#include "base/codec.h"
#include "base/result.h"

#include <cstdint>
#include <span>

namespace vedette::anomaly {

struct ForestOptions {
  std::size_t trees = 100;  ///< 1 to kTreesMax
  std::size_t samples =
      256;  ///< rows each tree is made of, 1 to kSamplesMax; at most all there are
  Cut cut = Cut::Axis;
  std::uint64_t seed = 0;
};

class Forest {
 public:
  /// Errors: AnomalyRows for no row or more than kColumnsMax columns; AnomalyOptions for options
  /// out of their bounds. `sorted`: the columns of these rows, or of more of the same baseline.
  static Result<Forest> fit(const Matrix& rows, const SortedColumns& sorted,
                            const ForestOptions& options);
  static Result<Forest> fit(const Matrix& rows, const ForestOptions& options);

  /// 2^(-E[h]/c(samples)) for each row, in (0, 1): about 0.5 for what is usual, towards 1 for what
  /// stands alone early; 0.5 for all where the forest is made of one row. Vectorised over the rows,
  /// by what the processor can do, and allocates a block per call: give it many at a time.
  void score(const Matrix& rows, std::span<float> scores) const {
    score(rows, scores, best_instructions());
  }
  /// The same bits with any instructions that this processor has.
  void score(const Matrix& rows, std::span<float> scores, Instructions with) const;

  /// What each column did for the row's mean path length: over all cuts on its path that look at
  /// the column, by how much the length to be expected changed there. The sum over the columns is
  /// E[h] − c(samples); negative: this column made the row stand alone early. A plane's change is
  /// shared among its columns by how far each takes the row from the plane's middle.
  void attribute(std::span<const float> row, std::span<double> columns) const;

  std::size_t columns() const { return trees_.columns; }
  std::size_t trees() const { return trees_.trees; }
  std::size_t samples() const { return trees_.samples; }
  Cut cut() const { return trees_.cut; }
  /// c(samples): the path length that is to be expected.
  double usual_length() const { return trees_.average_length.back(); }

  /// Only what was cut and how many rows fell where; the rest follows from it.
  void encode(Writer& out) const;
  /// Takes nothing that encode() does not write. ModelDamaged else.
  static Result<Forest> decode(Reader& in);

 private:
  explicit Forest(Trees trees) : trees_(std::move(trees)) {}

  Trees trees_;
};

}  // namespace vedette::anomaly
