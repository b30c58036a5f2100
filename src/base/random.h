// Seeded randomness that gives the same numbers on every machine: PCG-XSH-RR 64/32 (O'Neill 2014).
// std:: distributions differ between libraries, so ranges are ours.
#pragma once

#include <cstdint>

namespace vedette {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(0) {
    next();
    state_ += seed;
    next();
  }

  std::uint32_t next() {
    const std::uint64_t old = state_;
    state_ = old * 6364136223846793005u + 1442695040888963407u;
    const auto shifted = static_cast<std::uint32_t>(((old >> 18) ^ old) >> 27);
    const auto turn = static_cast<std::uint32_t>(old >> 59);
    return shifted >> turn | shifted << ((32 - turn) & 31);
  }

  /// 0 to bound - 1; bound must be at least 1. The bias is below 2^-32 * bound: fine for samples.
  std::uint32_t below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(std::uint64_t{next()} * bound >> 32);
  }
  /// low to high, both included.
  std::uint32_t between(std::uint32_t low, std::uint32_t high) {
    return low + below(high - low + 1);
  }
  /// 0 up to, not including, 1.
  double unit() { return next() * 0x1p-32; }
  bool chance(double probability) { return unit() < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace vedette
