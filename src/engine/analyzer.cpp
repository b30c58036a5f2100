#include "engine/analyzer.h"

#include "engine/pipeline.h"
#include "triage/score.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace vedette::engine {

Analyzer::Analyzer(const FieldTable& fields, std::shared_ptr<const sigma::RuleSet> rules)
    : fields_(fields),
      rules_(rules),
      worker_(fields, rules, 1, false, stats_),
      batch_(kBytesMax, wanted_fields(*rules, false), 1) {}

Analyzer::Analysis Analyzer::analyze(std::string_view lines, Time now) {
  lines = lines.substr(0, kBytesMax);
  Analysis analysis;
  MutexLock guard(mutex_);
  batch_.clear();
  batch_.read_at = now;
  std::memcpy(batch_.raw.room(), lines.data(), lines.size());
  Chunk chunk;
  chunk.written_by = now;
  batch_.raw.add(chunk, lines.size());
  worker_.process(batch_);
  std::set<RuleIndex> matched;
  for (const Observation& observation : batch_.for_lane[0]) {
    if (!observation.primary) continue;
    for (std::uint32_t i = 0; i < observation.match_count; ++i) {
      matched.insert(batch_.matches[observation.match_begin + i]);
    }
  }
  for (const Event& event : batch_.events.events()) {
    append_json(analysis.events.emplace_back(), batch_.events, event, fields_);
    const auto subject = Entities(batch_.events, event).primary();
    if (!analysis.subject && subject) {
      analysis.subject = Subject{subject->type, entity_value(*subject), subject->hash};
    }
  }
  std::vector<Finding> findings;
  for (const RuleIndex index : matched) {
    const RuleInfo& rule = rules_->rules()[index];
    if (!rule.reports) {
      analysis.observed.push_back(rule.title);
      continue;
    }
    analysis.findings.push_back(finding_rule_of(rule));
    Finding& finding = findings.emplace_back();
    finding.rule = std::make_shared<const FindingRule>(analysis.findings.back());
    finding.count = 1;
    finding.last_seen = now;
  }
  analysis.score = score_at(triage::heat(findings), now) / 100;
  return analysis;
}

}  // namespace vedette::engine
