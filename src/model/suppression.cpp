#include "model/suppression.h"

#include <algorithm>

namespace vedette {

bool hides(const Suppression& suppression, const FindingRule& rule, std::uint64_t entity_hash,
           Time now) {
  if (suppression.expires <= now) return false;
  if (suppression.entity_hash != 0 && suppression.entity_hash != entity_hash) return false;
  if (!suppression.rule.empty() && suppression.rule != rule.id) return false;
  if (suppression.rule.empty() && (suppression.entity_hash == 0 || rule.techniques.empty())) {
    return false;
  }
  const auto& known = suppression.techniques;
  return std::all_of(rule.techniques.begin(), rule.techniques.end(), [&](const auto& technique) {
    return std::binary_search(known.begin(), known.end(), technique);
  });
}

}  // namespace vedette
