// Feedback: what people made of earlier alarms, as a small supervised model beside the forests: a
// logistic regression on the same features. It has no say at first. It predicts each resolution
// before it learns from it, and gains weight only by how precise those predictions were.
#pragma once

#include "anomaly/vector.h"
#include "base/codec.h"
#include "base/time.h"

#include <array>
#include <cstdint>
#include <span>

namespace vedette::anomaly {

/// A vector that made an alarm, and what a person said about the threat.
struct Label {
  Vector vector{};
  Time resolved_at;
  bool hostile = false;
};

class Head {
 public:
  /// How hostile the vector looks, 0 to 1; 0.5 while nothing was learned.
  double predict(std::span<const std::int16_t> vector) const;
  /// What it adds to a score, -0.2 to 0.2: by its weight.
  double adjustment(std::span<const std::int16_t> vector) const;
  /// 0 to 1: how far the lower bound of its precision (Wilson 1927, 95 %) is above that of calling
  /// everything hostile. 0 before kPredictionsMin later resolutions.
  double weight() const;
  /// Later resolutions that it predicted, and how many of those that it called hostile were.
  std::uint64_t predictions() const { return right_ + wrong_; }

  /// Predicts the labels that are younger than those it knows, then learns from all; `labels` by
  /// time of resolution.
  void learn(std::span<const Label> labels);

  void encode(Writer& out) const;
  bool decode(Reader& in);
  bool operator==(const Head&) const = default;

 private:
  static constexpr std::uint64_t kPredictionsMin = 10;

  void fit(std::span<const Label> labels);

  std::array<double, kFeatures> weights_{}, middles_{}, widths_{};
  double bias_ = 0;
  Time known_until_;
  std::uint64_t right_ = 0, wrong_ = 0;       // called hostile: it was, it was not
  std::uint64_t hostile_ = 0, harmless_ = 0;  // of all that were predicted
};

}  // namespace vedette::anomaly
