// Resolutions: what people made of threats, as far as detectors can learn from it. Any thread.
#pragma once

#include "anomaly/detector.h"
#include "engine/threat_queue.h"

#include <cstdint>

namespace vedette::engine {

/// Whether one of its findings is about unusual behaviour.
bool has_anomaly(const ThreatHead& head);

/// Of the threats that were closed last: an anomaly was found or not, it was hostile or not.
struct Outcomes {
  std::uint64_t found_hostile = 0, found_harmless = 0, missed_hostile = 0, other_harmless = 0;

  std::uint64_t all() const {
    return found_hostile + found_harmless + missed_hostile + other_harmless;
  }
  /// Shares in 0 to 1; 1 where there is nothing to have a share of.
  double precision() const;
  double recall() const;
  double false_alarm_rate() const;
  double accuracy() const;
};

struct Resolutions {
  anomaly::Labels labels;  ///< of each kind, by time of resolution
  Outcomes outcomes;
};

/// Of the `threats_max` closed threats that were seen last.
Result<Resolutions> resolutions(ThreatQueue& queue, std::size_t threats_max);

}  // namespace vedette::engine
