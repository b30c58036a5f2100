// Hashes of bytes: XXH3, 64 bit. The same on every run and machine, so they may be stored.
#pragma once

#include <cstdint>
#include <string_view>

namespace vedette {

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// Mixes two hashes so that the order matters (the finalizer of SplitMix64).
inline std::uint64_t hash_combine(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a + 0x9E3779B97F4A7C15u + (b << 1 | b >> 63);
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

}  // namespace vedette
