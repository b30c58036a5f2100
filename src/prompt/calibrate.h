// What a logit means: the sigmoid that turns logits into chances (Platt), and the scores above
// which the wanted share of honest texts lies. An operator's own honest texts may take the place of
// ours.
#pragma once

#include "prompt/evaluate.h"
#include "prompt/model.h"

#include <span>
#include <vector>

namespace vedette::prompt {

struct Scored {
  double logit = 0;
  double weight = 1;
  bool attack = false;
};

/// Sets slope, offset and thresholds by logits of texts that were not learned from. A source of n
/// texts counts sqrt(n): what operators have is like none of ours, so neither a large easy one nor
/// the odd one out must set the bar.
void calibrate(ModelParameters& parameters, std::span<const Judged> held);

/// The least logit that at most `share` of the honest weight reaches.
double honest_quantile(std::vector<Scored> scored, double share);

}  // namespace vedette::prompt
