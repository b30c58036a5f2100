#include "anomaly/reasons.h"

#include "anomaly/features.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>

namespace vedette::anomaly {
namespace {

/// Below this part of the strongest one a feature is no reason.
constexpr double kPartMin = 0.1;
/// How much what the forest says counts beside the tails, in orders of magnitude for all of it.
constexpr double kForestWeight = 1;

/// Whether it is anything to speak of: outside of the middle half of its peers.
bool stands_out(float value, const Usual& usual) {
  return value < usual.q25 || value > usual.q75;
}

}  // namespace

std::vector<AnomalyReason> reasons_for(const Lore& lore, Kind kind, const Vector& vector,
                                       const OwnUsual& own, std::string_view& technique) {
  std::array<float, kFeatures> values;
  from_steps(vector, values);
  Tails::Surprise surprise;
  lore.tails.sum(values, surprise);
  std::array<double, kFeatures> columns{};
  lore.model->attribute(values, columns);
  double apart = 0;
  for (const double column : columns) apart -= std::min(column, 0.0);
  std::array<double, kFeatures> drove{};
  for (std::size_t i = 0; i < kFeatures; ++i) {
    drove[i] = double{surprise[i]};
    if (columns[i] < 0 && apart > 0 && stands_out(values[i], lore.model->usual()[i])) {
      drove[i] -= kForestWeight * columns[i] / apart;
    }
  }
  const double all = std::accumulate(drove.begin(), drove.end(), 0.0);
  std::array<std::size_t, kFeatures> order;
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::greater<>(), [&](std::size_t i) { return drove[i]; });
  std::vector<AnomalyReason> reasons;
  for (const std::size_t i : order) {
    if (reasons.size() == kReasonsMax || drove[i] <= kPartMin * drove[order[0]]) break;
    const auto feature = static_cast<Feature>(i);
    const Usual& peers = lore.model->usual()[i];
    const float usual = own.of(kind, feature);
    const FeatureInfo& info = describe(feature);
    if (technique.empty() && values[i] > peers.q75) technique = info.technique;
    reasons.push_back({.feature = std::string(info.text),
                       .value = natural(feature, values[i]),
                       .usual = std::isnan(usual) ? std::nan("") : natural(feature, usual),
                       .peers = natural(feature, peers.median),
                       .share = drove[i] / all,
                       .sentence = format_reason(feature, values[i], usual)});
  }
  return reasons;
}

}  // namespace vedette::anomaly
