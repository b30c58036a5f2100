#include "anomaly/ranks.h"

#include "anomaly/sorted_columns.h"
#include "base/assert.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

namespace vedette::anomaly {
namespace {

constexpr double kTailShare = 0.05;
constexpr double kTailMin = 1e-9;  // where the highest are all equal

}  // namespace

Ranks::Ranks(std::vector<float> scores) : scores_(std::move(scores)) {
  VD_ASSERT(!scores_.empty());
  radix_sort(scores_);
  fit_tail();
}

/// The maximum-likelihood fit of an exponential distribution to the excesses is their mean.
void Ranks::fit_tail() {
  const auto count = static_cast<std::size_t>(static_cast<double>(size()) * kTailShare) + 1;
  const auto first = scores_.end() - static_cast<std::ptrdiff_t>(count);
  double sum = 0;
  for (auto at = first; at != scores_.end(); ++at) sum += double{*at} - double{*first};
  tail_ = std::max(sum / static_cast<double>(count), kTailMin);
}

double Ranks::rank(float score) const {
  const auto [low, high] = std::equal_range(scores_.begin(), scores_.end(), score);
  const auto below = static_cast<double>(low - scores_.begin());
  const auto whole = static_cast<double>(size());
  if (low != high) return (below + static_cast<double>(high - low) / 2) / whole;
  // Between two neighbours, of which the outermost are 0 and 1, half a row from each.
  const double from = low == scores_.begin() ? 0 : double{low[-1]};
  const double to = low == scores_.end() ? 1 : double{*low};
  const double before = low == scores_.begin() ? 0 : below - 0.5;
  const double after = low == scores_.end() ? whole : below + 0.5;
  const double way = to > from ? std::clamp((double{score} - from) / (to - from), 0.0, 1.0) : 0;
  return (before + way * (after - before)) / whole;
}

double Ranks::rarity(float score) const {
  const auto at = std::lower_bound(scores_.begin(), scores_.end(), score);
  const auto whole = static_cast<double>(size());
  if (at != scores_.end()) return static_cast<double>(scores_.end() - at) / whole;
  const double beyond = (double{score} - double{scores_.back()}) / tail_;
  return std::max(std::exp(-beyond) / whole, std::numeric_limits<double>::min());
}

void Ranks::encode(Writer& out) const {
  out.u64(size());
  std::uint32_t before = 0;  // differences are short: floats that are not negative sort as integers
  for (const float score : scores_) {
    const auto bits = std::bit_cast<std::uint32_t>(score);
    out.u64(bits - before);
    before = bits;
  }
}

Result<Ranks> Ranks::decode(Reader& in, std::size_t most) {
  const std::uint64_t count = in.u64();
  if (!in.ok() || count < 1 || count > most) {
    return Error{Errc::AnomalyModelDamaged, "a number of scores is out of bounds"};
  }
  constexpr auto kOne = std::bit_cast<std::uint32_t>(1.0f);
  Ranks made;
  made.scores_.reserve(count);
  std::uint64_t bits = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::uint64_t step = in.u64();
    if (!in.ok() || step > kOne - bits) {
      return Error{Errc::AnomalyModelDamaged, "a score is out of bounds"};
    }
    bits += step;
    made.scores_.push_back(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  }
  made.fit_tail();
  return made;
}

}  // namespace vedette::anomaly
