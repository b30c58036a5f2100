// How good a model is: over all texts, and for each source, since a mean hides the source that
// always raises an alarm.
#pragma once

#include "prompt/model.h"
#include "prompt/sample.h"

#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace vedette::prompt {

struct SourceQuality {
  std::size_t texts = 0;
  std::array<std::size_t, kStrictnesses> alarms{};  ///< at each strictness
  std::size_t above_percent = 0;  ///< above the score that 1 % of the honest texts here reach
};

struct Quality {
  double auroc = 0;
  double recall_percent = 0, recall_permille = 0;  ///< at 1 % and 0.1 % false alarms
  double at_percent = 0;                           ///< the score of that 1 %
  std::size_t attacks = 0, honest = 0;
  std::map<std::string, SourceQuality> attacks_by_source, honest_by_source;
};

struct Judged {
  const Sample* sample = nullptr;
  double score = 0, logit = 0;
};

/// As the firewall does: by the worst of what can be read in the text.
Judged judge(const Model& model, const Sample& sample);
std::vector<Judged> judge(const Model& model, std::span<const Sample> samples);
/// `thresholds` are scores, one for each strictness.
Quality measure(std::span<const double, kStrictnesses> thresholds, std::span<const Judged> judged);

}  // namespace vedette::prompt
