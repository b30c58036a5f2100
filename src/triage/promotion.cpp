#include "triage/promotion.h"

#include <fmt/core.h>

namespace vedette::triage {
namespace {

constexpr std::size_t kTimelineKept = 16;

}  // namespace

std::string reason_to_keep(const ThreatHead& head, const PromotionRule& rule) {
  if (head.workflow.status == Status::Resolved) return "confirmed";
  if (head.workflow.version > 1) return "handled by a person";
  if (head.severity >= rule.severity) return fmt::format("severity {}", to_string(head.severity));
  if (head.days >= rule.days) return fmt::format("seen on {} days", head.days);
  if (head.techniques.size() >= rule.techniques) {
    return fmt::format("{} techniques", head.techniques.size());
  }
  const double score = score_at(head.heat, head.last_seen);
  if (score >= rule.score) return fmt::format("score {:.1f}", score);
  return {};
}

void summarise(Threat& threat) {
  for (Finding& finding : threat.findings) {
    if (finding.evidence.size() > 1) {
      finding.evidence.erase(finding.evidence.begin(), finding.evidence.end() - 1);
    }
  }
  if (threat.timeline.size() <= kTimelineKept) return;
  const auto gone = threat.timeline.end() - static_cast<std::ptrdiff_t>(kTimelineKept);
  for (auto entry = threat.timeline.begin(); entry != gone; ++entry) {
    threat.timeline_merged += entry->count;
  }
  threat.timeline.erase(threat.timeline.begin(), gone);
}

}  // namespace vedette::triage
