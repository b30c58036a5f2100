// Threats and queries by chance, for tests of everything that keeps threats and finds them again.
#pragma once

#include "base/random.h"
#include "model/threat_query.h"

#include <algorithm>
#include <string>
#include <vector>

namespace vedette::testing {

inline Time at(std::int64_t seconds) {
  return Time{std::chrono::seconds{1772323200 + seconds}};
}

inline Threat random_threat(Random& random, std::uint64_t hash) {
  Threat threat;
  threat.entity_hash = hash;
  threat.id = threat_id(hash);
  threat.entity_type = static_cast<EntityType>(random.below(kEntityTypes));
  threat.entity_value = "entity-" + std::to_string(random.below(50));
  threat.severity = static_cast<Level>(random.below(kLevels));
  threat.heat = random.below(40);  // so that there are ties
  threat.last_seen = at(random.below(50));
  threat.first_seen = threat.last_seen;
  for (std::uint32_t i = random.below(3); i > 0; --i) {
    FindingRule rule;
    rule.id = "rule-" + std::to_string(random.below(6));
    rule.techniques = {"T" + std::to_string(1000 + random.below(4))};
    Finding& finding = threat.findings.emplace_back();
    finding.rule = std::make_shared<const FindingRule>(rule);
    finding.count = random.below(10);
  }
  Workflow& workflow = threat.workflow;
  workflow.status = static_cast<Status>(random.below(kStatuses));
  workflow.tier = static_cast<Tier>(random.below(kTiers));
  workflow.touched = at(random.below(50));
  if (random.chance(0.2)) workflow.assignee = random.chance(0.5) ? "ann" : "bob";
  if (random.chance(0.2)) workflow.tags = {"night", "ssh"};
  if (random.chance(0.2)) workflow.snoozed_until = at(random.between(1, 200));
  if (random.chance(0.1)) workflow.merged_into = 5;
  return threat;
}

inline ThreatQuery random_query(Random& random) {
  ThreatQuery query;
  query.sort = static_cast<Sort>(random.below(3));
  query.ascending = random.chance(0.5);
  query.now = at(100);
  if (random.chance(0.3)) query.statuses = random.below(64);
  if (random.chance(0.2)) query.statuses[random.below(kStatuses)] = true;
  if (random.chance(0.3)) query.severities = random.below(32);
  if (random.chance(0.3)) query.tiers = random.below(8);
  if (random.chance(0.1)) query.entity_type = EntityType::User;
  if (random.chance(0.1)) query.entity = "entity-7";
  if (random.chance(0.2)) query.technique = "T1002";
  if (random.chance(0.2)) query.rule = "rule-3";
  if (random.chance(0.1)) query.tag = random.chance(0.5) ? "ssh" : "no such tag";
  if (random.chance(0.1)) query.assignee = "ann";
  if (random.chance(0.1)) query.merged_into = 5;
  if (random.chance(0.2)) query.seen_from = at(random.below(50));
  if (random.chance(0.2)) query.seen_to = at(random.below(50));
  if (random.chance(0.2)) query.snoozed = random.chance(0.5);
  return query;
}

/// What looking at every one of them gives, in the order of the query.
inline std::vector<ThreatHead> looked_through(const std::vector<ThreatHead>& all,
                                              const ThreatQuery& query) {
  std::vector<ThreatHead> found;
  for (const ThreatHead& head : all) {
    if (matches(query, head)) found.push_back(head);
  }
  std::sort(found.begin(), found.end(), [&](const ThreatHead& a, const ThreatHead& b) {
    return query.ascending ? comes_before(query.sort, rank_key(b), rank_key(a))
                           : comes_before(query.sort, rank_key(a), rank_key(b));
  });
  return found;
}

inline std::vector<std::uint64_t> hashes_of(const std::vector<ThreatHead>& heads) {
  std::vector<std::uint64_t> hashes;
  for (const ThreatHead& head : heads) hashes.push_back(head.entity_hash);
  return hashes;
}

/// Whether `show`, given what takes a view, shows these, as far as JSON tells.
template <typename Show>
bool shows(const std::vector<ThreatHead>& heads, Show show) {
  std::string shown, expected;
  show([&](const HeadView& head) { append_json(shown, head, {}); });
  for (const ThreatHead& head : heads) append_json(expected, head, {});
  return shown == expected;
}

}  // namespace vedette::testing
