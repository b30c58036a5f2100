// Metrics: named numbers to the Prometheus text format (0.0.4). The one who is asked gathers the
// numbers; nothing is registered anywhere and nothing is kept between two scrapes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::observe {

enum class MetricKind : std::uint8_t { Counter, Gauge, Histogram };

struct Metric {
  std::string name;  ///< vedette_<what>_<unit>, counters end in _total
  std::string help;
  MetricKind kind = MetricKind::Counter;
  struct Sample {
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;  ///< of a histogram: the sum
    std::uint64_t count = 0;
    std::vector<std::pair<double, std::uint64_t>> buckets = {};  ///< upper bound, how many up to it
  };
  std::vector<Sample> samples;
};

std::string to_prometheus(const std::vector<Metric>& metrics);

/// Resident memory of this process in bytes (VmRSS); 0 if /proc cannot say.
std::uint64_t resident_bytes();
/// The highest it ever was (VmHWM).
std::uint64_t resident_peak_bytes();

}  // namespace vedette::observe
