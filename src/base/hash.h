// Hashes of bytes: XXH3, 64 bit. The same on every run and machine, so they may be stored.
#pragma once

#include <cstdint>
#include <string_view>

namespace vedette {

std::uint64_t hash64(std::string_view bytes, std::uint64_t seed = 0);

/// Every bit of the input changes about half of the output's (the finalizer of SplitMix64).
inline std::uint64_t mix64(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

/// Mixes two hashes, or small numbers, so that the order matters.
inline std::uint64_t hash_combine(std::uint64_t a, std::uint64_t b) {
  return mix64(mix64(a + 0x9E3779B97F4A7C15u) + b);
}

}  // namespace vedette
