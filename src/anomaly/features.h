// The features of a profile, in the order of a vector's columns: what they are called, what they
// mean, and how to say them to people. Made from features.def.
#pragma once

#include "anomaly/activity.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::anomaly {

enum class Feature : std::uint8_t {
#define VD_FEATURE(name, text, unit, kinds, technique, formula, reason) name,
#include "anomaly/features.def"
#undef VD_FEATURE
  kCount
};
inline constexpr std::size_t kFeatures = static_cast<std::size_t>(Feature::kCount);
/// Of the list and its formulas: vectors of another version mean something else.
inline constexpr std::uint32_t kFeaturesVersion = 3;

/// How a column's value v stands for what people count in.
enum class Unit : std::uint8_t {
  Count,    ///< v = log2(1 + count)
  Seconds,  ///< v = log2(1 + seconds)
  Bytes,    ///< v = log2(1 + bytes)
  Share,    ///< 0 to 1
  Bits,     ///< rarity: v = log2 of how much rarer
  Entropy,  ///< bits per byte, as it is
  Ratio,    ///< v = log2 of how much more
};

struct FeatureInfo {
  std::string_view text;  ///< "users_5m"
  Unit unit;
  std::string_view technique;  ///< of ATT&CK; "": none can be defended
  std::string_view formula;
  std::string_view reason;
};

const FeatureInfo& describe(Feature feature);
std::vector<std::string> feature_names();  ///< all, in the order of the columns

namespace detail {

inline constexpr auto kKindNames =
    std::to_array<std::string_view>({"source", "network", "user", "host", "session"});
static_assert(kKindNames.size() == kKinds);

/// A bit for each kind that stands in the list.
constexpr std::uint8_t kinds_in(std::string_view list) {
  if (list == "all") return (1 << kKinds) - 1;
  unsigned kinds = 0;
  for (std::size_t i = 0; i < kKinds; ++i) {
    if (list.find(kKindNames[i]) != std::string_view::npos) kinds |= 1u << i;
  }
  return static_cast<std::uint8_t>(kinds);
}

inline constexpr auto kConcerns = std::to_array<std::uint8_t>({
#define VD_FEATURE(name, text, unit, kinds, technique, formula, reason) kinds_in(kinds),
#include "anomaly/features.def"
#undef VD_FEATURE
});

}  // namespace detail

/// Whether it says anything about such an entity; else its column is always 0.
constexpr bool concerns(Feature feature, Kind kind) {
  return (detail::kConcerns[static_cast<std::size_t>(feature)] >> static_cast<unsigned>(kind) &
          1) != 0;
}
std::string_view to_string(Kind kind);  ///< "source"
std::optional<Kind> parse_kind(std::string_view text);

/// A column's value in people's units: 7 for log2(8), 0.25 for a quarter. A value that no feature
/// can have (negative, NaN) is taken as the nearest that one can.
double natural(Feature feature, float value);
/// Rounded for people: "7", "3.2 MB", "25 %", "8.0 times", "64 times rarer".
std::string format_value(Feature feature, float value);
/// The reason with its values filled in: "40 users tried in 5 minutes, usually 1". `usual` may be
/// NaN: unknown.
std::string format_reason(Feature feature, float value, float usual);

}  // namespace vedette::anomaly
