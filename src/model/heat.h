// Heat: a score without its age. Every piece of evidence has a weight w = -ln(1 - e), where e is
// the chance that it is right; weights of independent evidence add up, and all halve in kHalfLife:
//   score(now) = 100 * (1 - exp(-sum of w_i * 2^((t_i - now) / half_life)))
// The sum is 2^(-now / half_life) times something that does not depend on now, so the order of
// threats by score never changes while time passes. Its logarithm is the heat, which is what is
// stored and indexed:
//   heat = log2(sum of w_i * 2^(t_i / half_life)),  t_i in half-lives since 1970.
#pragma once

#include "base/time.h"

#include <limits>

namespace vedette {

inline constexpr std::chrono::hours kHalfLife{7 * 24};
/// Of no evidence at all.
inline constexpr double kNoHeat = -std::numeric_limits<double>::infinity();

/// 0 to 100.
double score_at(double heat, Time as_of);
/// The inverse: what has this score (below 100) at that time.
double heat_from_score(double score, Time as_of);
/// Of one piece of evidence of weight `weight` (at least 0) at `time`.
double heat_of(double weight, Time time);
/// Of both together.
double add_heat(double a, double b);

}  // namespace vedette
