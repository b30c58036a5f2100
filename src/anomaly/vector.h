// A feature vector as it is kept: steps of 1/512, from -64 to 64. Features are logarithms, shares
// and differences of those, so nothing is lost that a tree would look at. What is scored is what is
// kept: a stored vector gives its score again.
#pragma once

#include "anomaly/features.h"
#include "model/anomaly.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace vedette::anomaly {

using Vector = std::array<std::int16_t, kFeatures>;
inline constexpr float kStepsPerUnit = 512;

inline Vector to_steps(std::span<const float, kFeatures> features) {
  Vector steps;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const float scaled = std::clamp(features[i] * kStepsPerUnit, -32768.0f, 32767.0f);
    steps[i] = static_cast<std::int16_t>(scaled < 0 ? scaled - 0.5f : scaled + 0.5f);
  }
  return steps;
}

/// What a stored anomaly was about; nothing if its vector is of another version of the features.
inline std::optional<Kind> kind_of(const Anomaly& anomaly) {
  const bool ours =
      anomaly.features_version == kFeaturesVersion && anomaly.vector.size() == kFeatures;
  return ours ? parse_kind(anomaly.kind) : std::nullopt;
}

inline void from_steps(std::span<const std::int16_t> steps, std::span<float> features) {
  for (std::size_t i = 0; i < features.size(); ++i) {
    features[i] = static_cast<float>(steps[i]) / kStepsPerUnit;
  }
}

}  // namespace vedette::anomaly
