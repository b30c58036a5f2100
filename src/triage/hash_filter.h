// A set of 64-bit hashes in a fixed megabyte that may take a stranger for a member, but never a
// member for a stranger (a Bloom filter): about 1 in 70 at a million members. Takes no memory
// before the first add. One thread.
#pragma once

#include "base/hash.h"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vedette::triage {

class HashFilter {
 public:
  void add(std::uint64_t hash) {
    if (words_.empty()) words_.resize(kBits / 64);
    for_each_bit(hash, [this](std::size_t bit) {
      words_[bit / 64] |= std::uint64_t{1} << bit % 64;
      return true;
    });
  }

  bool may_contain(std::uint64_t hash) const {
    if (words_.empty()) return false;
    return for_each_bit(
        hash, [this](std::size_t bit) { return (words_[bit / 64] >> bit % 64 & 1) != 0; });
  }

 private:
  static constexpr std::size_t kBits = std::size_t{8} << 20;
  static constexpr int kProbes = 4;

  /// Until `visit` says no.
  template <typename Visit>
  static bool for_each_bit(std::uint64_t hash, Visit visit) {
    const std::uint64_t mixed = mix64(hash);
    const std::uint64_t step = mixed >> 32 | 1;
    for (int i = 0; i < kProbes; ++i) {
      if (!visit((mixed + static_cast<std::uint64_t>(i) * step) % kBits)) return false;
    }
    return true;
  }

  std::vector<std::uint64_t> words_;
};

}  // namespace vedette::triage
