#include "engine/suppression_set.h"

#include <algorithm>

namespace vedette::engine {

SuppressionSet::SuppressionSet(std::vector<Suppression> all) : all_(std::move(all)) {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (all_[i].entity_hash != 0) {
      by_entity_[all_[i].entity_hash].push_back(i);
    } else {
      by_rule_[all_[i].rule].push_back(i);
    }
  }
}

bool SuppressionSet::hides(const FindingRule& rule, std::uint64_t entity_hash, Time now) const {
  if (all_.empty()) return false;
  const auto any = [&](const std::vector<std::size_t>& places) {
    return std::any_of(places.begin(), places.end(), [&](std::size_t i) {
      return vedette::hides(all_[i], rule, entity_hash, now);
    });
  };
  const auto entity = by_entity_.find(entity_hash);
  if (entity != by_entity_.end() && any(entity->second)) return true;
  if (by_rule_.empty()) return false;
  const auto its_rule = by_rule_.find(rule.id);
  return its_rule != by_rule_.end() && any(its_rule->second);
}

}  // namespace vedette::engine
