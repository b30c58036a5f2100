#include "api/route_metrics.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::api {

RouteMetrics::RouteMetrics(std::vector<std::string_view> names) : names_(std::move(names)) {
  names_.push_back("none");
  numbers_ = std::make_unique<Numbers[]>(names_.size());
}

void RouteMetrics::add(std::size_t route, unsigned status, double seconds) {
  Numbers& numbers = numbers_[std::min(route, names_.size() - 1)];
  const auto bucket = std::lower_bound(kBounds.begin(), kBounds.end(), seconds) - kBounds.begin();
  numbers.buckets[static_cast<std::size_t>(bucket)].fetch_add(1, std::memory_order_relaxed);
  const unsigned its_class = std::clamp(status / 100, 1u, 5u) - 1;
  numbers.by_class[its_class].fetch_add(1, std::memory_order_relaxed);
  numbers.nanoseconds.fetch_add(static_cast<std::uint64_t>(seconds * 1e9),
                                std::memory_order_relaxed);
}

void RouteMetrics::gather(std::vector<observe::Metric>& metrics) const {
  observe::Metric requests{.name = "vedette_http_requests_total",
                           .help = "Requests answered, by route and class of status.",
                           .kind = observe::MetricKind::Counter,
                           .samples = {}};
  observe::Metric seconds{.name = "vedette_http_request_seconds",
                          .help = "Seconds from the end of a request to its answer, by route.",
                          .kind = observe::MetricKind::Histogram,
                          .samples = {}};
  for (std::size_t route = 0; route < names_.size(); ++route) {
    const std::string name(names_[route]);
    const Numbers& numbers = numbers_[route];
    for (std::size_t i = 0; i < numbers.by_class.size(); ++i) {
      const std::uint64_t count = numbers.by_class[i].load(std::memory_order_relaxed);
      if (count == 0) continue;
      requests.samples.push_back(
          {{{"route", name}, {"status", fmt::format("{}xx", i + 1)}}, static_cast<double>(count)});
    }
    observe::Metric::Sample sample{{{"route", name}}, 0};
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < numbers.buckets.size(); ++i) {
      sum += numbers.buckets[i].load(std::memory_order_relaxed);
      if (i < kBounds.size()) sample.buckets.emplace_back(kBounds[i], sum);
    }
    if (sum == 0) continue;
    sample.count = sum;
    sample.value = static_cast<double>(numbers.nanoseconds.load(std::memory_order_relaxed)) / 1e9;
    seconds.samples.push_back(std::move(sample));
  }
  metrics.push_back(std::move(requests));
  metrics.push_back(std::move(seconds));
}

}  // namespace vedette::api
