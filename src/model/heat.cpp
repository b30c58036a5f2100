#include "model/heat.h"

#include <algorithm>
#include <cmath>

namespace vedette {
namespace {

double half_lives(Time time) {
  return static_cast<double>(time.time_since_epoch().count()) /
         static_cast<double>(Duration{kHalfLife}.count());
}

}  // namespace

double score_at(double heat, Time as_of) {
  return -100 * std::expm1(-std::exp2(heat - half_lives(as_of)));
}

double heat_from_score(double score, Time as_of) {
  return heat_of(-std::log1p(-std::clamp(score, 0.0, 100.0) / 100), as_of);
}

double heat_of(double weight, Time time) {
  return std::log2(weight) + half_lives(time);
}

double add_heat(double a, double b) {
  const double high = std::max(a, b), low = std::min(a, b);
  if (low == kNoHeat) return high;
  return high + std::log1p(std::exp2(low - high)) / std::log(2.0);
}

}  // namespace vedette
