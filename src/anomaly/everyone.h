// Everyone: how often each value of each facet was seen, whoever it was: a count-min sketch
// (Cormode, Muthukrishnan: An Improved Data Stream Summary, J. Algorithms 2005) with conservative
// update (Estan, Varghese: New Directions in Traffic Measurement, SIGCOMM 2002): two rows of 32,768
// counters of 16 bits, which count up to 65,535 and stay there. When half of a row is in use all
// counts are halved: what was seen once is then forgotten, so a flood of new values makes old ones
// new again, but never a new one old.
//
// 128 KB, which stay in a core's second cache: about 20 ns an event. Every lane has one of its own
// and feeds it with all events in their order, so that all lanes say the same. Not thread-safe.
#pragma once

#include "anomaly/activity.h"
#include "anomaly/log_scale.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace vedette::anomaly {

/// What was known of an event's facets before it.
struct Novelty {
  std::array<std::uint16_t, kFacets> seen{};  ///< how often the value was, at most 65,535
  std::array<std::uint16_t, kFacets> of{};    ///< how often any value was, at most 65,535

  /// log2((1 + of) / (1 + seen)), 0 to 16 bits: 0 for what is always so. Not below 0 for a count
  /// that collisions made too large.
  float rarity(Facet facet) const {
    const auto i = static_cast<std::size_t>(facet);
    return seen[i] >= of[i] ? 0
                            : log_scale(std::uint64_t{of[i]}) - log_scale(std::uint64_t{seen[i]});
  }
  /// Nobody had this value, although others were seen.
  bool first(Facet facet) const {
    const auto i = static_cast<std::size_t>(facet);
    return seen[i] == 0 && of[i] > 0;
  }
};

class Everyone {
 public:
  static constexpr std::size_t kBlockBytes = 512;

  /// Says what was known of the facets and counts them, `weight` times.
  Novelty note(const Activity& activity);

  /// Shows `visit(std::size_t block, std::string_view bytes)` each block that changed since the
  /// last call, or ever.
  template <typename Visit>
  void take_dirty(Visit&& visit) {
    for (std::size_t block = 0; block < kBlocks; ++block) {
      if (dirty_[block]) visit(block, bytes_of(block));
    }
    dirty_ = {};
  }
  /// Puts a block back as take_dirty() gave it, before any note(). False: it is no such block.
  bool restore(std::size_t block, std::string_view bytes);

 private:
  static constexpr std::size_t kCounters = 32768;
  static constexpr std::size_t kRows = 2;
  static constexpr std::size_t kInBlock = kBlockBytes / sizeof(std::uint16_t);
  static constexpr std::size_t kBlocks = kRows * kCounters / kInBlock + 1;  // the last: totals_

  std::string_view bytes_of(std::size_t block) const;
  void raise(std::size_t at, std::uint32_t to);
  void halve();

  std::vector<std::uint16_t> counters_ = std::vector<std::uint16_t>(kRows * kCounters);
  std::array<std::uint64_t, kBlockBytes / 8> totals_{};  // by facet; the rest is not used
  std::size_t used_ = 0;                                 // counters of the first row that are not 0
  std::array<bool, kBlocks> dirty_{};  // bytes: marking bits one after the other would wait
};

}  // namespace vedette::anomaly
