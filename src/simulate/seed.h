// Seeds of parts out of the seed of the whole. Of this folder alone, since the samples in the
// repository must come out the same however other hashes of the program change.
#pragma once

#include <cstdint>

namespace vedette::simulate {

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014) over both.
inline std::uint64_t mix(std::uint64_t seed, std::uint64_t part) {
  std::uint64_t x = seed + 0x9E3779B97F4A7C15u * (part + 1);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace vedette::simulate
