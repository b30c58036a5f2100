// Logarithms and decay from tables: a few cycles each, and the same bits on every machine, since
// nothing but additions and multiplications is left to the processor.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace vedette::anomaly {
namespace tables {

/// x in [0, 2^63) to the nearest integer. std::lround is not for constants.
constexpr std::uint64_t rounded(double x) {
  // Through a signed one, which takes one instruction instead of a choice of two ways.
  return static_cast<std::uint64_t>(
      static_cast<std::int64_t>(x + 0.5));  // NOLINT(bugprone-incorrect-roundings)
}

/// log2 of x in [1, 2]: each squaring yields a bit.
constexpr double log2_of(double x) {
  double result = 0;
  if (x >= 2) return 1;
  for (double bit = 0.5; bit > 1e-13; bit /= 2) {
    x *= x;
    if (x < 2) continue;
    x /= 2;
    result += bit;
  }
  return result;
}

/// e^-x of x in [0, 1]: the first 20 terms of the series.
constexpr double exp_of_minus(double x) {
  double sum = 1;
  double term = 1;
  for (int i = 1; i < 20; ++i) sum += term *= -x / i;
  return sum;
}

inline constexpr double kLn2 = 0.693147180559945309;

inline constexpr auto kLog2 = [] {
  std::array<float, 129> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(log2_of(1 + static_cast<double>(i) / 128));
  }
  return values;
}();

inline constexpr auto kExp2OfMinus = [] {
  std::array<float, 257> values{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = static_cast<float>(exp_of_minus(kLn2 * static_cast<double>(i) / 256));
  }
  return values;
}();

}  // namespace tables

/// log2(1 + x) of x in [0, 2^127), at most 2e-5 off.
constexpr float log_scale(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(1 + x);
  const std::size_t at = bits >> 16 & 127;
  const float rest = static_cast<float>(bits & 0xFFFF) * 0x1p-16f;
  const float low = tables::kLog2[at];
  return static_cast<float>(static_cast<int>(bits >> 23) - 127) + low +
         rest * (tables::kLog2[at + 1] - low);
}
constexpr float log_scale(std::uint64_t x) {
  return log_scale(static_cast<float>(x));
}
constexpr float log_scale(std::uint32_t x) {
  return log_scale(static_cast<float>(x));
}

/// What is left after `minutes` of what decays with the time constant `tau` (in minutes):
/// e^(-minutes / tau), at most 2e-6 off. A steady stream of r a minute sums up to about r · tau.
template <unsigned tau>
constexpr float decayed(std::uint32_t minutes) {
  // In units of 2^-32 octaves.
  constexpr auto kPerMinute = tables::rounded(0x1p32 / (tau * tables::kLn2));
  const std::uint64_t octaves = minutes * kPerMinute;
  if (octaves >> 32 >= 100) return 0;
  const std::size_t at = octaves >> 24 & 255;
  const float rest = static_cast<float>(octaves >> 8 & 0xFFFF) * 0x1p-16f;
  const float low = tables::kExp2OfMinus[at];
  const float fraction = low + rest * (tables::kExp2OfMinus[at + 1] - low);
  // In (1/2, 1] · 2^-whole: never denormal.
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(fraction) -
                              (static_cast<std::uint32_t>(octaves >> 32) << 23));
}

inline constexpr unsigned kHourMinutes = 60;
inline constexpr unsigned kDayMinutes = 24 * 60;

/// a + b, or the largest number there is.
template <typename Int>
constexpr Int add_saturating(Int a, Int b) {
  const Int sum = static_cast<Int>(a + b);
  return sum < a ? static_cast<Int>(~Int{0}) : sum;
}

}  // namespace vedette::anomaly
