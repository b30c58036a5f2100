// Activities by chance, and as people write them, for tests, fuzzers and benches.
#pragma once

#include "anomaly/activity.h"
#include "anomaly/everyone.h"
#include "anomaly/features.h"
#include "anomaly/profile.h"
#include "base/hash.h"
#include "base/random.h"

#include <array>
#include <cstdint>

namespace vedette::anomaly::testing {

inline constexpr std::int64_t kSecond = 1'000'000'000;
inline constexpr std::int64_t kMinute = 60 * kSecond;
inline constexpr std::int64_t kHour = 60 * kMinute;
inline constexpr std::int64_t kDay = 24 * kHour;
/// A Monday, 0:00 UTC.
inline constexpr std::int64_t kMonday = 20500 * kDay;

/// The hash of the n-th value of a facet; never 0.
inline std::uint32_t value_of(Facet facet, std::uint32_t n) {
  const auto hash = mix64(std::uint64_t{n} << 8 | static_cast<std::uint64_t>(facet));
  return static_cast<std::uint32_t>(hash) | 1;
}

inline Activity& set(Activity& activity, Facet facet, std::uint32_t n) {
  activity.facets[static_cast<std::size_t>(facet)] = value_of(facet, n);
  return activity;
}

inline Activity at(std::int64_t time_ns, Outcome outcome = Outcome::Unknown) {
  Activity activity;
  activity.time_ns = time_ns;
  activity.outcome = outcome;
  return activity;
}

/// Anything an event can say, with few or many different values.
inline Activity random_activity(Random& random, std::int64_t time_ns, std::uint32_t values) {
  Activity activity = at(time_ns, static_cast<Outcome>(random.below(kOutcomes)));
  for (std::size_t f = 0; f < kFacets; ++f) {
    if (random.chance(0.5)) set(activity, static_cast<Facet>(f), random.below(values));
  }
  activity.weight = random.chance(0.1) ? random.between(1, 50) : 1;
  activity.bytes = random.chance(0.3) ? random.below(1 << 20) : 0;
  activity.has_request = random.chance(0.4);
  if (activity.has_request) {
    activity.method = static_cast<Method>(random.below(4));
    activity.status_class = static_cast<std::uint8_t>(random.below(6));
    activity.path_entropy = static_cast<float>(random.unit() * 6);
    activity.path_depth = static_cast<std::uint16_t>(random.below(9));
    activity.query_oddness = static_cast<float>(random.unit());
    activity.place = random.below(values);
  }
  if (random.chance(0.1)) activity.command_oddness = static_cast<float>(random.unit());
  activity.notable = random.chance(0.02);
  return activity;
}

inline std::array<float, kFeatures> features_of(const Profile& profile, Kind kind) {
  std::array<float, kFeatures> values;
  profile.features(kind, values);
  return values;
}
inline float value(const Profile& profile, Kind kind, Feature feature) {
  return features_of(profile, kind)[static_cast<std::size_t>(feature)];
}
/// In people's units.
inline double amount(const Profile& profile, Kind kind, Feature feature) {
  return natural(feature, value(profile, kind, feature));
}

}  // namespace vedette::anomaly::testing
