#include "triage/memory.h"

#include "model/stored_id.h"
#include "triage/timeline.h"

#include <algorithm>
#include <limits>

namespace vedette::triage {
namespace {

constexpr std::uint64_t kVersion = 1;

template <typename Int>
void add_saturated(Int& sum, std::uint64_t more) {
  const std::uint64_t room = std::numeric_limits<Int>::max() - sum;
  sum = static_cast<Int>(sum + std::min(more, room));
}

template <typename Int>
bool take_number(Reader& in, Int& out) {
  const std::uint64_t value = in.u64();
  if (!in.ok() || value > std::numeric_limits<Int>::max()) return false;
  out = static_cast<Int>(value);
  return true;
}

}  // namespace

void Memory::seen(Time time) {
  widen(first_, last_, time);
}

void Memory::count(Counter counter, std::uint64_t times) {
  add_saturated(counts_[static_cast<std::size_t>(counter)], times);
  if (counter == Counter::HoneypotSessionEnd) count_unseen_session(counts_);
}

void Memory::note(Action action, Time time, std::uint64_t times) {
  Deeds* place = nullptr;
  for (std::size_t i = 0; i < deeds_used_; ++i) {
    if (deeds_[i].action == action) place = &deeds_[i];
  }
  if (place == nullptr && deeds_used_ < kDeedsMax) place = &deeds_[deeds_used_++];
  if (place == nullptr) {
    place = std::min_element(deeds_.begin(), deeds_.end(),
                             [](const Deeds& a, const Deeds& b) { return a.last < b.last; });
    *place = {};
    add_saturated(deeds_lost_, 1);
  }
  place->action = action;
  add_saturated(place->count, times);
  widen(place->first, place->last, time);
}

void Memory::move_to(Threat& threat, const EventBatch& batch, const Event& trigger,
                     std::size_t timeline_max) {
  widen(threat.first_seen, threat.last_seen, first_);
  widen(threat.first_seen, threat.last_seen, last_);
  for (std::size_t i = 0; i < kCounters; ++i) threat.counts[i] += counts_[i];
  const std::string_view detail = detail_of(batch, trigger);
  for (std::size_t i = 0; i < deeds_used_; ++i) {
    Deeds& deeds = deeds_[i];
    const bool with_trigger = deeds.action == trigger.action && deeds.last == trigger.time;
    TimelineEntry entry{deeds.first, deeds.last, deeds.action, deeds.count, {}};
    if (with_trigger && (is_noisy(deeds.action) || deeds.count <= trigger.repeats)) {
      entry.detail = detail;
    } else if (with_trigger) {
      entry.count -= trigger.repeats;
      threat.timeline.push_back(
          {trigger.time, trigger.time, trigger.action, trigger.repeats, std::string(detail)});
    }
    threat.timeline.push_back(std::move(entry));
  }
  std::stable_sort(
      threat.timeline.begin(), threat.timeline.end(),
      [](const TimelineEntry& a, const TimelineEntry& b) { return a.first < b.first; });
  threat.timeline_merged += deeds_lost_;
  shorten(threat, timeline_max);
  first_ = last_ = {};
  counts_ = {};
  deeds_ = {};
  deeds_used_ = deeds_lost_ = 0;
}

void Memory::put_deeds(Writer& out) const {
  out.u64(deeds_lost_);
  out.u64(deeds_used_);
  for (std::size_t i = 0; i < deeds_used_; ++i) {
    const Deeds& deeds = deeds_[i];
    out.u64(stored_id(deeds.action));
    out.time(deeds.first);
    out.time(deeds.last);
    out.u64(deeds.count);
  }
}

bool Memory::take_deeds(Reader& in) {
  if (!take_number(in, deeds_lost_) || !take_number(in, deeds_used_)) return false;
  if (deeds_used_ > kDeedsMax) return false;
  for (std::size_t i = 0; i < deeds_used_; ++i) {
    const auto action = action_of_stored_id(in.u64());
    if (!in.ok() || !action) return false;
    deeds_[i].action = *action;
    deeds_[i].first = in.time();
    deeds_[i].last = in.time();
    if (!take_number(in, deeds_[i].count)) return false;
  }
  return true;
}

std::string Memory::encode() const {
  std::string bytes;
  bytes.reserve(96);
  Writer out(bytes);
  out.u64(kVersion);
  out.u64(is_threat);
  attempts.encode(out);
  if (is_threat) return bytes;  // the rest is the threat's
  out.time(first_);
  out.time(last_);
  put_deeds(out);
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (counts_[i] == 0) continue;
    out.u64(stored_id(static_cast<Counter>(i)));
    out.u64(counts_[i]);
  }
  return bytes;
}

bool Memory::decode(std::string_view bytes) {
  *this = {};
  Reader in(bytes);
  std::uint8_t threat = 0;
  if (in.u64() != kVersion || !take_number(in, threat) || threat > 1) return false;
  is_threat = threat == 1;
  if (!attempts.decode(in)) return false;
  if (is_threat) return in.done();
  first_ = in.time();
  last_ = in.time();
  if (!take_deeds(in)) return false;
  while (in.ok() && !in.done()) {
    const auto counter = counter_of_stored_id(in.u64());
    if (!in.ok() || !counter) return false;
    if (!take_number(in, counts_[static_cast<std::size_t>(*counter)])) return false;
  }
  return in.done();
}

}  // namespace vedette::triage
