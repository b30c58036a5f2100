#include "observe/metrics.h"

#include "base/file.h"
#include "base/text.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <limits>

namespace vedette::observe {
namespace {

std::uint64_t status_bytes(std::string_view key) {
  const auto status = read_file("/proc/self/status");
  if (!status) return 0;
  std::string_view rest = *status;
  while (!rest.empty()) {
    std::string_view line = take_until(rest, '\n');
    if (!take_prefix(line, key)) continue;
    take_suffix(line, "kB");
    return parse_int<std::uint64_t>(trim(line)).value_or(0) * 1024;
  }
  return 0;
}

prometheus::ClientMetric::Histogram histogram_of(const Metric::Sample& sample) {
  prometheus::ClientMetric::Histogram histogram;
  histogram.sample_count = sample.count;
  histogram.sample_sum = sample.value;
  for (const auto& [bound, count] : sample.buckets) {
    prometheus::ClientMetric::Bucket bucket;
    bucket.upper_bound = bound;
    bucket.cumulative_count = count;
    histogram.bucket.push_back(bucket);
  }
  prometheus::ClientMetric::Bucket all;
  all.upper_bound = std::numeric_limits<double>::infinity();
  all.cumulative_count = sample.count;
  histogram.bucket.push_back(all);
  return histogram;
}

}  // namespace

std::string to_prometheus(const std::vector<Metric>& metrics) {
  std::vector<prometheus::MetricFamily> families;
  families.reserve(metrics.size());
  for (const Metric& metric : metrics) {
    prometheus::MetricFamily family;
    family.name = metric.name;
    family.help = metric.help;
    const bool counter = metric.kind == MetricKind::Counter;
    const bool histogram = metric.kind == MetricKind::Histogram;
    family.type = counter     ? prometheus::MetricType::Counter
                  : histogram ? prometheus::MetricType::Histogram
                              : prometheus::MetricType::Gauge;
    for (const Metric::Sample& sample : metric.samples) {
      prometheus::ClientMetric out;
      for (const auto& [name, value] : sample.labels) out.label.push_back({name, value});
      if (histogram) {
        out.histogram = histogram_of(sample);
      } else {
        (counter ? out.counter.value : out.gauge.value) = sample.value;
      }
      family.metric.push_back(std::move(out));
    }
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

std::uint64_t resident_bytes() {
  return status_bytes("VmRSS:");
}
std::uint64_t resident_peak_bytes() {
  return status_bytes("VmHWM:");
}

}  // namespace vedette::observe
