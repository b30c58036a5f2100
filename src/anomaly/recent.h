// Recent: the latest different values, about 56 of them, in 56 bytes: the values fall by chance
// into seven groups, each of which keeps a byte of its latest eight, and forgets the oldest when a
// new one comes (buckets of fingerprints, as in Fan et al.: Cuckoo Filter, CoNEXT 2014, but first
// in, first out). A value that was never there is taken for a known one with a chance of at most 8
// in 255.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace vedette::anomaly {

class Recent {
 public:
  /// Whether the value is not among them; then it is added. All bits of `hash` are random.
  bool add(std::uint64_t hash) {
    std::uint64_t& group = groups_[(hash >> 32) * kGroups >> 32];
    const std::uint64_t mark = 1 + (hash & 0xFFFF) % 255;  // 0: nothing there
    const std::uint64_t differ = group ^ mark * kOnes;
    if (((differ - kOnes) & ~differ & kOnes << 7) != 0) return false;  // a byte of it is 0
    group = group << 8 | mark;
    return true;
  }

 private:
  static constexpr std::size_t kGroups = 7;
  static constexpr std::uint64_t kOnes = 0x0101010101010101;

  std::array<std::uint64_t, kGroups> groups_{};
};
static_assert(sizeof(Recent) == 56);

}  // namespace vedette::anomaly
