// How scores are spread over a baseline, so that scores of different forests can be compared, and
// so that "rare" has a number.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <cstddef>
#include <vector>

namespace vedette::anomaly {

class Ranks {
 public:
  Ranks() = default;
  /// Scores in [0, 1], in any order; at least one.
  explicit Ranks(std::vector<float> scores);

  std::size_t size() const { return scores_.size(); }
  /// The share of the baseline below a score, in [0, 1]; of those equal to it, half. Grows with the
  /// score between two of the baseline, too, and beyond its highest on to 1, so what is new and
  /// unlike all of it is still in order.
  double rank(float score) const;
  /// See Model::rarity.
  double rarity(float score) const;
  /// See Model::may_be_rare.
  bool may_be_rare(float score) const {
    return scores_.empty() || score > scores_[size() - 1 - size() / 10];
  }

  void encode(Writer& out) const;
  /// AnomalyModelDamaged for more than `most` scores, unsorted ones or none.
  static Result<Ranks> decode(Reader& in, std::size_t most);

 private:
  void fit_tail();

  std::vector<float> scores_;  ///< sorted
  double tail_ = 0;            ///< by how much the highest 5 % exceed the rest, in the mean
};

}  // namespace vedette::anomaly
