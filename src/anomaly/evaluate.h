// How well scores rank anomalies before what is normal, where that is known.
#pragma once

#include <array>
#include <span>
#include <vector>

namespace vedette::anomaly {

inline constexpr std::array<double, 5> kRecalls{0.1, 0.25, 0.5, 0.75, 0.9};

struct Quality {
  double auroc = 0;  ///< base/auroc.h
  /// The mean over the anomalies of the precision at their score (as scikit-learn counts it).
  double average_precision = 0;
  /// The best precision of all thresholds that find at least so many of the anomalies.
  std::array<double, kRecalls.size()> precision_at_recall{};
};

/// `labels`: true for an anomaly; as many as scores, with at least one of each kind.
Quality measure(std::span<const float> scores, const std::vector<bool>& labels);

/// A point for each distinct score, from the highest down: what is found at a threshold.
struct Found {
  float score = 0;
  std::size_t anomalies = 0, normal = 0;  ///< with this score or a higher one
};
std::vector<Found> thresholds(std::span<const float> scores, const std::vector<bool>& labels);

}  // namespace vedette::anomaly
