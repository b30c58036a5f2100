// How often each route was asked, how it answered and how long that took: histograms for
// Prometheus. Any thread; readers want recent numbers, no order between them, so all use is
// relaxed.
#pragma once

#include "observe/metrics.h"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace vedette::api {

class RouteMetrics {
 public:
  /// Upper bounds in seconds.
  static constexpr std::array<double, 10> kBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025,
                                                  0.005,  0.01,    0.05,   0.25,  1};
  explicit RouteMetrics(std::vector<std::string_view> names);

  /// `route`: its place among the names; one more is for what is no route.
  void add(std::size_t route, unsigned status, double seconds);
  void gather(std::vector<observe::Metric>& metrics) const;

 private:
  struct Numbers {
    std::array<std::atomic<std::uint64_t>, kBounds.size() + 1> buckets{};
    std::array<std::atomic<std::uint64_t>, 5> by_class{};  // 1xx to 5xx
    std::atomic<std::uint64_t> nanoseconds{0};
  };
  std::vector<std::string_view> names_;
  std::unique_ptr<Numbers[]> numbers_;
};

}  // namespace vedette::api
