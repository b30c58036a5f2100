// RunningMean: an exponentially weighted mean in two bytes, in steps of a 1024th: 0 to 63.999.
// It stands still once a new value is within a few hundredths of it, which is fine for logarithms
// and shares.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>

namespace vedette::anomaly {

class RunningMean {
 public:
  float value() const { return static_cast<float>(steps_) * 0x1p-10f; }
  void set(float x) { steps_ = to_steps(x); }
  /// Goes a `part` (in [0, 1]) of the way to `x`.
  void move(float x, float part) { set(value() + (x - value()) * part); }
  /// Leaves a `part` of it; rounded down, so that it comes to 0.
  void fade(float part) { steps_ = static_cast<std::uint16_t>(static_cast<float>(steps_) * part); }
  bool operator==(const RunningMean&) const = default;

 private:
  static std::uint16_t to_steps(float x) {
    // What is no number is 0.
    return static_cast<std::uint16_t>(std::min(std::max(0.0f, x * 1024 + 0.5f), 65535.0f));
  }

  std::uint16_t steps_ = 0;
};
static_assert(sizeof(RunningMean) == 2);

/// The weight of the next value when `seen` came before it: the mean of all up to `span` of them,
/// then one that forgets.
template <std::uint32_t span>
float weight_of_next(std::uint32_t seen) {
  static constexpr auto kWeights = [] {
    std::array<float, span> weights{};
    for (std::uint32_t i = 0; i < span; ++i) weights[i] = 1 / static_cast<float>(i + 1);
    return weights;
  }();
  return kWeights[std::min(seen, span - 1)];
}

/// What a value usually is, and by how much it differs from that.
struct RunningSpread {
  RunningMean mean;
  RunningMean deviation;

  /// `seen` were taken before; about `span` are remembered.
  template <std::uint32_t span>
  void take(float x, std::uint32_t seen) {
    const float part = weight_of_next<span>(seen);
    if (seen > 0) deviation.move(std::abs(x - mean.value()), part);
    mean.move(x, part);
  }
  float over(float x) const { return (x - mean.value()) / (1 + deviation.value()); }
};

}  // namespace vedette::anomaly
