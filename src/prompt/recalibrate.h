// Thresholds from an operator's own traffic. Scores of injection are counted in bins of their
// logit: what a million texts leave is a few kilobytes, and no text. Texts that say in so many
// words what attacks say are counted apart, so that attacks among the traffic do not raise its
// thresholds.
#pragma once

#include "prompt/model.h"
#include "prompt/verdict.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace vedette::prompt {

/// Logits from -16 to 16 in equal steps; what is beyond is in the first or the last.
inline constexpr std::size_t kScoreBins = 4096;
/// Behind the others, for texts that hit a pattern of at least kLeftOutScore.
inline constexpr std::size_t kLeftOutBin = kScoreBins;
inline constexpr float kLeftOutScore = 0.9F;
using ScoreCounts = std::span<const std::uint64_t, kScoreBins + 1>;

/// Where a text is counted; nothing if injection was not looked for.
std::optional<std::size_t> score_bin(const Verdict& verdict);

struct Recalibration {
  struct Threshold {
    double aim = 0;  ///< share of honest texts that may be alarms
    double now = 0, share_now = 0;
    double then = 0, share_then = 0;  ///< the least threshold whose share is at most the aim
    bool too_few = false;             ///< texts: fewer than 1,000 false alarms would be among them
    bool attacks_likely = false;      ///< what was left out is more than the aim allows to alarm
  };
  std::uint64_t texts = 0, left_out = 0;
  std::array<Threshold, kStrictnesses> thresholds;  ///< for kFalseAlarmTargets; they do not rise
};
/// `now`: the thresholds that hold. Without any texts they stay.
Recalibration recalibrate(ScoreCounts counts, const std::array<double, kStrictnesses>& now);

}  // namespace vedette::prompt
