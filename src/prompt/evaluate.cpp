#include "prompt/evaluate.h"

#include "base/auroc.h"

#include <algorithm>

namespace vedette::prompt {
namespace {

double auroc_of(std::span<const Judged> ascending) {
  Auroc auroc;
  for (std::size_t end = ascending.size(), i = end; i > 0; end = i) {
    double attacks = 0, honest = 0;
    for (; i > 0 && ascending[i - 1].logit == ascending[end - 1].logit; --i) {
      ++(ascending[i - 1].sample->attack ? attacks : honest);
    }
    auroc.add(attacks, honest);
  }
  return auroc.value();
}

/// The least logit that at most `share` of the honest texts exceed.
double cut(std::span<const Judged> ascending, std::size_t honest, double share) {
  auto left = static_cast<std::size_t>(static_cast<double>(honest) * share);
  for (std::size_t i = ascending.size(); i-- > 0;) {
    if (ascending[i].sample->attack) continue;
    if (left-- == 0) return ascending[i].logit;
  }
  return -1e300;
}

double recall(std::span<const Judged> judged, std::size_t attacks, double above) {
  const auto found = std::count_if(judged.begin(), judged.end(), [&](const Judged& v) {
    return v.sample->attack && v.logit > above;
  });
  return attacks > 0 ? static_cast<double>(found) / static_cast<double>(attacks) : 0;
}

}  // namespace

Judged judge(const Model& model, const Sample& sample) {
  ModelScore score = model.score(sample.text);
  for (const std::string& text : sample.decoded) {
    const ModelScore other = model.score(text);
    if (other.logit > score.logit) score = other;
  }
  return {&sample, score.score, score.logit};
}

std::vector<Judged> judge(const Model& model, std::span<const Sample> samples) {
  std::vector<Judged> judged;
  judged.reserve(samples.size());
  for (const Sample& sample : samples) {
    judged.push_back(judge(model, sample));
  }
  return judged;
}

Quality measure(std::span<const double, kStrictnesses> thresholds, std::span<const Judged> judged) {
  std::vector<Judged> ascending(judged.begin(), judged.end());
  std::stable_sort(ascending.begin(), ascending.end(),
                   [](const Judged& a, const Judged& b) { return a.logit < b.logit; });
  Quality quality;
  for (const Judged& v : judged) ++(v.sample->attack ? quality.attacks : quality.honest);
  quality.auroc = auroc_of(ascending);
  const double percent = cut(ascending, quality.honest, 0.01);
  quality.recall_percent = recall(judged, quality.attacks, percent);
  quality.recall_permille = recall(judged, quality.attacks, cut(ascending, quality.honest, 0.001));
  for (const Judged& v : judged) {
    auto& sources = v.sample->attack ? quality.attacks_by_source : quality.honest_by_source;
    SourceQuality& source = sources[v.sample->source];
    ++source.texts;
    for (std::size_t i = 0; i < kStrictnesses; ++i) {
      source.alarms[i] += v.score >= thresholds[i];
    }
    source.above_percent += v.logit > percent;
    if (v.logit <= percent) quality.at_percent = std::max(quality.at_percent, v.score);
  }
  return quality;
}

}  // namespace vedette::prompt
