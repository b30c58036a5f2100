#include "anomaly/tails.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace vedette::anomaly {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr float kWidthMin = 0.25f;
constexpr double kTailShare = 0.05;
constexpr float kLevelsPerOrder = 4;

/// The first feature of each group of such as measure the same thing, in the order of features.def.
constexpr std::array kGroups{
    Feature::Events1m,       Feature::Users5m, Feature::New1h,        Feature::NewObjectsOverUsual,
    Feature::GapMean,        Feature::Bytes5m, Feature::ServerErrors, Feature::ActiveDays,
    Feature::EventsOverUsual};

/// How many of `rows` may reach the level.
double share_of(std::size_t level) {
  return std::pow(10.0, -1 - static_cast<double>(level) / static_cast<double>(kLevelsPerOrder));
}

}  // namespace

bool is_evidence(Feature feature, Kind kind) {
  if (!concerns(feature, kind)) return false;
  switch (feature) {
    case Feature::ActiveDays:
    case Feature::Evenness:
      return false;
    case Feature::Newcomers2d:
      return kind != Kind::Host;
    case Feature::UsersEver:
    case Feature::SourcesEver:
    case Feature::Newcomers30d:
    case Feature::Failures30d:
      // Sources and sessions come and go; all others are always there.
      return kind == Kind::Source || kind == Kind::Session;
    default:
      return true;
  }
}

Tails Tails::fit(const Matrix& rows, const SortedColumns& sorted, Kind kind) {
  Tails tails;
  for (std::size_t f = 0; f < kFeatures; ++f) {
    const auto column = sorted.column(f);
    if (column.empty() || !is_evidence(static_cast<Feature>(f), kind)) continue;
    tails.features_[f] = tail_of(column);
  }
  tails.fit_sums(rows);
  return tails;
}

Tails::Tail Tails::tail_of(std::span<const float> sorted) {
  Tail tail;
  const std::size_t n = sorted.size();
  for (std::size_t level = 0; level < kLevels; ++level) {
    // The lowest value above which there are fewer: reached by share · (n + 1) rows, half a row
    // less, since one's own is not among them.
    const double reached = share_of(level) * static_cast<double>(n + 1) - 0.5;
    if (reached < 1 && level > 0) break;
    const auto above = static_cast<std::size_t>(std::max(reached, 1.0));
    tail.value[level] = sorted[n - std::min(above, n)];
    tail.levels = static_cast<std::uint8_t>(level + 1);
  }
  tail.width = std::max(sorted[n - 1] - sorted[(n - 1) * 95 / 100], kWidthMin);
  return tail;
}

void Tails::fit_sums(const Matrix& rows) {
  const std::size_t n = rows.rows();
  std::vector<float> sums(n);
  Surprise surprise;
  for (std::size_t i = 0; i < n; ++i) sums[i] = sum(rows.row(i).first<kFeatures>(), surprise);
  radix_sort(sums);
  const std::size_t from =
      n - std::max<std::size_t>(static_cast<std::size_t>(static_cast<double>(n) * kTailShare), 1);
  usual_sum_ = sums[from];
  double excess = 0;
  for (std::size_t i = from; i < n; ++i) excess += sums[i] - usual_sum_;
  excess_ = static_cast<float>(
      std::max(excess / static_cast<double>(n - from), static_cast<double>(kWidthMin)));
}

float Tails::surprise_of(const Tail& tail, float value) const {
  if (!(value > tail.value[0])) return 0;
  // Of several levels with one value it has reached the lowest only: so many of its peers do. All
  // are counted, side by side, which takes less time than a search.
  std::uint32_t place = 1;
  for (std::size_t level = 1; level < kLevels; ++level) place += tail.value[level] < value ? 1 : 0;
  if (place < tail.levels) {
    const float below = tail.value[place - 1], above = tail.value[place];
    const float part = (value - below) / (above - below);
    return (static_cast<float>(place) - 1 + part) / kLevelsPerOrder;
  }
  const float last = tail.value[static_cast<std::size_t>(tail.levels) - 1];
  return static_cast<float>(tail.levels) / kLevelsPerOrder + (value - last) / tail.width;
}

float Tails::sum(std::span<const float, kFeatures> features, Surprise& surprise) const {
  float sum = 0, most = 0;
  std::size_t group = 1;
  for (std::size_t f = 0; f < kFeatures; ++f) {
    if (group < kGroups.size() && f == static_cast<std::size_t>(kGroups[group])) {
      sum += most;
      most = 0;
      ++group;
    }
    surprise[f] = surprise_of(features_[f], features[f]);
    most = std::max(most, surprise[f]);
  }
  return sum + most;
}

double Tails::orders(float sum) const {
  const double tail = -std::log10(kTailShare);
  if (sum <= usual_sum_) return usual_sum_ > 0 ? tail * sum / usual_sum_ : 0;
  return tail + (sum - usual_sum_) / excess_ / std::log(10.0);
}

void Tails::encode(Writer& out) const {
  out.u64(kVersion);
  const auto put = [&](float number) { out.u64(std::bit_cast<std::uint32_t>(number)); };
  for (const Tail& tail : features_) {
    out.u64(tail.levels);
    for (std::size_t i = 0; i < tail.levels; ++i) put(tail.value[i]);
    put(tail.width);
  }
  put(usual_sum_);
  put(excess_);
}

bool Tails::decode(Reader& in) {
  if (in.u64() != kVersion) return false;
  bool fine = true;
  const auto take = [&] {
    const float number = std::bit_cast<float>(static_cast<std::uint32_t>(in.u64()));
    fine = fine && std::isfinite(number);
    return number;
  };
  for (Tail& tail : features_) {
    const std::uint64_t levels = in.u64();
    if (levels > kLevels) return false;
    tail = Tail{};
    tail.levels = static_cast<std::uint8_t>(levels);
    for (std::size_t i = 0; i < levels; ++i) {
      tail.value[i] = take();
      if (i > 0 && tail.value[i] < tail.value[i - 1]) return false;
    }
    tail.width = take();
    fine = fine && tail.width > 0;
  }
  usual_sum_ = take();
  excess_ = take();
  return in.ok() && fine && excess_ > 0;
}

}  // namespace vedette::anomaly
