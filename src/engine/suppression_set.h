// SuppressionSet: the suppressions of a moment, for lanes. Frozen; any thread. Found by entity and
// by rule, so that many of them cost a lane no more than a few.
#pragma once

#include "model/suppression.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

namespace vedette::engine {

class SuppressionSet {
 public:
  explicit SuppressionSet(std::vector<Suppression> all);
  bool empty() const { return all_.empty(); }
  bool hides(const FindingRule& rule, std::uint64_t entity_hash, Time now) const;
  const std::vector<Suppression>& all() const { return all_; }

 private:
  std::vector<Suppression> all_;
  std::unordered_map<std::uint64_t, std::vector<std::size_t>> by_entity_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_rule_;  // of those without an entity
};

}  // namespace vedette::engine
