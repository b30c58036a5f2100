// Suppression: findings of a rule, about an entity, or both, that nobody wants to see again until a
// day comes. It hides only techniques that it was accepted for, so a new one always shows.
#pragma once

#include "base/time.h"
#include "model/entity.h"
#include "model/threat.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vedette {

struct Suppression {
  std::string id;    ///< "s-" and 12 hexadecimal digits
  std::string rule;  ///< id of the rule; empty: any, then there is an entity
  std::optional<EntityType> entity_type;
  std::string entity_value;
  std::uint64_t entity_hash = 0;        ///< 0: any
  std::vector<std::string> techniques;  ///< sorted: what it may hide
  Time created, expires;
  std::string by, reason;

  bool operator==(const Suppression&) const = default;
};

/// Whether a finding of that rule about that entity is hidden. A rule without techniques is hidden
/// only by a suppression that names it.
bool hides(const Suppression& suppression, const FindingRule& rule, std::uint64_t entity_hash,
           Time now);

}  // namespace vedette
