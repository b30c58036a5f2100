#include "anomaly/feedback.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace vedette::anomaly {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr double kAdjustmentMax = 0.2;
constexpr int kRounds = 200;
constexpr double kRate = 0.5, kRidge = 0.01;

double logistic(double x) {
  return 1 / (1 + std::exp(-x));
}

/// Lower bound of the share that `hits` of `all` are of, at 95 % (Wilson score interval).
double lower_bound(std::uint64_t hits, std::uint64_t all) {
  if (all == 0) return 0;
  constexpr double z = 1.96;
  const double n = static_cast<double>(all), p = static_cast<double>(hits) / n;
  const double middle = p + z * z / (2 * n);
  const double spread = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return (middle - spread) / (1 + z * z / n);
}

}  // namespace

double Head::predict(std::span<const std::int16_t> vector) const {
  double sum = bias_;
  for (std::size_t i = 0; i < kFeatures; ++i) {
    if (widths_[i] > 0) sum += weights_[i] * (vector[i] - middles_[i]) / widths_[i];
  }
  return logistic(std::clamp(sum, -30.0, 30.0));
}

double Head::weight() const {
  if (predictions() < kPredictionsMin) return 0;
  const double all = static_cast<double>(hostile_ + harmless_);
  const double everything = static_cast<double>(hostile_) / all;
  if (everything >= 1) return 0;  // there was nothing to tell apart
  const double gain = lower_bound(right_, right_ + wrong_) - everything;
  return std::clamp(gain / (1 - everything), 0.0, 1.0);
}

double Head::adjustment(std::span<const std::int16_t> vector) const {
  const double its = weight();
  return its == 0 ? 0 : its * 2 * kAdjustmentMax * (predict(vector) - 0.5);
}

void Head::learn(std::span<const Label> labels) {
  for (const Label& label : labels) {
    if (label.resolved_at <= known_until_) continue;
    if (known_until_ != Time{}) {
      ++(label.hostile ? hostile_ : harmless_);
      if (predict(label.vector) >= 0.5) ++(label.hostile ? right_ : wrong_);
    }
  }
  if (labels.empty()) return;
  known_until_ = std::max(known_until_, labels.back().resolved_at);
  fit(labels);
}

void Head::fit(std::span<const Label> labels) {
  const double n = static_cast<double>(labels.size());
  for (std::size_t i = 0; i < kFeatures; ++i) {
    double sum = 0, squares = 0;
    for (const Label& label : labels) sum += label.vector[i];
    middles_[i] = sum / n;
    for (const Label& label : labels) squares += std::pow(label.vector[i] - middles_[i], 2);
    widths_[i] = std::sqrt(squares / n);
  }
  weights_ = {};
  bias_ = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::array<double, kFeatures> slope{};
    double slope_bias = 0;
    for (const Label& label : labels) {
      const double off = predict(label.vector) - (label.hostile ? 1 : 0);
      slope_bias += off / n;
      for (std::size_t i = 0; i < kFeatures; ++i) {
        if (widths_[i] > 0) slope[i] += off * (label.vector[i] - middles_[i]) / widths_[i] / n;
      }
    }
    bias_ -= kRate * slope_bias;
    for (std::size_t i = 0; i < kFeatures; ++i) {
      weights_[i] -= kRate * (slope[i] + kRidge * weights_[i]);
    }
  }
}

void Head::encode(Writer& out) const {
  out.u64(kVersion);
  const auto put = [&](double number) { out.fixed64(std::bit_cast<std::uint64_t>(number)); };
  for (std::size_t i = 0; i < kFeatures; ++i) {
    put(weights_[i]);
    put(middles_[i]);
    put(widths_[i]);
  }
  put(bias_);
  out.time(known_until_);
  for (const std::uint64_t count : {right_, wrong_, hostile_, harmless_}) out.u64(count);
}

bool Head::decode(Reader& in) {
  if (in.u64() != kVersion) return false;
  bool finite = true;
  const auto take = [&] {
    const double number = std::bit_cast<double>(in.fixed64());
    finite = finite && std::isfinite(number);
    return number;
  };
  for (std::size_t i = 0; i < kFeatures; ++i) {
    weights_[i] = take();
    middles_[i] = take();
    widths_[i] = take();
  }
  bias_ = take();
  known_until_ = in.time();
  for (std::uint64_t* count : {&right_, &wrong_, &hostile_, &harmless_}) *count = in.u64();
  return in.ok() && finite;
}

}  // namespace vedette::anomaly
