#include "model/threat_query.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette {
namespace {

constexpr auto kSortNames = std::to_array<std::string_view>({"rank", "score", "last_seen"});

bool has(const std::vector<std::string>& sorted, const std::string& text) {
  return text.empty() || std::binary_search(sorted.begin(), sorted.end(), text);
}

template <std::size_t N, typename Enum>
bool allows(const std::bitset<N>& set, Enum value) {
  return set.none() || set[static_cast<std::size_t>(value)];
}

std::string merged_label(std::uint64_t hash) {
  return fmt::format("merged:{:016x}", hash);
}

/// As SQLite orders it.
std::int64_t hash_order(std::uint64_t hash) {
  return static_cast<std::int64_t>(hash);
}

}  // namespace

std::string_view to_string(Sort sort) {
  return kSortNames[static_cast<std::size_t>(sort)];
}
std::optional<Sort> parse_sort(std::string_view text) {
  const auto at = std::find(kSortNames.begin(), kSortNames.end(), text);
  if (at == kSortNames.end()) return {};
  return static_cast<Sort>(at - kSortNames.begin());
}

bool matches(const ThreatQuery& query, const ThreatHead& head) {
  const Workflow& workflow = head.workflow;
  if (!allows(query.statuses, workflow.status) || !allows(query.severities, head.severity) ||
      !allows(query.tiers, workflow.tier)) {
    return false;
  }
  if (query.entity_type && *query.entity_type != head.entity_type) return false;
  if (!query.entity.empty() && query.entity != head.entity_value) return false;
  if (head.last_seen < query.seen_from || head.last_seen > query.seen_to) return false;
  if (query.snoozed && *query.snoozed != is_snoozed(workflow, query.now)) return false;
  if (query.merged_into != 0 && query.merged_into != workflow.merged_into) return false;
  if (!query.assignee.empty() && query.assignee != workflow.assignee) return false;
  return has(head.techniques, query.technique) && has(head.rules, query.rule) &&
         has(workflow.tags, query.tag);
}

RankKey rank_key(const ThreatHead& head) {
  return {.heat = head.heat,
          .last_seen = head.last_seen,
          .entity_hash = head.entity_hash,
          .severity = head.severity};
}

RankKey rank_key(const Threat& threat) {
  return {.heat = threat.heat,
          .last_seen = threat.last_seen,
          .entity_hash = threat.entity_hash,
          .severity = threat.severity};
}

bool comes_before(Sort sort, const RankKey& a, const RankKey& b) {
  if (sort == Sort::Rank && a.severity != b.severity) return a.severity > b.severity;
  if (sort == Sort::LastSeen) {
    if (a.last_seen != b.last_seen) return a.last_seen > b.last_seen;
  } else if (a.heat != b.heat) {
    return a.heat > b.heat;
  }
  return hash_order(a.entity_hash) < hash_order(b.entity_hash);
}

std::vector<std::string> labels_of(const ThreatHead& head) {
  std::vector<std::string> labels;
  for (const std::string& technique : head.techniques) labels.push_back("technique:" + technique);
  for (const std::string& rule : head.rules) labels.push_back("rule:" + rule);
  for (const std::string& tag : head.workflow.tags) labels.push_back("tag:" + tag);
  if (!head.workflow.assignee.empty()) labels.push_back("assignee:" + head.workflow.assignee);
  if (head.workflow.merged_into != 0) labels.push_back(merged_label(head.workflow.merged_into));
  return labels;
}

std::string label_of(const ThreatQuery& query) {
  if (query.merged_into != 0) return merged_label(query.merged_into);
  // From what is usually rare to what is usually common.
  if (!query.tag.empty()) return "tag:" + query.tag;
  if (!query.assignee.empty()) return "assignee:" + query.assignee;
  if (!query.rule.empty()) return "rule:" + query.rule;
  if (!query.technique.empty()) return "technique:" + query.technique;
  return {};
}

}  // namespace vedette
