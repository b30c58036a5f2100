// The vectors that are kept with findings, scored again: by what the daemon knows now, or by
// another model. For `vedette anomaly score|eval|explain` without a file.
#pragma once

#include "anomaly/learned.h"
#include "base/result.h"
#include "cli/anomaly_explained.h"
#include "cli/anomaly_input.h"
#include "model/anomaly.h"
#include "model/workflow.h"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vedette::cli {

struct Kept {
  std::string threat, entity;  ///< the threat's id, and what it is about
  Status status = Status::New;
  Time time;
  anomaly::Kind kind = anomaly::Kind::Source;
  /// What was said then, with a vector of the features of today; never null.
  std::shared_ptr<const Anomaly> then;
  /// How rare it is now, in orders of magnitude; nothing where no model is there to say.
  std::optional<double> orders;

  /// On the scale of `then->score`: 0.7 for 1 in 10,000.
  std::optional<float> now() const;
};

/// What scores the vectors of one kind.
struct Judge {
  anomaly::Lore lore;  ///< without a model: nothing does
  bool alone = false;  ///< only its model counts, which is not the one that the daemon learned
};

struct KeptVectors {
  std::vector<Kept> all;           ///< what was seen last first
  std::size_t other_features = 0;  ///< vectors left out: they are of other versions
  bool clipped = false;            ///< there are more than kKeptMax
  std::array<Judge, anomaly::kKinds> judges;
};
inline constexpr std::size_t kKeptMax = 20'000;

/// Of the database of `input`, of its kind, and of one threat where `threat` is not empty: its id,
/// or what it is about. What an entity used to be like and what people taught does not count in the
/// scores of now: the one is not kept, the other would be measured by what it was taught.
Result<KeptVectors> kept_vectors(const InputChoice& input, const ModelChoice& choice,
                                 const std::string& threat);

/// Those of one kind that have a score of now, as rows for a report, in their order.
struct KeptRows {
  Rows rows;
  Scores scores;
};
KeptRows rows_of(const KeptVectors& kept, anomaly::Kind kind);

}  // namespace vedette::cli
