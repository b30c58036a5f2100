#include "triage/findings.h"

#include "triage/timeline.h"

#include <algorithm>
#include <tuple>

namespace vedette::triage {
namespace {

bool comes_before(const Finding& a, const Finding& b) {
  if (a.rule->level != b.rule->level) return a.rule->level > b.rule->level;
  return a.rule->id < b.rule->id;
}

Finding& find_or_add(std::vector<Finding>& findings,
                     const std::shared_ptr<const FindingRule>& rule) {
  for (Finding& finding : findings) {
    if (finding.rule == rule) return finding;
  }
  const auto known = std::ranges::find_if(
      findings, [&](const Finding& finding) { return finding.rule->id == rule->id; });
  Finding finding;
  if (known != findings.end()) {
    // From the store, or the rule was changed since: what it says now holds.
    finding = std::move(*known);
    findings.erase(known);
  }
  finding.rule = rule;
  const auto place = std::lower_bound(findings.begin(), findings.end(), finding, comes_before);
  return *findings.insert(place, std::move(finding));
}

std::strong_ordering compare(const Evidence& a, const Evidence& b) {
  return std::tie(a.time, *a.source, a.offset) <=> std::tie(b.time, *b.source, b.offset);
}

/// Of one line more than may be kept the middle one goes: never one of the earliest or the latest
/// of all that there ever were, since it has half of them on either side.
void keep_line(std::vector<std::shared_ptr<const Evidence>>& lines,
               const std::shared_ptr<const Evidence>& line, std::size_t lines_max) {
  const auto place = std::ranges::partition_point(
      lines, [&](const auto& other) { return compare(*other, *line) < 0; });
  if (place != lines.end() && compare(**place, *line) == 0) return;  // has it already
  const auto at = place - lines.begin();
  if (lines.size() < lines_max) {
    lines.insert(place, line);
    return;
  }
  const auto middle = static_cast<std::ptrdiff_t>((lines_max + 1) / 2);
  if (at == middle) return;  // it would be the middle one itself
  if (at < middle) {
    std::move_backward(place, lines.begin() + middle - 1, lines.begin() + middle);
    *place = line;
  } else {
    std::move(lines.begin() + middle + 1, place, lines.begin() + middle);
    *(place - 1) = line;
  }
}

}  // namespace

void add_statement(Threat& threat, const Statement& statement,
                   const std::shared_ptr<const Evidence>& line, std::size_t evidence_max) {
  Finding& finding = find_or_add(threat.findings, statement.rule);
  finding.count += statement.count;
  widen(finding.first_seen, finding.last_seen, statement.first);
  widen(finding.first_seen, finding.last_seen, line->time);
  if (evidence_max > 0) keep_line(finding.evidence, line, evidence_max);
}

}  // namespace vedette::triage
