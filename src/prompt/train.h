// Learns a model (model.h) from texts: logistic regression by AdaGrad on whole texts and on their
// hottest windows, so that the windows of honest texts are hard negatives of their own accord.
// Deterministic by its seed, on one thread.
#pragma once

#include "prompt/evaluate.h"
#include "prompt/model.h"

#include <cstdint>
#include <span>
#include <vector>

namespace vedette::prompt {

struct TrainOptions {
  std::uint64_t seed = 1;
  int epochs = 5;
  double rate = 0.16;         ///< of learning
  double decay = 2e-6;        ///< L2, for each time that a feature is seen
  double alarm_price = 2;     ///< what a false alarm costs, a missed attack costing 1
  double source_power = 0.5;  ///< a source of n texts weighs n to this: none rules by its number
  double made_share = 0.7;    ///< what a source of made-up texts weighs of that
  double envelopes = 0.3;     ///< share of short attacks that are put into an honest text, too
  double triggers = 0.3;      ///< share of honest texts that get words of attacks, too
  double whole_share =
      0.3;  ///< of the logit that the whole text gives, the rest being the hottest window
};

/// Logits by models that never saw the sources: in `folds` groups these are left out in turn, or
/// one by one if there are fewer. Texts of the kind "made-up" are always learned from and have no
/// verdict; nor have sources without which there would be no attacks or no honest texts.
std::vector<Judged> judge_unseen(std::span<const Sample> samples, const TrainOptions& options,
                                 std::size_t folds);

/// Some attacks and some honest texts must be among the samples.
Model train(std::span<const Sample> samples, const TrainOptions& options);

}  // namespace vedette::prompt
