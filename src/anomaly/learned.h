// Learned: what lanes know of all entities together: for each kind a model, the score from which on
// it is an alarm, and how far learning has come. Frozen; replaced as a whole, for all lanes at the
// same place of the stream.
#pragma once

#include "anomaly/activity.h"
#include "anomaly/feedback.h"
#include "anomaly/model.h"
#include "anomaly/peaks.h"
#include "anomaly/sample.h"
#include "anomaly/tails.h"

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::anomaly {

struct LearningOptions {
  std::size_t baseline_max = 10'000;  ///< vectors of a kind
  std::size_t baseline_min = 256;     ///< before this many there is no model
  std::int64_t learning_hours = 24;   ///< which they must cover at least
  std::int64_t retrain_hours = 24;    ///< at least, from one model to the next
  float threshold = 0.7f;             ///< while there is none of the budget
  double alarms_per_day = 10;  ///< about what no rule names, of all kinds; 0: as `threshold` says
  bool ensemble = false;       ///< see ModelOptions: more of what is odd, at several times the cost
  std::uint64_t seed = 0;
};

/// Of one kind.
struct Lore {
  std::shared_ptr<const Model> model;  ///< null while it is being learned
  Tails tails;                         ///< of the same baseline
  std::uint64_t id = 0;                ///< of the model
  std::int64_t trained_hour = 0;       ///< hours since 1970, of the stream
  float threshold = 0.7f;
  float progress = 0;  ///< of the baseline that a first model needs, 0 to 1
  /// Mean difference between the scores that this model and the one before give to the same
  /// vectors.
  float score_drift = 0;
  /// By how much the median of the feature that moved most did, in widths of what was usual.
  float feature_drift = 0;
  double sample_limit = 1e300;  ///< see Sample::limit()
  Head head;                    ///< what people taught

  bool operator==(const Lore&) const = default;  ///< models are the same if they are one
};

struct Learned {
  std::array<Lore, kKinds> kinds;
};

/// What a lane gives to be learned from.
struct Lesson {
  std::array<std::vector<Sampled>, kKinds> samples;
  Peaks peaks;
};

/// Of each kind, by time of resolution.
using Labels = std::array<std::vector<Label>, kKinds>;

/// Whether a model may be made at `hour`: else learn() does not look at the samples of the kind.
bool wants_sample(const Lore& lore, std::int64_t hour, const LearningOptions& options);

/// What follows from the lessons of all lanes together at `hour` (since 1970, of the stream). The
/// same whatever the order of the lessons.
Learned learn(const Learned& before, std::vector<Lesson> lessons, const Labels& labels,
              std::int64_t hour, const LearningOptions& options);

/// How surprising a vector is, in orders of magnitude: by the tails of its features, or by the
/// forest if that says a tenth of their chance.
double orders_of(const Lore& lore, float forest_score, float tails_sum);
/// 0 to 1: for something that happens once in 10^orders. 0.7 for 1 in 10,000.
float score_of(double orders);

std::string encode(const Lore& lore);
/// False for what is damaged or of other features.
bool decode(std::string_view bytes, Lore& lore);

}  // namespace vedette::anomaly
