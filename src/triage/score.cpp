#include "triage/score.h"

#include "model/heat.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

namespace vedette::triage {
namespace {

constexpr std::array<double, kLevels> kChance{0.02, 0.15, 0.40, 0.70, 0.90};

double chance_of(Level level) {
  return kChance[static_cast<std::size_t>(level)];
}

double heat_of_finding(const Finding& finding) {
  const auto events = static_cast<double>(std::max<std::uint64_t>(finding.count, 1));
  const double weight = -std::log1p(-chance_of(finding.rule->level)) * (1 + std::log10(events) / 2);
  return heat_of(weight, finding.last_seen);
}

}  // namespace

double heat(const History& known) {
  return heat_of(-std::log1p(-chance_of(known.worst) / 2), known.returned);
}

double heat(std::span<const Finding> findings) {
  // Addition of doubles is not associative: one order gives the same bits every time.
  std::vector<const Finding*> ordered;
  ordered.reserve(findings.size());
  for (const Finding& finding : findings) ordered.push_back(&finding);
  std::sort(ordered.begin(), ordered.end(),
            [](const Finding* a, const Finding* b) { return a->rule->id < b->rule->id; });
  double sum = kNoHeat;
  for (const Finding* finding : ordered) sum = add_heat(sum, heat_of_finding(*finding));
  return sum;
}

Level severity(std::span<const Finding> findings) {
  Level highest = Level::Informational;
  for (const Finding& finding : findings) highest = std::max(highest, finding.rule->level);
  return highest;
}

}  // namespace vedette::triage
