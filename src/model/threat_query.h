// ThreatQuery: which threats, in which order. The same for threats in memory and on disk, so that
// one question over all tiers has one answer in one order.
#pragma once

#include "model/threat_head.h"

#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette {

/// Rank: severity, then score. Ties in any order are broken by the entity's hash.
enum class Sort : std::uint8_t { Rank, Score, LastSeen };
std::string_view to_string(Sort sort);  ///< "rank", "score", "last_seen"
std::optional<Sort> parse_sort(std::string_view text);

/// Every condition narrows; empty ones do not.
struct ThreatQuery {
  std::bitset<kStatuses> statuses;  ///< none: all
  std::bitset<kLevels> severities;  ///< none: all
  std::bitset<kTiers> tiers;        ///< none: all
  std::optional<EntityType> entity_type;
  std::string entity;  ///< its value, whole
  std::string technique, rule, tag, assignee;
  Time seen_from, seen_to = Time::max();  ///< of last_seen, both included
  std::optional<bool> snoozed;            ///< as of `now`
  std::uint64_t merged_into = 0;
  Time now;
  Sort sort = Sort::Rank;
  bool ascending = false;  ///< else the worst or latest first
};

bool matches(const ThreatQuery& query, const ThreatHead& head);

/// Where a threat stands in each of the orders: what a cursor remembers of the last row of a page.
struct RankKey {
  double heat = kNoHeat;
  Time last_seen;
  std::uint64_t entity_hash = 0;
  Level severity = Level::Informational;

  bool operator==(const RankKey&) const = default;
};
RankKey rank_key(const ThreatHead& head);
RankKey rank_key(const Threat& threat);
/// Whether `a` stands before `b` in that order, the worst or latest first. Strict: no two entities
/// have one hash. The reverse order is its exact reverse.
bool comes_before(Sort sort, const RankKey& a, const RankKey& b);

/// What a threat can be found by besides its own values: "technique:T1110", "rule:…", "tag:…",
/// "assignee:…", "merged:…".
std::vector<std::string> labels_of(const ThreatHead& head);
/// The label that every answer to the query has; empty if there is no such condition.
std::string label_of(const ThreatQuery& query);

}  // namespace vedette
