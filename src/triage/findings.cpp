#include "triage/findings.h"

#include "base/text.h"
#include "triage/timeline.h"

#include <algorithm>
#include <tuple>

namespace vedette::triage {
namespace {

/// Rules without an id are told apart by their titles.
const std::string& name_of(const RuleInfo& rule) {
  return rule.id.empty() ? rule.title : rule.id;
}

bool comes_before(const Finding& a, const Finding& b) {
  if (a.level != b.level) return a.level > b.level;
  return a.rule_id < b.rule_id;
}

void describe_by(Finding& finding, const RuleInfo& rule) {
  finding.title = rule.title;
  finding.advice = rule.advice;
  finding.level = rule.level;
  finding.techniques = rule.techniques;
}

Finding& find_or_add(std::vector<Finding>& findings, const RuleInfo& rule) {
  const std::string& name = name_of(rule);
  auto found = std::find_if(findings.begin(), findings.end(),
                            [&](const Finding& finding) { return finding.rule_id == name; });
  if (found != findings.end() && found->level == rule.level && found->title == rule.title) {
    return *found;
  }
  // New, or the rule was changed since the finding was made: what it says now holds.
  Finding finding;
  if (found != findings.end()) {
    finding = std::move(*found);
    findings.erase(found);
  }
  finding.rule_id = name;
  describe_by(finding, rule);
  const auto place = std::lower_bound(findings.begin(), findings.end(), finding, comes_before);
  return *findings.insert(place, std::move(finding));
}

std::strong_ordering compare(const Evidence& evidence, const Statement& statement) {
  return std::tuple(evidence.time, std::string_view(evidence.source), evidence.offset) <=>
         std::tuple(statement.event.time, statement.source, statement.event.offset);
}

/// Of one line more than may be kept the middle one goes: never one of the earliest or the latest
/// of all that there ever were, since it has half of them on either side.
void keep_line(std::vector<Evidence>& lines, const Statement& statement, std::size_t lines_max) {
  const auto place = std::partition_point(lines.begin(), lines.end(), [&](const Evidence& line) {
    return compare(line, statement) < 0;
  });
  if (place != lines.end() && compare(*place, statement) == 0) return;  // has it already
  const auto at = static_cast<std::size_t>(place - lines.begin());
  const std::size_t middle = (lines_max + 1) / 2;
  std::size_t free = lines.size();
  if (lines.size() < lines_max) {
    lines.emplace_back();
  } else {
    if (at == middle) return;  // it would be the middle one itself
    free = at < middle ? middle - 1 : middle;
  }
  // The place of the one that goes (or the new one) moves to where the line belongs; its strings
  // keep their memory.
  const std::size_t target = free < at ? at - 1 : at;
  const auto begin = lines.begin();
  const auto step = [&](std::size_t i) { return begin + static_cast<std::ptrdiff_t>(i); };
  if (free < target) std::rotate(step(free), step(free + 1), step(target + 1));
  if (free > target) std::rotate(step(target), step(free), step(free + 1));
  Evidence& line = lines[target];
  line.line.assign(clip_utf8(statement.event.raw, kEvidenceBytesMax));
  line.source.assign(statement.source);
  line.offset = statement.event.offset;
  line.time = statement.event.time;
}

}  // namespace

void add_statement(Threat& threat, const Statement& statement, std::size_t evidence_max) {
  Finding& finding = find_or_add(threat.findings, statement.rule);
  finding.count += statement.count;
  widen(finding.first_seen, finding.last_seen, statement.first);
  widen(finding.first_seen, finding.last_seen, statement.event.time);
  if (evidence_max > 0) keep_line(finding.evidence, statement, evidence_max);
}

}  // namespace vedette::triage
