// Everyone: how often each value of each facet was seen, whoever it was: a count-min sketch
// (Cormode, Muthukrishnan: An Improved Data Stream Summary, J. Algorithms 2005) with conservative
// update (Estan, Varghese: New Directions in Traffic Measurement, SIGCOMM 2002): two rows of 32,768
// counters of 16 bits, which count up to 65,535 and stay there. Both counters of a value are in one
// line of the cache, as in a blocked Bloom filter (Putze, Sanders, Singler: Cache-, Hash- and
// Space-Efficient Bloom Filters, WEA 2007). When half of the counters are in use all are halved:
// what was seen once is then forgotten, so a flood of new values makes old ones new again, but
// never a new one old.
//
// 128 KB, which stay in a core's second cache. Every lane has one of its own
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
class Novelty {
 public:
  /// The facet's value was `seen` so often, of so many values. Collisions may make `seen` too
  /// large.
  void note(Facet facet, std::uint16_t seen, std::uint16_t of) {
    const auto i = static_cast<std::size_t>(facet);
    rarity_[i] = seen >= of ? 0 : log_scale(std::uint32_t{of}) - log_scale(std::uint32_t{seen});
    first_[i] = seen == 0 && of > 0;
  }

  /// log2((1 + of) / (1 + seen)), 0 to 16 bits: 0 for what is always so.
  float rarity(Facet facet) const { return rarity_[static_cast<std::size_t>(facet)]; }
  /// Nobody had this value, although others were seen.
  bool first(Facet facet) const { return first_[static_cast<std::size_t>(facet)]; }
  bool operator==(const Novelty&) const = default;

 private:
  std::array<float, kFacets> rarity_{};
  std::array<bool, kFacets> first_{};
};

class Everyone {
 public:
  static constexpr std::size_t kBlockBytes = 512;

  /// Says what was known of the facets and counts them, `weight` times.
  Novelty note(const Activity& activity);
  /// Asks for what note() of the activity will look at, so that it need not wait for it.
  [[gnu::always_inline]] void expect(const Activity& activity) const {
    for (std::size_t f = 0; f < kFacets; ++f) {
      if (activity.facets[f] != 0) __builtin_prefetch(&lines_[line_of(hash_of(activity, f))], 1);
    }
  }

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
  static constexpr std::size_t kLines = 2048, kRows = 2, kInRow = 16;
  static constexpr std::size_t kCounters = kLines * kRows * kInRow;
  static constexpr std::size_t kLinesInBlock = kBlockBytes / (kRows * kInRow * 2);
  static constexpr std::size_t kBlocks = kLines / kLinesInBlock + 1;  // the last: totals_

  struct alignas(64) Line {
    std::array<std::array<std::uint16_t, kInRow>, kRows> rows{};
  };
  static_assert(sizeof(Line) == 64);

  /// Multiplicative hashing (Knuth 6.4): the best bits are the highest. Facets are hashes already.
  static std::uint64_t hash_of(const Activity& activity, std::size_t facet) {
    return (activity.facets[facet] | std::uint64_t{facet + 1} << 32) * 0x9E3779B97F4A7C15u;
  }
  static std::size_t line_of(std::uint64_t hash) { return hash >> 53; }

  std::string_view bytes_of(std::size_t block) const;
  std::span<std::uint16_t> counters(std::size_t first_line, std::size_t lines);
  std::size_t used_in(std::size_t first_line, std::size_t lines);
  void halve();

  std::vector<Line> lines_ = std::vector<Line>(kLines);
  std::array<std::uint64_t, kBlockBytes / 8> totals_{};  // by facet; the rest is not used
  std::size_t used_ = 0;                                 // counters that are not 0
  std::array<bool, kBlocks> dirty_{};  // bytes: marking bits one after the other would wait
};

}  // namespace vedette::anomaly
