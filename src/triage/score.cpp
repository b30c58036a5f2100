#include "triage/score.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace vedette::triage {
namespace {

constexpr std::array<double, kLevels> kChance{0.02, 0.15, 0.40, 0.70, 0.90};

/// What this finding alone says: 0 (nothing) to 1 (surely hostile).
double evidence_of(const Finding& finding, Time as_of) {
  const double chance = kChance[static_cast<std::size_t>(finding.rule->level)];
  const auto events = static_cast<double>(std::max<std::uint64_t>(finding.count, 1));
  const double sure = 1 - std::pow(1 - chance, 1 + std::log10(events) / 2);
  // As real numbers: the distance between two hostile times does not fit an integer.
  const double age = static_cast<double>(as_of.time_since_epoch().count()) -
                     static_cast<double>(finding.last_seen.time_since_epoch().count());
  constexpr auto kHalfLifeNs = static_cast<double>(Duration{kHalfLife}.count());
  return sure * std::exp2(-std::max(age, 0.0) / kHalfLifeNs);
}

}  // namespace

double score(std::span<const Finding> findings, Time as_of) {
  // Multiplication of doubles is not associative: one order gives the same bits every time.
  std::vector<const Finding*> ordered;
  ordered.reserve(findings.size());
  for (const Finding& finding : findings) ordered.push_back(&finding);
  std::sort(ordered.begin(), ordered.end(),
            [](const Finding* a, const Finding* b) { return a->rule->id < b->rule->id; });
  double wrong = 1;
  for (const Finding* finding : ordered) wrong *= 1 - evidence_of(*finding, as_of);
  return 100 * (1 - wrong);
}

Level severity(std::span<const Finding> findings) {
  Level highest = Level::Informational;
  for (const Finding& finding : findings) highest = std::max(highest, finding.rule->level);
  return highest;
}

}  // namespace vedette::triage
