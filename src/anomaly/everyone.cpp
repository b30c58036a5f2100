#include "anomaly/everyone.h"

#include <algorithm>

namespace vedette::anomaly {
namespace {

constexpr std::uint32_t kMost = 65535;
constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15u;

}  // namespace

Novelty Everyone::note(const Activity& activity) {
  Novelty novelty;
  std::array<std::size_t, kFacets> first, second;
  // All counters are asked for before one is used: their loads then overlap.
  for (std::size_t f = 0; f < kFacets; ++f) {
    // Multiplicative hashing (Knuth 6.4): the best bits are the highest. Facets are hashes already.
    const std::uint64_t hash = (activity.facets[f] | std::uint64_t{f + 1} << 32) * kGolden;
    first[f] = hash >> 49;
    second[f] = kCounters + (hash >> 34) % kCounters;
  }
  for (std::size_t f = 0; f < kFacets; ++f) {
    if (activity.facets[f] == 0) continue;
    const std::uint32_t seen = std::min(counters_[first[f]], counters_[second[f]]);
    novelty.seen[f] = static_cast<std::uint16_t>(seen);
    novelty.of[f] = static_cast<std::uint16_t>(std::min<std::uint64_t>(totals_[f], kMost));
    totals_[f] = add_saturating(totals_[f], std::uint64_t{activity.weight});
    if (seen == kMost) continue;
    const std::uint32_t now = std::min(add_saturating(seen, activity.weight), kMost);
    raise(first[f], now);
    raise(second[f], now);
  }
  dirty_[kBlocks - 1] = true;
  if (used_ > kCounters / 2) halve();
  return novelty;
}

void Everyone::raise(std::size_t at, std::uint32_t to) {
  // Without branches: which of the two counters is the smaller nobody can foresee.
  const std::uint32_t before = counters_[at];
  counters_[at] = static_cast<std::uint16_t>(std::max(before, to));
  dirty_[at / kInBlock] |= before < to;
  used_ += static_cast<std::size_t>(before == 0) & static_cast<std::size_t>(at < kCounters);
}

void Everyone::halve() {
  for (std::uint16_t& counter : counters_) counter = static_cast<std::uint16_t>(counter / 2);
  for (std::uint64_t& total : totals_) total /= 2;
  used_ = kCounters -
          static_cast<std::size_t>(std::count(counters_.begin(), counters_.begin() + kCounters, 0));
  dirty_.fill(true);
}

std::string_view Everyone::bytes_of(std::size_t block) const {
  if (block == kBlocks - 1) return {reinterpret_cast<const char*>(totals_.data()), kBlockBytes};
  return {reinterpret_cast<const char*>(counters_.data() + block * kInBlock), kBlockBytes};
}

bool Everyone::restore(std::size_t block, std::string_view bytes) {
  if (block >= kBlocks || bytes.size() != kBlockBytes) return false;
  if (block == kBlocks - 1) {
    std::memcpy(totals_.data(), bytes.data(), kBlockBytes);
    return true;
  }
  const auto begin = counters_.begin() + static_cast<std::ptrdiff_t>(block * kInBlock);
  const auto end = begin + static_cast<std::ptrdiff_t>(kInBlock);
  const bool counts = block * kInBlock < kCounters;
  used_ -= counts ? kInBlock - static_cast<std::size_t>(std::count(begin, end, 0)) : 0;
  std::memcpy(&*begin, bytes.data(), kBlockBytes);
  used_ += counts ? kInBlock - static_cast<std::size_t>(std::count(begin, end, 0)) : 0;
  return true;
}

}  // namespace vedette::anomaly
