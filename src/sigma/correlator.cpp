#include "sigma/correlator.h"

#include "base/bounded_table.h"
#include "base/codec.h"
#include "base/hash.h"
#include "sigma/compile.h"
#include "sigma/window.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <unordered_map>

namespace vedette::sigma {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::uint64_t kStatesMax = 4096;
// BoundedTable overrules refusals after 64; staying below, every eviction is known here.
constexpr int kRefusalsMax = 32;
/// For every new group some are looked at whether they are over: more than one, so that those leave
/// faster than new ones come.
constexpr std::size_t kLookedAtPerNew = 2;
/// A group is not over before so many events went by without it: of sources that are read at the
/// same time, one may be days ahead.
constexpr std::uint64_t kOverAfterEvents = 100'000;

/// An event that came too late for its window, until it is known what it means.
struct Late {
  Time time;
  std::uint64_t which;
  std::uint64_t value;
  std::uint64_t weight;
};

/// What one correlation remembers of one group.
struct State {
  std::uint16_t correlation = 0;
  bool holding = false;         // its condition held at the last event
  std::uint32_t heap = 0;       // bytes, as counted in the correlator's
  Time reported = Time::min();  // events up to this one are in a hit already
  CountWindow window;
  std::unique_ptr<DistinctWindow> values;    // value_count
  std::unique_ptr<SequenceWindow> sequence;  // temporal, temporal_ordered
  std::unique_ptr<Late> late;                // the last event was too old for the window

  std::size_t heap_bytes() const {
    return window.heap_bytes() + (values ? sizeof(*values) + values->heap_bytes() : 0) +
           (sequence ? sizeof(*sequence) + sequence->heap_bytes() : 0) + (late ? sizeof(*late) : 0);
  }
};

struct GroupState {
  std::uint64_t group = 0;  // its stored id
  std::uint64_t owner = 0;
  std::uint64_t last_event = 0;  // the number, among all of the correlator, of its latest
  std::vector<State> states;
  bool dirty = false;   // changed since take_changes()
  bool stored = false;  // take_changes() gave a row of it

  std::size_t bytes() const {
    std::size_t sum = sizeof(*this) + states.capacity() * sizeof(State);
    for (const State& state : states) sum += state.heap;
    return sum;
  }
};

/// A correlation that the event counts for, and as which of its rules.
struct Pending {
  std::uint16_t correlation;
  bool chained;
  std::uint64_t which;
};

/// What an event that these rules matched counts for in this group. Events are of few kinds, so it
/// is worth remembering.
struct Kind {
  GroupIndex group = 0;
  std::vector<RuleIndex> matched;
  std::vector<Pending> pending;
};

bool holds(const Bound& bound, std::uint64_t count) {
  switch (bound.op) {
    case Bound::Op::Less:
      return count < bound.value;
    case Bound::Op::LessEqual:
      return count <= bound.value;
    case Bound::Op::Greater:
      return count > bound.value;
    case Bound::Op::GreaterEqual:
      return count >= bound.value;
    case Bound::Op::Equal:
      return count == bound.value;
    case Bound::Op::NotEqual:
      return count != bound.value;
  }
  return false;
}

}  // namespace

struct Correlator::Impl {
  Impl(std::shared_ptr<const RuleSet> set, const CorrelatorOptions& options)
      : rules(std::move(set)),
        correlations(rules->compiled().correlations),
        bytes_max(options.groups_max * kBytesPerGroup),
        table(options.groups_max) {
    for (std::size_t i = 0; i < correlations.all.size(); ++i) {
      by_stored_id.emplace(correlations.all[i].stored_id, static_cast<std::uint16_t>(i));
    }
  }

  /// Keeps `pending` in the order of the correlations: those that feed others come first.
  void want(const Feed& feed, bool chained) {
    auto at = pending.end();
    while (at != pending.begin() && (at - 1)->correlation > feed.correlation) --at;
    const std::uint64_t which = std::uint64_t{1} << feed.position;
    if (at != pending.begin() && (at - 1)->correlation == feed.correlation) {
      (at - 1)->which |= which;
      (at - 1)->chained |= chained;
    } else {
      pending.insert(at, {feed.correlation, chained, which});
    }
  }

  GroupState& state_of(std::uint64_t id, std::uint64_t group, std::uint64_t owner) {
    if (GroupState* known = table.find(id)) return *known;
    table.erase_stale(kLookedAtPerNew, [&](std::uint64_t key, const GroupState& old) {
      if (!is_over(old)) return false;
      forget(key, old);
      return true;
    });
    int refusals = 0;
    GroupState& added = table.insert(
        id, [&](std::uint64_t key, GroupState& victim) { return let_go(key, victim, refusals); });
    added.group = group;
    added.owner = owner;
    added.states.reserve(pending.size());
    bytes += added.bytes();
    return added;
  }

  void forget(std::uint64_t key, const GroupState& group) {
    if (group.stored) forgotten.emplace_back(key, group.owner);
    bytes -= group.bytes();
  }

  bool let_go(std::uint64_t key, const GroupState& victim, int& refusals) {
    if (is_precious(victim) && ++refusals <= kRefusalsMax) return false;
    forget(key, victim);
    return true;
  }

  void keep_to_budget() {
    while (bytes > bytes_max && table.size() > 1) {
      int refusals = 0;
      table.evict(
          [&](std::uint64_t key, GroupState& victim) { return let_go(key, victim, refusals); });
    }
  }

  /// A group with a condition that holds, and that the newest event has not yet left behind.
  bool is_precious(const GroupState& group) const {
    return std::ranges::any_of(group.states, [&](const State& state) {
      const Duration span = correlations.all[state.correlation].span;
      return state.holding && !state.window.empty() && state.window.newest() >= before(now, span);
    });
  }

  /// Whether the group's next event would find all its windows empty.
  bool is_over(const GroupState& group) const {
    if (events - group.last_event < kOverAfterEvents) return false;
    return std::ranges::all_of(group.states, [&](const State& state) {
      const Duration span = correlations.all[state.correlation].span;
      return state.late == nullptr &&
             (state.window.empty() || state.window.newest() < before(now, span));
    });
  }

  /// Fills `pending` with what the event counts for by itself.
  void begin(GroupIndex group, std::span<const RuleIndex> matched) {
    std::uint64_t hash = group;
    for (const RuleIndex rule : matched) hash = (hash + rule + 1) * 0x9E3779B97F4A7C15u;
    Kind& kind = kinds[hash >> 54];
    if (kind.group != group || !std::ranges::equal(kind.matched, matched)) {
      pending.clear();
      for (const RuleIndex rule : matched) {
        for (const Feed& feed : correlations.feeds[rule]) {
          if (feed.group == group) want(feed, false);
        }
      }
      kind.group = group;
      kind.matched.assign(matched.begin(), matched.end());
      kind.pending = pending;
    }
    pending = kind.pending;
  }

  /// Goes forward from `place`: states and what is pending are both in the correlations' order.
  State& state_in(GroupState& group, std::uint16_t correlation, std::size_t& place) {
    auto& states = group.states;
    while (place < states.size() && states[place].correlation < correlation) ++place;
    if (place == states.size() || states[place].correlation != correlation) {
      if (states.size() == states.capacity()) {
        states.reserve(states.size() + 2);  // it stays small
        bytes += 2 * sizeof(State);
      }
      const auto added = states.emplace(states.begin() + static_cast<std::ptrdiff_t>(place));
      added->correlation = correlation;
    }
    return states[place];
  }

  /// The different thing that value_count counts, or nothing when the event does not have it. Asked
  /// again for the same fields of the same event it has the answer ready.
  std::optional<std::uint64_t> counted_value(const Correlation& correlation,
                                             const EventBatch& batch, const Event& event) {
    if (counted_fields == nullptr || *counted_fields != correlation.values) {
      counted_fields = &correlation.values;
      counted = combined_value(correlation, batch, event);
    }
    return counted;
  }
  static std::optional<std::uint64_t> combined_value(const Correlation& correlation,
                                                     const EventBatch& batch, const Event& event) {
    std::uint64_t combined = 0;
    for (const Field field : correlation.values) {
      auto hash = value_hash(batch, event, field);
      if (!hash && field == Field::SourceIp) hash = value_hash(batch, event, Field::SourceAddress);
      if (!hash) return {};
      combined = hash_combine(combined, *hash);
    }
    return combined;
  }

  /// What to do with an event that is older than the window covers. One alone is a clock that was
  /// wrong for a moment, and is left out. Two in a row are another series (the next file, a clock
  /// set back): the window begins anew with both. True if the event is left out for now.
  bool put_off(const Correlation& correlation, State& state, const Pending& event,
               std::uint64_t value, Time time, std::uint64_t weight) {
    if (state.window.empty() || time >= before(state.window.newest(), correlation.span)) {
      state.late.reset();
      return false;
    }
    const auto first = std::exchange(state.late, nullptr);
    if (first == nullptr || time < before(first->time, correlation.span) ||
        first->time < before(time, correlation.span)) {
      state.late = std::make_unique<Late>(Late{time, event.which, value, weight});
      return true;
    }
    const Pending before_it{event.correlation, event.chained, first->which};
    measure(correlation, state, before_it, first->value, first->time, first->weight);
    return false;
  }

  /// Takes the event into the windows; returns the number that the condition is about.
  std::uint64_t measure(const Correlation& correlation, State& state, const Pending& event,
                        std::uint64_t value, Time time, std::uint64_t weight) {
    const Duration span = correlation.span;
    if (state.window.add(time, weight, span) == CountWindow::Added::Anew) {
      state.holding = false;
      state.reported = Time::min();
      state.values.reset();
      state.sequence.reset();
    }
    if (correlation.type == CorrelationType::EventCount) return state.window.count();
    if (correlation.type == CorrelationType::ValueCount) {
      if (state.values == nullptr) state.values = std::make_unique<DistinctWindow>();
      state.values->add(value, time, span);
      return state.values->count();
    }
    if (state.sequence == nullptr) state.sequence = std::make_unique<SequenceWindow>();
    const bool ordered = correlation.type == CorrelationType::TemporalOrdered;
    state.sequence->add(event.which, time, span, correlation.positions,
                        ordered ? SequenceWindow::kTimesMax : 1);
    const Time newest = state.window.newest();
    return ordered ? state.sequence->chained(newest, span) : state.sequence->matched(newest, span);
  }

  void observe_one(GroupState& group, GroupIndex index, const Pending& event,
                   const EventBatch& batch, const Event& source, Time time, std::uint64_t weight,
                   std::size_t& place, std::vector<Hit>& hits) {
    const Correlation& correlation = correlations.all[event.correlation];
    if (event.chained && weight == 0) weight = 1;
    if (weight == 0 && correlation.type == CorrelationType::EventCount) return;
    std::uint64_t value = 0;
    if (correlation.type == CorrelationType::ValueCount) {
      const auto found = counted_value(correlation, batch, source);
      if (!found) return;
      value = *found;
    }
    State& state = state_in(group, event.correlation, place);
    group.dirty = true;
    const bool left_out = put_off(correlation, state, event, value, time, weight);
    const std::uint64_t number =
        left_out ? 0 : measure(correlation, state, event, value, time, weight);
    bytes -= std::exchange(state.heap, static_cast<std::uint32_t>(state.heap_bytes()));
    bytes += state.heap;
    if (left_out) return;
    const bool held = std::exchange(state.holding, false);
    state.holding = std::ranges::all_of(correlation.bounds,
                                        [&](const Bound& bound) { return holds(bound, number); });
    if (!state.holding || (held && weight == 0)) return;
    // Events that came while the condition did not hold join the hit; those before are in one
    // already.
    Hit hit{correlation.rule, weight, time};
    if (!held) {
      hit.count =
          std::max(state.window.count_after(state.reported), std::max<std::uint64_t>(weight, 1));
      hit.first = std::min(time, state.window.first_after(state.reported));
    }
    state.reported = state.window.newest();
    hits.push_back(hit);
    for (const Feed& feed : correlation.consumers) {
      if (feed.group == index) want(feed, true);
    }
  }

  void write(const GroupState& group, std::string& out) const {
    Writer writer(out);
    writer.u64(kVersion);
    writer.fixed64(group.group);
    writer.u64(group.states.size());
    std::string payload;
    for (const State& state : group.states) {
      payload.clear();
      Writer inner(payload);
      const Correlation& correlation = correlations.all[state.correlation];
      inner.u64(static_cast<std::uint64_t>(correlation.type));
      inner.u64(state.holding ? 1 : 0);
      inner.time(state.reported);
      state.window.write(inner);
      inner.u64((state.values ? 1u : 0u) | (state.sequence ? 2u : 0u) | (state.late ? 4u : 0u));
      if (state.values) state.values->write(inner, correlation.span);
      if (state.sequence) state.sequence->write(inner);
      if (state.late) {
        inner.time(state.late->time);
        inner.u64(state.late->which);
        inner.fixed64(state.late->value);
        inner.u64(state.late->weight);
      }
      writer.fixed64(correlation.stored_id);
      writer.bytes(payload);
    }
  }

  /// False when it is another version's, or of a correlation that has changed its kind.
  bool read(std::string_view payload, State& state) const {
    const Correlation& correlation = correlations.all[state.correlation];
    Reader in(payload);
    if (in.u64() != static_cast<std::uint64_t>(correlation.type)) return false;
    state.holding = in.u64() != 0;
    state.reported = in.time();
    if (!state.window.read(in) || state.window.empty()) return false;
    const std::uint64_t parts = in.u64();
    if ((parts & 1) != 0) {
      state.values = std::make_unique<DistinctWindow>();
      if (!state.values->read(in, correlation.span)) return false;
    }
    if ((parts & 2) != 0) {
      state.sequence = std::make_unique<SequenceWindow>();
      if (!state.sequence->read(in, correlation.positions)) return false;
    }
    if ((parts & 4) != 0) {
      state.late = std::make_unique<Late>(Late{in.time(), in.u64(), in.fixed64(), in.u64()});
    }
    return in.done();
  }

  std::shared_ptr<const RuleSet> rules;
  const Correlations& correlations;
  std::size_t bytes = 0, bytes_max;  // of the groups
  BoundedTable<GroupState> table;
  std::unordered_map<std::uint64_t, std::uint16_t> by_stored_id;
  std::vector<Pending> pending;
  std::vector<Kind> kinds =
      std::vector<Kind>(1024);  // by a hash; the next with the same takes its place
  const std::vector<Field>* counted_fields = nullptr;  // of this event, for counted_value()
  std::optional<std::uint64_t> counted;
  std::vector<std::pair<std::uint64_t, std::uint64_t>>
      forgotten;  // key and owner of evicted groups
  Time now{};     // of the event observed last
  std::uint64_t events = 0;
};

Correlator::Correlator(std::shared_ptr<const RuleSet> rules, const CorrelatorOptions& options)
    : impl_(std::make_unique<Impl>(std::move(rules), options)) {}
Correlator::~Correlator() = default;

void Correlator::observe(GroupIndex group, std::uint64_t key, std::uint64_t owner,
                         const EventBatch& batch, const Event& event,
                         std::span<const RuleIndex> matched, std::uint32_t weight,
                         std::vector<Hit>& hits) {
  Impl& self = *impl_;
  self.begin(group, matched);
  if (self.pending.empty()) return;
  self.counted_fields = nullptr;
  // A line without a time happened when the one before it did.
  const Time time = event.time == Time{} ? self.now : event.time;
  self.now = time;
  const std::uint64_t stored_id = self.correlations.groups[group].stored_id;
  GroupState& state = self.state_of(key, stored_id, owner);
  state.last_event = ++self.events;
  std::size_t place = 0;
  for (std::size_t i = 0; i < self.pending.size(); ++i) {
    const Pending one = self.pending[i];  // a chained correlation may move the list
    self.observe_one(state, group, one, batch, event, time, weight, place, hits);
  }
  self.keep_to_budget();
}

void Correlator::take_changes(std::vector<StateRow>& rows) {
  for (const auto& [key, owner] : impl_->forgotten) {
    if (impl_->table.peek(key) == nullptr) rows.push_back({StateKind::Group, key, owner, {}});
  }
  impl_->forgotten.clear();
  impl_->table.for_each([&](std::uint64_t key, GroupState& group) {
    if (!group.dirty) return;
    StateRow& row = rows.emplace_back(StateRow{StateKind::Group, key, group.owner, {}});
    impl_->write(group, row.value);
    group.dirty = false;
    group.stored = true;
  });
}

bool Correlator::restore(const StateRow& row) {
  Impl& self = *impl_;
  Reader in(row.value);
  if (row.kind != StateKind::Group || in.u64() != kVersion) return false;
  GroupState group;
  group.group = in.fixed64();
  group.owner = row.owner;
  group.stored = true;
  const std::uint64_t states = in.u64();
  if (!in.ok() || states > kStatesMax) return false;
  for (std::uint64_t i = 0; i < states; ++i) {
    const auto known = self.by_stored_id.find(in.fixed64());
    const auto payload = in.bytes();
    if (!in.ok()) return false;
    if (known == self.by_stored_id.end()) continue;
    State state;
    state.correlation = known->second;
    if (!self.read(payload, state)) continue;
    state.heap = static_cast<std::uint32_t>(state.heap_bytes());
    group.states.push_back(std::move(state));
  }
  if (!in.done() || group.states.empty()) return false;
  std::ranges::sort(group.states, {}, &State::correlation);
  self.pending.clear();
  GroupState& restored = self.state_of(row.key, group.group, row.owner);
  self.bytes += group.bytes() - restored.bytes();
  restored = std::move(group);
  self.keep_to_budget();
  return true;
}

std::size_t Correlator::groups() const {
  return impl_->table.size();
}
std::uint64_t Correlator::groups_evicted() const {
  return impl_->table.evicted();
}

}  // namespace vedette::sigma
