#include "prompt/recalibrate.h"

#include "prompt/reasons.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vedette::prompt {
namespace {

constexpr double kLogitMax = 16, kBinsPerLogit = kScoreBins / (2 * kLogitMax);
constexpr double kAlarmsMin = 1000;

std::size_t bin_of(double score) {
  if (!(score > 0)) return 0;
  if (score >= 1) return kScoreBins - 1;
  // A threshold that was made from the edge of a bin is in that bin, not just below it.
  const double at = (std::log(score / (1 - score)) + kLogitMax) * kBinsPerLogit + 1e-6;
  return static_cast<std::size_t>(std::clamp(at, 0.0, double{kScoreBins - 1}));
}

/// The least score of the bin; 1 behind the last.
double edge_of(std::size_t bin) {
  if (bin == 0) return 0;
  if (bin >= kScoreBins) return 1;
  const double logit = static_cast<double>(bin) / kBinsPerLogit - kLogitMax;
  return 1 / (1 + std::exp(-logit));
}

}  // namespace

std::optional<std::size_t> score_bin(const Verdict& verdict) {
  constexpr auto kInjection = static_cast<std::size_t>(ScannerId::Injection);
  if (!verdict.ran[kInjection]) return {};
  const bool says_so = std::any_of(verdict.hits.begin(), verdict.hits.end(), [](const Hit& hit) {
    return hit.scanner == ScannerId::Injection && hit.kind != kModelReason.kind &&
           hit.score >= kLeftOutScore;
  });
  return says_so ? kLeftOutBin : bin_of(static_cast<double>(verdict.scores[kInjection]));
}

Recalibration recalibrate(ScoreCounts counts, const std::array<double, kStrictnesses>& now) {
  Recalibration found;
  found.left_out = counts[kLeftOutBin];
  found.texts = std::accumulate(counts.begin(), counts.end() - 1, std::uint64_t{0});
  const auto texts = static_cast<double>(found.texts);
  const auto share_from = [&](std::size_t bin) {
    const auto first = counts.begin() + static_cast<std::ptrdiff_t>(bin);
    const auto above = std::accumulate(first, counts.end() - 1, std::uint64_t{0});
    return found.texts == 0 ? 0 : static_cast<double>(above) / texts;
  };
  for (std::size_t i = 0; i < kStrictnesses; ++i) {
    auto& threshold = found.thresholds[i];
    threshold.aim = kFalseAlarmTargets[i];
    threshold.now = threshold.then = now[i];
    threshold.too_few = texts * threshold.aim < kAlarmsMin;
    threshold.attacks_likely = static_cast<double>(found.left_out) > texts * threshold.aim;
    if (found.texts == 0) continue;
    threshold.share_now = share_from(bin_of(now[i]));
    std::size_t bin = kScoreBins;
    while (bin > 0 && share_from(bin - 1) <= threshold.aim) --bin;
    threshold.then = edge_of(bin);
    threshold.share_then = share_from(bin);
  }
  return found;
}

}  // namespace vedette::prompt
