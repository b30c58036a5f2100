#include "engine/lane.h"

#include "base/text.h"
#include "source/ingest_journal.h"

#include <bit>

namespace vedette::engine {
namespace {

constexpr std::size_t kAlertRulesMax = 4096;

}  // namespace

Lane::Lane(std::size_t index, std::shared_ptr<const sigma::RuleSet> rules,
           const sigma::CorrelatorOptions& correlator, const triage::TriageOptions& triage,
           triage::Triage::Load load, bool keep_state, Stats& stats)
    : index_(index),
      rules_(rules),
      correlator_(std::move(rules), correlator),
      triage_(triage, std::move(load)),
      keep_state_(keep_state),
      stats_(stats) {
  for (const RuleInfo& rule : rules_->rules()) {
    auto& its = finding_rules_.emplace_back();
    if (rule.reports) its = std::make_shared<const FindingRule>(finding_rule_of(rule));
  }
}

void Lane::process(const Batch& batch,
                   const std::vector<std::shared_ptr<const std::string>>& source_names,
                   const SuppressionSet* suppressions) {
  const auto chunks = batch.raw.chunks();
  const auto events = batch.events.events();
  for (const Observation& observation : batch.for_lane[index_]) {
    observe(batch, observation, source_names[chunks[events[observation.event].chunk].source],
            suppressions);
  }
  triage_.end_batch();
  Stats::add(stats_.observations, batch.for_lane[index_].size());
  publish_sizes();
}

void Lane::observe(const Batch& batch, const Observation& o,
                   const std::shared_ptr<const std::string>& source,
                   const SuppressionSet* suppressions) {
  const Event& event = batch.events.events()[o.event];
  const std::span<const RuleIndex> matched(batch.matches.data() + o.match_begin, o.match_count);
  const std::uint32_t weight = triage_.observe(o.entity, batch.events, event);
  const auto state = [&](RuleIndex rule, std::uint64_t count, Time first) {
    const auto& its = finding_rules_[rule];
    if (its == nullptr) return;
    if (suppressions != nullptr && suppressions->hides(*its, o.entity.hash, batch.read_at)) {
      Stats::add(stats_.findings_hidden, 1);
      return;
    }
    statements_.push_back({its, count, first});
  };
  if (o.primary && event.action == Action::Alert && *source == source::IngestJournal::kName) {
    if (const auto* rule = rule_of_alert(batch.events, event)) {
      if (suppressions == nullptr || !suppressions->hides(**rule, o.entity.hash, batch.read_at)) {
        statements_.push_back({*rule, event.repeats, event.time});
      }
    }
  }
  if (o.primary) {
    for (const RuleIndex rule : matched) state(rule, event.repeats, event.time);
  }
  const std::uint64_t* key = batch.keys.data() + o.key_begin;
  for (sigma::GroupMask left = o.groups; left != 0; left &= left - 1) {
    const auto group = static_cast<sigma::GroupIndex>(std::countr_zero(left));
    hits_.clear();
    correlator_.observe(group, *key++, o.entity.hash, batch.events, event, matched, weight, hits_);
    hit_count_ += hits_.size();
    for (const sigma::Hit& hit : hits_) state(hit.correlation, hit.count, hit.first);
  }
  if (statements_.empty()) return;
  findings_ += statements_.size();
  triage_.add(o.entity, statements_, batch.events, event, source);
  statements_.clear();
}

const std::shared_ptr<const FindingRule>* Lane::rule_of_alert(const EventBatch& batch,
                                                              const Event& event) {
  const auto text = [&](Field field) {
    const Value* value = batch.find(event, field);
    return value == nullptr || value->type != ValueType::String ? std::string_view()
                                                                : value->string();
  };
  std::string_view techniques = text(Field::RuleTechniques);
  const std::string_view id = text(Field::RuleId), title = text(Field::RuleName);
  const std::string_view level = text(Field::RuleLevel);
  if (id.empty() || title.empty()) return nullptr;
  std::string key;
  for (const std::string_view part : {id, title, level, techniques}) {
    key.append(part).push_back('\n');
  }
  // Whoever makes up ever new rules only makes this begin anew.
  if (alert_rules_.size() >= kAlertRulesMax) alert_rules_.clear();
  auto& rule = alert_rules_[key];
  if (rule != nullptr) return &rule;
  FindingRule made;
  made.id = clip_utf8(id, 128);
  made.title = clip_utf8(title, 256);
  made.level = parse_level(level).value_or(Level::Medium);
  while (!techniques.empty()) {
    const std::string_view technique = take_until(techniques, ' ');
    if (!technique.empty() && made.techniques.size() < 32) made.techniques.emplace_back(technique);
  }
  rule = std::make_shared<const FindingRule>(std::move(made));
  return &rule;
}

void Lane::publish_sizes() {
  const auto correct = [](Stats::Count& shared, auto& mine, auto now) {
    // Modulo 2^64 a difference may be negative.
    Stats::add(shared, static_cast<std::uint64_t>(now) - static_cast<std::uint64_t>(mine));
    mine = now;
  };
  correct(stats_.entities, entities_, triage_.entities());
  correct(stats_.entities_evicted, entities_evicted_, triage_.entities_evicted());
  correct(stats_.groups, groups_, correlator_.groups());
  correct(stats_.groups_evicted, groups_evicted_, correlator_.groups_evicted());
  correct(stats_.threats_in_memory, threats_, triage_.threats());
  Stats::add(stats_.findings, std::exchange(findings_, 0));
  Stats::add(stats_.hits, std::exchange(hit_count_, 0));
}

void Lane::take_changes(Commit& commit, bool last) {
  if (keep_state_) correlator_.take_changes(commit.state);
  triage_.take_changes(commit, last);
}

bool Lane::restore(const StateRow& row) {
  return row.kind == StateKind::Group ? correlator_.restore(row) : triage_.restore(row);
}

}  // namespace vedette::engine
