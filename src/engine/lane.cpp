#include "engine/lane.h"

#include "base/text.h"
#include "source/ingest_journal.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace vedette::engine {
namespace {

constexpr std::size_t kAlertRulesMax = 4096;
/// Where a lane's course is stored among what all have learned.
constexpr std::uint64_t kCourseKey = 100, kComingKey = 1000;
/// Time of the stream that a training may take before anybody waits for it.
constexpr std::chrono::nanoseconds kAdoptAfter = std::chrono::minutes(10);
constexpr std::uint64_t kCourseVersion = 1;
/// How many sightings ahead memory is asked for.
constexpr std::size_t kExpect = 16, kExpectSoon = 8;
constexpr std::size_t kExpectNote = 4;  // activities

/// Whose threat tells of what was unusual about one of this kind.
std::optional<EntityRef> entity_of(anomaly::Kind kind, const Entities& entities) {
  switch (kind) {
    case anomaly::Kind::Network:
      return entities.of(EntityType::SourceNetwork);
    case anomaly::Kind::User:
      return entities.of(EntityType::User);
    case anomaly::Kind::Host:
      return entities.of(EntityType::Host);
    case anomaly::Kind::Source:
    case anomaly::Kind::Session:
      break;
  }
  const auto source = entities.of(EntityType::SourceIp);
  return source ? source : entities.of(EntityType::SourceAddress);
}

}  // namespace

Lane::Lane(std::size_t index, std::shared_ptr<const sigma::RuleSet> rules,
           const sigma::CorrelatorOptions& correlator, const triage::TriageOptions& triage,
           triage::Triage::Load load, bool keep_state, std::unique_ptr<anomaly::Detector> detector,
           Learning* learning, Stats& stats)
    : index_(index),
      rules_(rules),
      correlator_(std::move(rules), correlator),
      triage_(triage, std::move(load)),
      keep_state_(keep_state),
      stats_(stats),
      detector_(std::move(detector)),
      learning_(learning) {
  for (const RuleInfo& rule : rules_->rules()) {
    auto& its = finding_rules_.emplace_back();
    if (rule.reports) its = std::make_shared<const FindingRule>(finding_rule_of(rule));
  }
}

void Lane::process(const Batch& batch,
                   const std::vector<std::shared_ptr<const std::string>>& source_names,
                   const SuppressionSet* suppressions) {
  StageClock clock(stats_);
  std::span<const Observation> left = batch.for_lane[index_];
  if (detector_ != nullptr) {
    // From one turn of what is learned to the next: all is seen, then scored together, then judged
    // in its place between the observations.
    for (std::size_t seen = 0, sighting = 0;;) {
      see(batch, seen, sighting);
      detector_->score();
      clock.ended(Stage::Anomalies);
      while (const auto activity = detector_->unjudged()) {
        observe_until(batch, batch.behaviours[*activity].event + 1, left, source_names,
                      suppressions);
        detector_->judge(alarms_);
        tell_anomalies(batch, source_names, suppressions);
      }
      if (seen == batch.behaviours.size()) break;
      observe_until(batch, batch.behaviours[seen].event, left, source_names, suppressions);
      course_.latest = batch.behaviours[seen].activity.time_ns;
      turn();
    }
  }
  observe_until(batch, ~std::uint32_t{0}, left, source_names, suppressions);
  triage_.end_batch();
  Stats::add(stats_.observations, batch.for_lane[index_].size());
  publish_sizes();
  clock.ended(Stage::Observe);
}

/// The behaviours of the batch from `behaviour` on, until one is at the time of the next turn.
void Lane::see(const Batch& batch, std::size_t& behaviour, std::size_t& sighting) {
  const auto& behaviours = batch.behaviours;
  const auto& mine = batch.seen_by_lane[index_];
  for (; behaviour < behaviours.size(); ++behaviour) {
    const anomaly::Activity& activity = behaviours[behaviour].activity;
    if (activity.time_ns > course_.latest) {
      if (activity.time_ns >= next_turn_) return;
      course_.latest = activity.time_ns;
    }
    if (behaviour + kExpectNote < behaviours.size()) {
      detector_->expect(behaviours[behaviour + kExpectNote].activity);
    }
    detector_->note(activity);
    for (; sighting < mine.size() && mine[sighting].activity == behaviour; ++sighting) {
      if (sighting + kExpect < mine.size()) detector_->expect(mine[sighting + kExpect]);
      if (sighting + kExpectSoon < mine.size()) {
        const anomaly::Sighting& soon = mine[sighting + kExpectSoon];
        detector_->expect_soon(soon, behaviours[soon.activity].activity);
      }
      detector_->see(mine[sighting], activity);
    }
  }
}

/// Those of events before `event`, from the front of `left`.
void Lane::observe_until(const Batch& batch, std::uint32_t event,
                         std::span<const Observation>& left,
                         const std::vector<std::shared_ptr<const std::string>>& source_names,
                         const SuppressionSet* suppressions) {
  const auto chunks = batch.raw.chunks();
  const auto events = batch.events.events();
  for (; !left.empty() && left.front().event < event; left = left.subspan(1)) {
    observe(batch, left.front(), source_names[chunks[events[left.front().event].chunk].source],
            suppressions);
  }
}

void Lane::tell_anomalies(const Batch& batch,
                          const std::vector<std::shared_ptr<const std::string>>& source_names,
                          const SuppressionSet* suppressions) {
  for (const anomaly::Alarm& alarm : alarms_) {
    const Event& event = batch.events.events()[batch.behaviours[alarm.sighting.activity].event];
    const auto entity = entity_of(alarm.sighting.kind, Entities(batch.events, event));
    if (!entity) continue;
    if (on_scored_) on_scored_(*entity, event, alarm);
    if (alarm.rule == nullptr) continue;
    if (suppressions != nullptr && suppressions->hides(*alarm.rule, entity->hash, batch.read_at)) {
      Stats::add(stats_.findings_hidden, 1);
      continue;
    }
    const triage::Statement statement{alarm.rule, 1, event.time};
    const auto& source = source_names[batch.raw.chunks()[event.chunk].source];
    triage_.add(*entity, {&statement, 1}, batch.events, event, source, alarm.anomaly);
    Stats::add(stats_.anomalies, 1);
    ++findings_;
  }
  alarms_.clear();
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
  if (detector_ != nullptr) accuse(o.entity, event.time);
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
  if (detector_ != nullptr) {
    correct(stats_.profiles, profiles_, detector_->entities());
    correct(stats_.profiles_evicted, profiles_evicted_, detector_->entities_evicted());
    correct(stats_.vectors_scored, scored_, detector_->scored());
  }
  Stats::add(stats_.findings, std::exchange(findings_, 0));
  Stats::add(stats_.hits, std::exchange(hit_count_, 0));
}

/// What a rule says is hostile is neither learned from nor looked at for a while.
void Lane::accuse(const EntityRef& entity, Time time) {
  const bool grave = std::ranges::any_of(statements_, [](const triage::Statement& statement) {
    return statement.rule->level >= Level::Medium;
  });
  if (!grave || entity.type == EntityType::Host || entity.type == EntityType::SourceNetwork) return;
  detector_->accused(entity.hash, time);
}

std::int64_t Lane::next_turn() const {
  if (course_.waiting) return course_.lesson + kAdoptAfter.count();
  // Often while little is known, then ever more seldom, until once in the usual time.
  const Duration most = std::chrono::hours(learning_->options().retrain_hours);
  const Duration known{(course_.latest - course_.first) / 8};
  return course_.lesson + std::clamp<Duration>(known, std::chrono::hours(1), most).count();
}

void Lane::turn() {
  if (course_.first == 0) course_.first = course_.lesson = course_.latest;
  if (course_.latest >= next_turn()) {
    if (course_.waiting) {
      if (coming_ == nullptr) coming_ = learning_->wait(lesson_);
      detector_->adopt(std::exchange(coming_, nullptr));
      course_.waiting = false;
    } else {
      const std::int64_t hour =
          course_.latest / std::chrono::nanoseconds(std::chrono::hours(1)).count();
      lesson_ = learning_->submit(detector_->lesson(hour), detector_->learned(), hour);
      course_.lesson = course_.latest;
      course_.waiting = true;
      coming_stored_ = false;
    }
  }
  next_turn_ = next_turn();
}

/// What all lanes have alike is stored by the first.
void Lane::keep_learned(std::vector<StateRow>& rows) {
  if (course_ == stored_course_) return;
  if (course_.waiting && !coming_stored_) {
    if (coming_ == nullptr) coming_ = learning_->wait(lesson_);
    for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
      rows.push_back({StateKind::Learned, kComingKey + k, 0, anomaly::encode(coming_->kinds[k])});
    }
    coming_stored_ = true;
  }
  stored_course_ = course_;
  rows.push_back({StateKind::Learned, kCourseKey, 0, encode(course_)});
}

void Lane::take_changes(Commit& commit, bool last) {
  if (detector_ != nullptr && keep_state_) {
    const bool common = index_ == 0;
    detector_->take_changes(commit.state, common);
    if (common) keep_learned(commit.state);
  }
  if (keep_state_) correlator_.take_changes(commit.state);
  triage_.take_changes(commit, last);
}

bool Lane::restore(const StateRow& row) {
  switch (row.kind) {
    case StateKind::Entity:
      return triage_.restore(row);
    case StateKind::Group:
      return correlator_.restore(row);
    case StateKind::Learned:
      if (row.key == kCourseKey) return decode(row.value, course_);
      if (row.key >= kComingKey) return restore_coming(row);
      [[fallthrough]];
    case StateKind::Profile:
    case StateKind::Sampled:
    case StateKind::Everyone:
    case StateKind::Peaks:
      break;
  }
  // Without detection what was learned stays where it is.
  return detector_ == nullptr || detector_->restore(row);
}

bool Lane::restore_coming(const StateRow& row) {
  anomaly::Lore lore;
  const std::uint64_t kind = row.key - kComingKey;
  if (kind >= anomaly::kKinds || !anomaly::decode(row.value, lore)) return false;
  auto coming = coming_ == nullptr ? std::make_shared<anomaly::Learned>()
                                   : std::make_shared<anomaly::Learned>(*coming_);
  coming->kinds[kind] = std::move(lore);
  coming_ = std::move(coming);
  ++coming_kinds_;
  return true;
}

std::string Lane::encode(const Course& course) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kCourseVersion);
  for (const std::int64_t time : {course.first, course.latest, course.lesson}) out.i64(time);
  out.u64(course.waiting ? 1 : 0);
  return bytes;
}

bool Lane::decode(std::string_view bytes, Course& course) {
  Reader in(bytes);
  if (in.u64() != kCourseVersion) return false;
  Course read;
  for (std::int64_t* time : {&read.first, &read.latest, &read.lesson}) *time = in.i64();
  read.waiting = in.u64() != 0;
  // So that sums and differences of them are times, too.
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 2;
  const bool sane = 0 <= read.first && read.first <= read.lesson && read.lesson <= read.latest &&
                    read.latest <= kMost;
  if (!in.done() || !sane) return false;
  course = read;
  return true;
}

void Lane::resumed() {
  if (detector_ == nullptr) return;
  // It was adopted; or it cannot be read any more, and there will be another lesson.
  if (!course_.waiting || coming_kinds_ != anomaly::kKinds) coming_ = nullptr;
  course_.waiting = coming_ != nullptr;
  coming_stored_ = coming_ != nullptr;
  stored_course_ = course_;
  if (course_.first != 0) next_turn_ = next_turn();
  if (index_ == 0) publish_learned(*detector_->learned(), stats_);
}

}  // namespace vedette::engine
