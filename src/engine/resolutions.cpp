#include "engine/resolutions.h"

#include <algorithm>

namespace vedette::engine {
namespace {

constexpr std::size_t kPage = 100;

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
}

void add_labels(const Threat& threat, bool hostile, anomaly::Labels& labels) {
  for (const Finding& finding : threat.findings) {
    for (const auto& line : finding.evidence) {
      const Anomaly* anomaly = line->anomaly.get();
      const auto kind = anomaly == nullptr ? std::nullopt : anomaly::kind_of(*anomaly);
      if (!kind) continue;
      anomaly::Label label;
      std::copy(anomaly->vector.begin(), anomaly->vector.end(), label.vector.begin());
      label.resolved_at = threat.workflow.touched;
      label.hostile = hostile;
      labels[static_cast<std::size_t>(*kind)].push_back(label);
    }
  }
}

}  // namespace

bool has_anomaly(const ThreatHead& head) {
  return std::ranges::any_of(
      head.rules, [](const std::string& rule) { return rule.starts_with(anomaly::kRulePrefix); });
}

double Outcomes::precision() const {
  return share(found_hostile, found_hostile + found_harmless);
}
double Outcomes::recall() const {
  return share(found_hostile, found_hostile + missed_hostile);
}
double Outcomes::false_alarm_rate() const {
  const std::uint64_t harmless = found_harmless + other_harmless;
  return harmless == 0 ? 0 : share(found_harmless, harmless);
}
double Outcomes::accuracy() const {
  return share(found_hostile + other_harmless, all());
}

Result<Resolutions> resolutions(ThreatQueue& queue, std::size_t threats_max) {
  Resolutions found;
  ThreatQuery query;
  query.statuses.set(static_cast<std::size_t>(Status::Resolved));
  query.statuses.set(static_cast<std::size_t>(Status::FalsePositive));
  query.sort = Sort::LastSeen;
  query.now = queue.now();
  std::optional<RankKey> after;
  std::size_t seen = 0;
  do {
    VD_TRY(const auto page, queue.page(query, after, std::min(kPage, threats_max - seen)));
    for (const ThreatHead& head : page.heads) {
      ++seen;
      const bool hostile = head.workflow.status == Status::Resolved;
      const bool anomalous = has_anomaly(head);
      Outcomes& o = found.outcomes;
      ++(anomalous ? (hostile ? o.found_hostile : o.found_harmless)
                   : (hostile ? o.missed_hostile : o.other_harmless));
      if (!anomalous) continue;
      VD_TRY(const auto threat, queue.threat_of(head.entity_hash));
      if (threat) add_labels(*threat, hostile, found.labels);
    }
    after = page.next;
  } while (after && seen < threats_max);
  for (auto& labels : found.labels) {
    std::ranges::stable_sort(labels, {}, &anomaly::Label::resolved_at);
  }
  return found;
}

}  // namespace vedette::engine
