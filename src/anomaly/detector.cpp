#include "anomaly/detector.h"

#include "anomaly/reasons.h"
#include "base/assert.h"
#include "base/codec.h"
#include "base/hash.h"

#include <fmt/core.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace vedette::anomaly {
namespace {

constexpr std::uint64_t kVersion = 1, kLoneVersion = 2;
constexpr std::int64_t kAccusedHours = 24;
/// Below its threshold by this much an entity is quiet again; above what was told by this much it
/// has become worse.
constexpr float kHysteresis = 0.03f, kWorse = 0.05f;
/// What is quiet again, or away, for so many hours has come back when it returns.
constexpr std::int64_t kRearmHours = 6;
/// Who came so near to an alarm today is spared when room is needed.
constexpr float kInteresting = 0.5f;
constexpr int kRefusalsMax = 32;
/// How much of what was surprising about it on earlier days an entity is forgiven.
constexpr float kOfHabit = 0.7f, kHabitHalfLifeDays = 14;
/// Of activity, until all of it counts.
constexpr float kDaysOfHabit = 7;

std::int64_t hour_of(std::int64_t time_ns) {
  return time_ns / 3'600'000'000'000;
}

constexpr std::size_t index(Feature feature) {
  return static_cast<std::size_t>(feature);
}
/// Time may go back, too: a file that is older than the one before it.
std::int64_t apart(std::int64_t a, std::int64_t b) {
  return std::abs(a - b);
}

std::array<Sample, kKinds> empty_samples(std::size_t size_max, bool keep_state) {
  const auto sample = [&](std::uint64_t kind) { return Sample(size_max, kind, keep_state); };
  static_assert(kKinds == 5);
  return {sample(0), sample(1), sample(2), sample(3), sample(4)};
}

bool is_score(float number) {
  return number >= 0 && number <= 1;
}

}  // namespace

Detector::Detector(const DetectorOptions& options, std::uint64_t lane)
    : options_(options),
      lane_(lane),
      entities_(options.entities_max),
      lone_(options.entities_max),
      samples_(empty_samples(options.learning.baseline_max, options.keep_state)) {}

Detector::Tracked* Detector::tracked(const Sighting& sighting, const Activity& activity) {
  Tracked* known = entities_.find(sighting.entity);
  // A user is someone who was let in: names that are only guessed are none, and what is tried in
  // the name of one from where that one never was is of somebody else.
  if (sighting.kind == Kind::User && activity.outcome != Outcome::Success) {
    const std::uint32_t from = activity.facet(Facet::Network);
    if (known == nullptr) return nullptr;
    if (from != 0 && !known->profile.has_had(Kind::User, Facet::Network, from)) return nullptr;
  }
  if (known == nullptr) {
    if (sighting.kind == Kind::Network && is_lone(sighting, activity)) return nullptr;
    known = &add(sighting);
  }
  mark(sighting.entity, *known);
  return known;
}

Detector::Tracked& Detector::add(const Sighting& sighting) {
  int refusals_left = kRefusalsMax;
  Tracked& added = entities_.insert(sighting.entity, [&](std::uint64_t candidate, Tracked& entity) {
    const bool interesting = entity.alarm > 0 || entity.peak >= kInteresting;
    if (interesting && refusals_left-- > 0) return false;
    if (entity.has_row) {
      last_rows_.push_back({StateKind::Profile, candidate, entity.owner, {}});
    }
    return true;
  });
  added.kind = sighting.kind;
  added.owner = sighting.owner;
  const Lone* lone = sighting.kind == Kind::Network ? lone_.peek(sighting.entity) : nullptr;
  if (lone == nullptr) return added;
  Activity first;
  first.time_ns = lone->last_ns;
  first.facets[static_cast<std::size_t>(Facet::Source)] = lone->source;
  added.profile.observe(Kind::Network, first, {});
  added.has_row = lone->has_row;
  lone_.erase(sighting.entity);
  return added;
}

bool Detector::is_lone(const Sighting& sighting, const Activity& activity) {
  Lone* known = lone_.find(sighting.entity);
  if (known == nullptr) {
    known = &lone_.insert(sighting.entity, [&](std::uint64_t candidate, const Lone& lone) {
      if (lone.has_row) last_rows_.push_back({StateKind::Profile, candidate, lone.owner, {}});
      return true;
    });
    known->owner = sighting.owner;
    known->source = activity.facet(Facet::Source);
  } else if (known->source != activity.facet(Facet::Source)) {
    return false;
  }
  if (activity.time_ns > 0) known->last_ns = activity.time_ns;
  mark(sighting.entity, *known);
  return true;
}

void Detector::see(const Sighting& sighting, const Activity& activity) {
  Tracked* entity = tracked(sighting, activity);
  if (entity == nullptr) return;
  entity->profile.observe(sighting.kind, activity, novelty_);
  if (!entity->profile.due()) return;
  if (sighting.kind == Kind::Network && entity->profile.of_one_source()) return;
  // What does not say when it was is of the time of the entity's event before it.
  const std::int64_t hour =
      hour_of(activity.time_ns > 0 ? activity.time_ns : entity->profile.last_ns());
  if (entity->is_accused(hour) && !options_.tell_all) return;
  std::array<float, kFeatures> features;
  entity->profile.features(sighting.kind, features);
  pending_.push_back({sighting, hour, to_steps(features), 0, entity->profile.usual()});
}

void Detector::accused(std::uint64_t entity, Time time) {
  Tracked* known = entities_.peek(entity);
  const std::int64_t until = hour_of(time.time_since_epoch().count()) + kAccusedHours;
  if (known == nullptr || (until <= known->accused_until && known->peak == 0)) return;
  known->accused_until = std::max(known->accused_until, until);
  mark(entity, *known);
  if (known->peak == 0) return;
  peaks_.withdraw(known->kind, known->peak_day, std::exchange(known->peak, 0.0f));
  peaks_changed_ = true;
}

void Detector::score() {
  VD_ASSERT(judged_ == 0);
  if (pending_.empty()) return;
  for (std::size_t k = 0; k < kKinds; ++k) {
    of_kind_.clear();
    for (std::size_t i = 0; i < pending_.size(); ++i) {
      if (pending_[i].sighting.kind == static_cast<Kind>(k)) of_kind_.push_back(i);
    }
    if (!of_kind_.empty()) score_kind(static_cast<Kind>(k), of_kind_);
  }
  scored_ += pending_.size();
}

std::optional<std::uint32_t> Detector::unjudged() const {
  if (pending_.empty()) return {};
  return pending_[judged_].sighting.activity;
}

void Detector::judge(std::vector<Alarm>& alarms) {
  const auto activity = unjudged();
  while (unjudged() == activity && activity) {
    judge_one(pending_[judged_], alarms);
    if (++judged_ < pending_.size()) continue;
    pending_.clear();
    judged_ = 0;
  }
}

void Detector::score_kind(Kind kind, std::span<const std::size_t> pending) {
  const Lore& lore = learned_->kinds[static_cast<std::size_t>(kind)];
  if (lore.model == nullptr) return;
  rows_.resize(pending.size() * (kFeatures + 1));
  const auto numbers = std::span(rows_).first(pending.size() * kFeatures);
  const auto raw = std::span(rows_).subspan(pending.size() * kFeatures);
  for (std::size_t i = 0; i < pending.size(); ++i) {
    from_steps(pending_[pending[i]].vector, numbers.subspan(i * kFeatures, kFeatures));
  }
  lore.model->score({numbers, kFeatures}, raw);
  for (std::size_t i = 0; i < pending.size(); ++i) {
    Tails::Surprise surprise;
    const auto features = numbers.subspan(i * kFeatures).first<kFeatures>();
    const float sum = lore.tails.sum(features, surprise);
    pending_[pending[i]].orders = static_cast<float>(orders_of(lore, raw[i], sum));
  }
}

/// What was surprising yesterday is what the entity is like today.
void Detector::begin_day(Tracked& entity, std::int64_t day) {
  const auto days = static_cast<float>(std::min<std::int64_t>(day - entity.peak_day, 365));
  entity.habit = std::max(entity.habit, entity.orders) * std::exp2(-days / kHabitHalfLifeDays);
  entity.peak_day = static_cast<std::int32_t>(day);
  entity.peak = 0;
  entity.orders = 0;
}

/// Unlike its peers, less what is usual for itself, and what people taught.
float Detector::score_of(const Tracked& entity, const Pending& pending, const Lore& lore) {
  // What came up this week is no habit: an attack may take its time.
  const float days =
      std::exp2(static_cast<float>(pending.vector[index(Feature::ActiveDays)]) / kStepsPerUnit) - 2;
  const float known = std::clamp(days / kDaysOfHabit, 0.0f, 1.0f);
  const float unlike = pending.orders - known * kOfHabit * entity.habit;
  const auto taught = static_cast<float>(lore.head.adjustment(pending.vector));
  return std::clamp(anomaly::score_of(double{unlike}) + taught, 0.0f, 1.0f);
}

void Detector::judge_one(const Pending& pending, std::vector<Alarm>& alarms) {
  const Sighting& sighting = pending.sighting;
  const auto kind = static_cast<std::size_t>(sighting.kind);
  Tracked* entity = entities_.peek(sighting.entity);
  if (entity == nullptr) return;  // pushed out within the batch
  const bool accused = entity->is_accused(pending.hour);
  if (!accused) {
    samples_[kind].offer(sighting.entity, sighting.owner, pending.hour, pending.vector);
  }
  const Lore& lore = learned_->kinds[kind];
  if (lore.model == nullptr) {
    if (options_.tell_all) alarms.push_back(alarm_of(pending, 0, false));
    return;
  }
  const std::int64_t day = pending.hour / 24;
  if (day > entity->peak_day && !accused) begin_day(*entity, day);
  const float score = score_of(*entity, pending, lore);
  if (accused) {
    if (options_.tell_all) alarms.push_back(alarm_of(pending, score, false));
    return;
  }
  entity->orders = std::max(entity->orders, pending.orders);
  // A day that is over is not counted again by events that come late.
  if (day == entity->peak_day && score > entity->peak) {
    peaks_.rise(sighting.kind, day, entity->peak, score);
    peaks_changed_ = true;
    entity->peak = score;
  }
  const bool was_told = entity->alarm > 0 || entity->alarm_hour != 0;
  const bool lasts = was_told && apart(pending.hour, entity->alarm_hour) < kRearmHours;
  if (lasts ? entity->alarm > 0 && score >= entity->alarm + kWorse : score >= lore.threshold) {
    entity->alarm = score;
    entity->alarm_hour = pending.hour;
    alarms.push_back(alarm_of(pending, score, true));
    return;
  }
  if (!lasts || score < lore.threshold - kHysteresis) {
    entity->alarm = 0;
  } else if (entity->alarm > 0) {
    entity->alarm_hour = pending.hour;
  }
  if (options_.tell_all) alarms.push_back(alarm_of(pending, score, false));
}

Alarm Detector::alarm_of(const Pending& pending, float score, bool alarming) {
  const Kind kind = pending.sighting.kind;
  const Lore& lore = learned_->kinds[static_cast<std::size_t>(kind)];
  auto anomaly = std::make_shared<Anomaly>();
  anomaly->kind = to_string(kind);
  anomaly->score = score;
  anomaly->model = lore.id;
  anomaly->features_version = kFeaturesVersion;
  anomaly->vector.assign(pending.vector.begin(), pending.vector.end());
  std::string_view technique;
  if (lore.model != nullptr) {
    anomaly->reasons = reasons_for(lore, kind, pending.vector, pending.usual, technique);
  }
  return {pending.sighting, alarming ? rule_of(kind, technique) : nullptr, std::move(anomaly)};
}

const std::shared_ptr<const FindingRule>& Detector::rule_of(Kind kind, std::string_view technique) {
  std::string id = fmt::format("{}{}", kRulePrefix, to_string(kind));
  if (!technique.empty()) id += fmt::format("-{}", technique);
  auto& rule = rules_[id];
  if (rule != nullptr) return rule;
  FindingRule made;
  made.id = id;
  made.title = fmt::format("Unusual behaviour of a {}", to_string(kind));
  made.advice = "See what was unusual; resolve it either way, and such findings get better.";
  made.level = Level::Medium;
  if (!technique.empty()) made.techniques.emplace_back(technique);
  rule = std::make_shared<const FindingRule>(std::move(made));
  return rule;
}

Lesson Detector::lesson(std::int64_t hour) const {
  Lesson lesson;
  for (std::size_t k = 0; k < kKinds; ++k) {
    if (!wants_sample(learned_->kinds[k], hour, options_.learning)) continue;
    const auto items = samples_[k].items();
    lesson.samples[k].assign(items.begin(), items.end());
  }
  lesson.peaks = peaks_;
  return lesson;
}

void Detector::adopt(std::shared_ptr<const Learned> learned) {
  for (std::size_t k = 0; k < kKinds; ++k) {
    if (!(learned->kinds[k] == learned_->kinds[k])) lore_changed_[k] = true;
    samples_[k].limit(learned->kinds[k].sample_limit);
  }
  learned_ = std::move(learned);
}

std::string Detector::encode(const Tracked& entity) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kVersion);
  out.u64(static_cast<std::uint64_t>(entity.kind));
  out.i64(entity.peak_day);
  out.i64(entity.accused_until);
  out.i64(entity.alarm_hour);
  for (const float number : {entity.peak, entity.orders, entity.habit, entity.alarm}) {
    out.u64(std::bit_cast<std::uint32_t>(number));
  }
  entity.profile.encode(out);
  return bytes;
}

bool Detector::decode(std::string_view bytes, Tracked& entity) {
  Reader in(bytes);
  if (in.u64() != kVersion) return false;
  const std::uint64_t kind = in.u64();
  if (kind >= kKinds) return false;
  entity.kind = static_cast<Kind>(kind);
  const std::int64_t peak_day = in.i64();
  entity.accused_until = in.i64();
  entity.alarm_hour = in.i64();
  for (float* number : {&entity.peak, &entity.orders, &entity.habit, &entity.alarm}) {
    *number = std::bit_cast<float>(static_cast<std::uint32_t>(in.u64()));
  }
  for (const std::int64_t hour : {peak_day, entity.accused_until, entity.alarm_hour}) {
    if (!is_hour(hour)) return false;
  }
  entity.peak_day = static_cast<std::int32_t>(peak_day);
  return is_score(entity.peak) && is_score(entity.alarm) && std::isfinite(entity.orders) &&
         std::isfinite(entity.habit) && entity.profile.decode(in) && in.done();
}

std::string Detector::encode(const Lone& lone) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kLoneVersion);
  out.u64(lone.source);
  out.i64(lone.last_ns);
  return bytes;
}

bool Detector::decode(std::string_view bytes, Lone& lone) {
  Reader in(bytes);
  if (in.u64() != kLoneVersion) return false;
  const std::uint64_t source = in.u64();
  lone.source = static_cast<std::uint32_t>(source);
  lone.last_ns = in.i64();
  return in.done() && source == lone.source;
}

template <typename Kept>
bool Detector::take_row(std::uint64_t key, Kept* kept, std::vector<StateRow>& rows) {
  if (kept == nullptr) return false;
  if (!std::exchange(kept->changed, false)) return true;
  kept->has_row = true;
  rows.push_back({StateKind::Profile, key, kept->owner, encode(*kept)});
  return true;
}

void Detector::take_changes(std::vector<StateRow>& rows, bool common) {
  // Of those that left first: the same entity may have come back since.
  std::ranges::move(last_rows_, std::back_inserter(rows));
  last_rows_.clear();
  for (const std::uint64_t key : changed_) {
    if (!take_row(key, entities_.peek(key), rows)) take_row(key, lone_.peek(key), rows);
  }
  changed_.clear();
  for (Sample& sample : samples_) sample.take_changes(rows);
  for (const std::uint64_t gone : lone_peaks_) rows.push_back({StateKind::Peaks, gone, 0, {}});
  lone_peaks_.clear();
  if (std::exchange(peaks_changed_, false)) {
    StateRow& row = rows.emplace_back(StateRow{StateKind::Peaks, lane_, lane_, {}});
    Writer out(row.value);
    peaks_.encode(out);
  }
  if (!common) return;
  for (std::size_t k = 0; k < kKinds; ++k) {
    if (!std::exchange(lore_changed_[k], false)) continue;
    rows.push_back({StateKind::Learned, k, 0, anomaly::encode(learned_->kinds[k])});
  }
  everyone_.take_dirty([&](std::size_t block, std::string_view bytes) {
    rows.push_back({StateKind::Everyone, block, 0, std::string(bytes)});
  });
}

bool Detector::restore_profile(const StateRow& row) {
  if (entities_.peek(row.key) != nullptr || lone_.peek(row.key) != nullptr) return false;
  const auto put = [&]<typename Kept>(BoundedTable<Kept>& table, Kept& kept) {
    kept.owner = row.owner;
    kept.has_row = true;
    table.insert(row.key, [&](std::uint64_t key, const Kept& other) {
      last_rows_.push_back({StateKind::Profile, key, other.owner, {}});
      return true;
    }) = kept;
    return true;
  };
  Tracked entity;
  Lone lone;
  if (decode(row.value, entity)) return put(entities_, entity);
  return decode(row.value, lone) && put(lone_, lone);
}

bool Detector::restore(const StateRow& row) {
  switch (row.kind) {
    case StateKind::Profile:
      return restore_profile(row);
    case StateKind::Sampled: {
      const auto kind = Sample::kind_of(row);
      return kind && *kind < kKinds && samples_[*kind].restore(row);
    }
    case StateKind::Peaks: {
      Peaks peaks;
      Reader in(row.value);
      if (!peaks.decode(in)) return false;
      peaks_ += peaks;
      if (row.key != lane_) {
        lone_peaks_.push_back(row.key);
        peaks_changed_ = true;
      }
      return true;
    }
    case StateKind::Everyone:
      return everyone_.restore(row.key, row.value);
    case StateKind::Learned: {
      Lore lore;
      if (row.key >= kKinds || !anomaly::decode(row.value, lore)) return false;
      auto learned = std::make_shared<Learned>(*learned_);
      learned->kinds[row.key] = lore;
      samples_[row.key].limit(lore.sample_limit);
      learned_ = std::move(learned);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace vedette::anomaly
