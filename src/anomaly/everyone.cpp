#include "anomaly/everyone.h"

#include <algorithm>

namespace vedette::anomaly {
namespace {

constexpr std::uint32_t kMost = 65535;

}  // namespace

Novelty Everyone::note(const Activity& activity) {
  Novelty novelty;
  for (std::size_t f = 0; f < kFacets; ++f) {
    if (activity.facets[f] == 0) continue;
    const std::uint64_t hash = hash_of(activity, f);
    const std::size_t at = line_of(hash);
    std::uint16_t& first = lines_[at].rows[0][hash >> 49 & (kInRow - 1)];
    std::uint16_t& second = lines_[at].rows[1][hash >> 45 & (kInRow - 1)];
    const std::uint16_t seen = std::min(first, second);
    novelty.note(static_cast<Facet>(f), seen,
                 static_cast<std::uint16_t>(std::min<std::uint64_t>(totals_[f], kMost)));
    totals_[f] = add_saturating(totals_[f], std::uint64_t{activity.weight});
    if (seen == kMost) continue;
    const auto now = static_cast<std::uint16_t>(
        std::min(add_saturating(std::uint32_t{seen}, activity.weight), kMost));
    used_ += static_cast<std::size_t>(first == 0) + static_cast<std::size_t>(second == 0);
    first = std::max(first, now);
    second = std::max(second, now);
    dirty_[at / kLinesInBlock] = true;
  }
  dirty_[kBlocks - 1] = true;
  if (used_ > kCounters / 2) halve();
  return novelty;
}

void Everyone::halve() {
  for (std::uint16_t& counter : counters(0, kLines)) {
    counter = static_cast<std::uint16_t>(counter / 2);
  }
  for (std::uint64_t& total : totals_) total /= 2;
  used_ = used_in(0, kLines);
  dirty_.fill(true);
}

std::span<std::uint16_t> Everyone::counters(std::size_t first_line, std::size_t lines) {
  return {&lines_[first_line].rows[0][0], lines * kRows * kInRow};
}

std::size_t Everyone::used_in(std::size_t first_line, std::size_t lines) {
  const auto all = counters(first_line, lines);
  return all.size() - static_cast<std::size_t>(std::ranges::count(all, 0));
}

std::string_view Everyone::bytes_of(std::size_t block) const {
  const void* bytes = block == kBlocks - 1 ? static_cast<const void*>(totals_.data())
                                           : &lines_[block * kLinesInBlock];
  return {static_cast<const char*>(bytes), kBlockBytes};
}

bool Everyone::restore(std::size_t block, std::string_view bytes) {
  if (block >= kBlocks || bytes.size() != kBlockBytes) return false;
  if (block == kBlocks - 1) {
    std::memcpy(totals_.data(), bytes.data(), kBlockBytes);
    return true;
  }
  const std::size_t line = block * kLinesInBlock;
  used_ -= used_in(line, kLinesInBlock);
  std::memcpy(&lines_[line], bytes.data(), kBlockBytes);
  used_ += used_in(line, kLinesInBlock);
  return true;
}

}  // namespace vedette::anomaly
