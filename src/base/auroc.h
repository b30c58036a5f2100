// The area under the receiver operating characteristic: the chance that something positive scores
// higher than something negative, ties counting half. That is the statistic of Mann and Whitney
// (1947), as a share of all pairs (Hanley and McNeil 1982).
#pragma once

namespace vedette {

class Auroc {
 public:
  /// How many have the next score: from the highest score down, each once.
  void add(double positives, double negatives) {
    in_order_ += negatives * (positives_ + positives / 2);
    positives_ += positives;
    negatives_ += negatives;
  }
  /// In [0, 1]; 0 as long as there are none of one kind.
  double value() const {
    return positives_ > 0 && negatives_ > 0 ? in_order_ / positives_ / negatives_ : 0;
  }

 private:
  double positives_ = 0, negatives_ = 0;
  double in_order_ = 0;  // pairs
};

}  // namespace vedette
