// Anomaly: why an entity was found to behave unusually, in numbers and in words. Part of the
// evidence of a finding that no rule made.
#pragma once

#include "base/codec.h"
#include "base/json_appender.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vedette {

/// One feature that drove the score.
struct AnomalyReason {
  std::string feature;  ///< its name in docs/anomaly-features.md
  double value = 0;     ///< in the feature's unit
  double usual = 0;     ///< for this entity; NaN: it has no history
  double peers = 0;     ///< median of its peers
  double share = 0;     ///< of all that drove the score, 0 to 1
  std::string sentence;

  bool operator==(const AnomalyReason&) const = default;
};

struct Anomaly {
  std::string kind;                    ///< what was looked at: source, network, user, host, session
  double score = 0;                    ///< 0 to 1; 0.7: as rare as 1 in 10,000 of the baseline
  std::uint64_t model = 0;             ///< the id of the model that gave it
  std::uint32_t features_version = 0;  ///< of `vector`
  std::vector<AnomalyReason> reasons;  ///< the strongest first
  /// The features as they were scored, in steps of 1/512: enough to score them again.
  std::vector<std::int16_t> vector;

  void encode(Writer& out) const;
  /// False for what cannot be understood.
  bool decode(Reader& in);
  bool operator==(const Anomaly&) const = default;
};

/// One JSON object; the vector is left out.
void append_json(JsonAppender& json, const Anomaly& anomaly);

}  // namespace vedette
