#include "anomaly/sorted_columns.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

namespace vedette::anomaly {
namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = 3, kDigitValues = std::size_t{1} << kDigitBits;
constexpr std::uint32_t kSign = 0x80000000;
/// Below this many the counting costs more than it saves.
constexpr std::size_t kFewMax = 512;

// Integers in the order of the floats: of negative ones all bits are turned, of others the sign.
std::uint32_t key_of(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}
float value_of(std::uint32_t key) {
  return std::bit_cast<float>((key & kSign) != 0 ? key & ~kSign : ~key);
}

std::size_t digit(std::uint32_t key, std::size_t place) {
  return key >> place * kDigitBits & (kDigitValues - 1);
}

}  // namespace

void radix_sort(std::span<float> values) {
  if (values.size() <= kFewMax) {
    std::ranges::sort(values, {}, key_of);
    return;
  }
  // Of many features of a kind there is only one value.
  const std::uint32_t first = key_of(values[0]);
  if (std::ranges::all_of(values, [&](float value) { return key_of(value) == first; })) return;
  std::vector<std::uint32_t> keys(values.size()), sorted(values.size());
  std::array<std::array<std::uint32_t, kDigitValues>, kDigits> counts{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    keys[i] = key_of(values[i]);
    for (std::size_t place = 0; place < kDigits; ++place) ++counts[place][digit(keys[i], place)];
  }
  for (std::size_t place = 0; place < kDigits; ++place) {
    auto& begins = counts[place];
    if (begins[digit(keys[0], place)] == keys.size()) continue;  // all alike
    std::uint32_t sum = 0;
    for (std::uint32_t& begin : begins) sum += std::exchange(begin, sum);
    for (const std::uint32_t key : keys) sorted[begins[digit(key, place)]++] = key;
    keys.swap(sorted);
  }
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = value_of(keys[i]);
}

SortedColumns::SortedColumns(const Matrix& rows) : SortedColumns(rows.rows(), rows.columns) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < rows_; ++i) {
    const auto row = rows.row(i);
    for (std::size_t c = 0; c < rows.columns; ++c) {
      if (std::isnan(row[c])) continue;
      // -0 becomes 0: which of the two is a median must not depend on their order.
      values_[c * rows_ + sizes_[c]++] = std::clamp(row[c], -kLargest, kLargest) + 0.0f;
    }
  }
  for (std::size_t c = 0; c < rows.columns; ++c) {
    radix_sort(std::span(values_).subspan(c * rows_, sizes_[c]));
  }
}

/// Each value as often as it is there: of 16 bits that takes half the time of sorting.
SortedColumns SortedColumns::of_steps(std::span<const std::int16_t> steps, std::size_t columns,
                                      float steps_per_unit) {
  SortedColumns made(steps.size() / columns, columns);
  std::vector<std::int16_t> column(made.rows_);
  std::vector<std::uint32_t> counts;
  for (std::size_t c = 0; c < columns && made.rows_ > 0; ++c) {
    for (std::size_t i = 0; i < column.size(); ++i) column[i] = steps[i * columns + c];
    const auto [low, high] = std::ranges::minmax(column);
    counts.assign(static_cast<std::size_t>(high - low) + 1, 0);
    for (const std::int16_t step : column) ++counts[static_cast<std::size_t>(step - low)];
    auto out = made.values_.begin() + static_cast<std::ptrdiff_t>(c * made.rows_);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      const auto step = static_cast<float>(low + static_cast<int>(i));
      out = std::fill_n(out, counts[i], step / steps_per_unit);
    }
    made.sizes_[c] = made.rows_;
  }
  return made;
}

}  // namespace vedette::anomaly
