#include "anomaly/features.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vedette::anomaly {
namespace {

constexpr auto kInfos = std::to_array<FeatureInfo>({
#define VD_FEATURE(name, text, unit, kinds, technique, formula, reason) \
  {text, Unit::unit, technique, formula, reason},
#include "anomaly/features.def"
#undef VD_FEATURE
});

/// 7, 12, 1,200: two digits, as more would claim more than is known, but small counts as they are.
std::string format_count(double count) {
  if (count < 99.5) return fmt::format("{:.0f}", count);
  const double step = std::pow(10.0, std::floor(std::log10(count)) - 1);
  std::string digits = fmt::format("{:.0f}", std::round(count / step) * step);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string format_bytes(double bytes) {
  constexpr std::array<std::string_view, 6> kUnits{"bytes", "KB", "MB", "GB", "TB", "PB"};
  std::size_t unit = 0;
  for (; bytes >= 999.5 && unit + 1 < kUnits.size(); bytes /= 1000) ++unit;
  return fmt::format("{:.{}f} {}", bytes, unit > 0 && bytes < 9.95 ? 1 : 0, kUnits[unit]);
}

std::string format_seconds(double seconds) {
  if (seconds < 0.95) return fmt::format("{:.1f} s", seconds);
  if (seconds < 119.5) return fmt::format("{:.0f} s", seconds);
  if (seconds < 119.5 * 60) return fmt::format("{:.0f} min", seconds / 60);
  if (seconds < 47.5 * 3600) return fmt::format("{:.0f} h", seconds / 3600);
  return fmt::format("{:.0f} d", seconds / 86400);
}

}  // namespace

const FeatureInfo& describe(Feature feature) {
  return kInfos[static_cast<std::size_t>(feature)];
}

std::vector<std::string> feature_names() {
  std::vector<std::string> names;
  for (const FeatureInfo& info : kInfos) names.emplace_back(info.text);
  return names;
}

std::string_view to_string(Kind kind) {
  return detail::kKindNames[static_cast<std::size_t>(kind)];
}

std::optional<Kind> parse_kind(std::string_view text) {
  const auto found = std::ranges::find(detail::kKindNames, text);
  if (found == detail::kKindNames.end()) return {};
  return static_cast<Kind>(found - detail::kKindNames.begin());
}

double natural(Feature feature, float value) {
  const double v = std::isnan(value) ? 0 : std::clamp(value, -64.0f, 64.0f);
  switch (describe(feature).unit) {
    case Unit::Count:
    case Unit::Seconds:
    case Unit::Bytes:
      return std::exp2(std::max(v, 0.0)) - 1;
    case Unit::Share:
      return std::clamp(v, 0.0, 1.0);
    case Unit::Bits:
    case Unit::Ratio:
      return std::exp2(v);
    case Unit::Entropy:
      return std::max(v, 0.0);
  }
  return 0;
}

std::string format_value(Feature feature, float value) {
  const double number = natural(feature, value);
  switch (describe(feature).unit) {
    case Unit::Count:
      return format_count(number);
    case Unit::Seconds:
      return format_seconds(number);
    case Unit::Bytes:
      return format_bytes(number);
    case Unit::Share:
      return fmt::format("{:.0f} %", number * 100);
    case Unit::Bits:
      return number < 1.5 ? "no rarer" : format_count(number) + " times rarer";
    case Unit::Entropy:
      return fmt::format("{:.1f} bits per byte", number);
    case Unit::Ratio:
      return number < 9.95 ? fmt::format("{:.1f} times", number) : format_count(number) + " times";
  }
  return {};
}

std::string format_reason(Feature feature, float value, float usual) {
  std::string_view pattern = describe(feature).reason;
  std::string text;
  bool left_out = false;
  while (!pattern.empty()) {
    const auto take = [&](std::string_view word) {
      if (!pattern.starts_with(word)) return false;
      pattern.remove_prefix(word.size());
      return true;
    };
    if (take("{value}")) {
      text += format_value(feature, value);
    } else if (take("{usual}")) {
      if (!left_out) text += format_value(feature, usual);
    } else if (take("[")) {
      left_out = std::isnan(usual);
    } else if (take("]")) {
      left_out = false;
    } else {
      if (!left_out) text += pattern.front();
      pattern.remove_prefix(1);
    }
  }
  return text;
}

}  // namespace vedette::anomaly
