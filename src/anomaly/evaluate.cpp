#include "anomaly/evaluate.h"

#include "base/assert.h"
#include "base/auroc.h"

#include <algorithm>
#include <numeric>

namespace vedette::anomaly {

std::vector<Found> thresholds(std::span<const float> scores, const std::vector<bool>& labels) {
  VD_ASSERT(scores.size() == labels.size());
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  std::vector<Found> found;
  Found now;
  for (std::size_t i = 0; i < order.size(); ++i) {
    now.score = scores[order[i]];
    labels[order[i]] ? ++now.anomalies : ++now.normal;
    if (i + 1 == order.size() || scores[order[i + 1]] < now.score) found.push_back(now);
  }
  return found;
}

Quality measure(std::span<const float> scores, const std::vector<bool>& labels) {
  const auto found = thresholds(scores, labels);
  VD_ASSERT(!found.empty() && found.back().anomalies > 0 && found.back().normal > 0);
  const auto anomalies = static_cast<double>(found.back().anomalies);
  Quality quality;
  Auroc auroc;
  Found before;
  for (const Found& now : found) {
    const auto more = static_cast<double>(now.anomalies - before.anomalies);
    const auto hits = static_cast<double>(now.anomalies);
    const double precision = hits / static_cast<double>(now.anomalies + now.normal);
    const double recall = hits / anomalies;
    auroc.add(more, static_cast<double>(now.normal - before.normal));
    quality.average_precision += more / anomalies * precision;
    for (std::size_t i = 0; i < kRecalls.size(); ++i) {
      double& best = quality.precision_at_recall[i];
      if (recall >= kRecalls[i]) best = std::max(best, precision);
    }
    before = now;
  }
  quality.auroc = auroc.value();
  return quality;
}

}  // namespace vedette::anomaly
