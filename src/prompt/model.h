// The linear model of prompt injection: one byte of weight for each bucket of hashed features
// (features.h). A text is scored as a whole and by windows, of which the hottest is told: the more
// windows, the hotter it must be. Frozen once loaded, so any number of threads may score with one;
// scoring allocates nothing and costs about 4 microseconds for a kilobyte.
#pragma once

#include "base/result.h"
#include "prompt/features.h"
#include "prompt/span.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::prompt {

struct ModelScore {
  double score = 0;    ///< 0 to 1
  double logit = 0;    ///< the same before calibration: what thresholds are made from
  double whole = 0;    ///< logit of the whole text
  double hottest = 0;  ///< logit of the hottest window
  Span span;           ///< of that window, in the text that was scored
};

inline constexpr unsigned kBucketBits = 20;
inline constexpr std::size_t kStrictnesses = 4;
/// The false alarms that strictness 1 to 4 aims at.
inline constexpr std::array<double, kStrictnesses> kFalseAlarmTargets{0.001, 0.005, 0.01, 0.03};

inline constexpr std::uint32_t bucket_of(std::uint32_t hash) {
  return hash >> (32 - kBucketBits);
}
/// What a feature counts: there are many n-grams of characters for one word, and few concepts.
inline constexpr int gain_of(FeatureKind kind) {
  constexpr std::array<int, 4> kGains{1, 2, 4, 2};
  return kGains[static_cast<std::size_t>(kind)];
}
/// More features are more evidence, up to those of a page; beyond it only their mean counts, so
/// that a long honest text does not add up to an alarm.
inline double evidence(double sum, std::size_t features) {
  constexpr double kPage = 4096;
  const auto n = static_cast<double>(features + 16);
  return sum / n * std::sqrt(std::min(n, kPage));
}

/// What is taken off a logit: among many windows one is hot by chance. Only so much, or an attack
/// would only have to be long.
inline double chance_of_heat(std::size_t windows) {
  constexpr double kDoublingPrice = 0.3, kWindowsMax = 128;
  return kDoublingPrice * std::log2(std::min(static_cast<double>(windows), kWindowsMax));
}

/// All that is learned, as the file holds it.
struct ModelParameters {
  std::vector<std::int8_t> weights;  ///< one for each bucket
  double scale = 0;                  ///< of the weights
  double bias = 0;
  double whole_share = 0;  ///< logit = hottest + whole_share * (whole - hottest) - chance_of_heat
  double slope = 1, offset = 0;
  std::array<double, kStrictnesses> thresholds{};  ///< scores, for kFalseAlarmTargets

  double score(double logit) const { return 1 / (1 + std::exp(-slope * logit - offset)); }
};

class Model {
 public:
  explicit Model(ModelParameters parameters);

  /// ModelDamaged for what is no model, is of another version or features, or has a wrong checksum.
  static Result<Model> parse(std::string_view file);
  std::string serialize() const;

  /// Of a folded text.
  ModelScore score(std::string_view text) const;

  /// The least score that is an alarm; strictness is 1 to 4.
  double threshold(std::size_t strictness) const;
  const ModelParameters& parameters() const { return parameters_; }
  /// Names this very model in receipts.
  std::uint64_t id() const { return id_; }

 private:
  ModelParameters parameters_;
  std::uint64_t id_ = 0;
};

/// The model that is part of the program.
const Model& builtin_model();

}  // namespace vedette::prompt
