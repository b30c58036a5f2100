#include "prompt/calibrate.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace vedette::prompt {
namespace {

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

/// Newton's method on two numbers; the small ridge keeps separable texts from an endless slope.
void fit_sigmoid(ModelParameters& parameters, std::span<const Scored> scored) {
  double slope = 1, offset = 0;
  for (int round = 0; round < 50; ++round) {
    double g0 = 1e-3 * (slope - 1), g1 = 0, h00 = 1e-3, h01 = 0, h11 = 1e-6;
    for (const Scored& s : scored) {
      const double p = sigmoid(slope * s.logit + offset);
      const double error = (p - (s.attack ? 1 : 0)) * s.weight;
      const double curve = p * (1 - p) * s.weight;
      g0 += error * s.logit;
      g1 += error;
      h00 += curve * s.logit * s.logit;
      h01 += curve * s.logit;
      h11 += curve;
    }
    const double determinant = h00 * h11 - h01 * h01;
    const double by_slope = (h11 * g0 - h01 * g1) / determinant;
    const double by_offset = (h00 * g1 - h01 * g0) / determinant;
    const double damping = std::min(1.0, 2 / (std::abs(by_slope) + std::abs(by_offset) + 1e-9));
    slope = std::max(0.05, slope - damping * by_slope);
    offset -= damping * by_offset;
  }
  parameters.slope = slope;
  parameters.offset = offset;
}

}  // namespace

double honest_quantile(std::vector<Scored> scored, double share) {
  std::erase_if(scored, [](const Scored& s) { return s.attack; });
  std::sort(scored.begin(), scored.end(),
            [](const Scored& a, const Scored& b) { return a.logit > b.logit; });
  double total = 0, above = 0;
  for (const Scored& s : scored) total += s.weight;
  for (const Scored& s : scored) {
    above += s.weight;
    if (above > share * total) return std::nextafter(s.logit, 1e300);
  }
  return scored.empty() ? 0 : scored.back().logit;
}

void calibrate(ModelParameters& parameters, std::span<const Judged> held) {
  std::map<std::pair<std::string_view, bool>, double> counts;
  for (const Judged& j : held) ++counts[{j.sample->source, j.sample->attack}];
  std::vector<Scored> scored;
  std::array<double, 2> totals{};
  for (const Judged& j : held) {
    const double weight = 1 / std::sqrt(counts[{j.sample->source, j.sample->attack}]);
    scored.push_back({j.logit, weight, j.sample->attack});
    totals[j.sample->attack] += weight;
  }
  std::vector<double> logits;
  for (const double target : kFalseAlarmTargets) logits.push_back(honest_quantile(scored, target));
  for (Scored& s : scored) s.weight *= 1000 / totals[s.attack];
  fit_sigmoid(parameters, scored);
  for (std::size_t i = 0; i < kStrictnesses; ++i) {
    parameters.thresholds[i] = parameters.score(logits[i]);
  }
}

}  // namespace vedette::prompt
