#include "triage/triage.h"

#include "base/assert.h"
#include "base/block_filter.h"
#include "base/bounded_table.h"
#include "base/text.h"
#include "triage/attempts.h"
#include "triage/findings.h"
#include "triage/memory.h"
#include "triage/score.h"
#include "triage/timeline.h"

#include <algorithm>
#include <unordered_map>

namespace vedette::triage {
namespace {

constexpr std::size_t kTimelineMin = 16;
constexpr std::size_t kBytesPerAnomaly = 1024;  // roughly: five reasons and a vector
/// Entities with threats that are spared for one newcomer. Below what BoundedTable allows: it must
/// never let one go that was not forgotten properly.
constexpr int kRefusalsMax = 32;
/// Of a lane's entities with threats outside of memory. Of more, a question to the store now and
/// then is for nothing.
constexpr std::size_t kForgottenMax = 500'000;

/// A threat in memory.
struct Held {
  Threat threat;
  std::uint64_t touched = 0;  // the later, the larger
  std::size_t bytes = 0;      // as of the last time its changes were taken
  bool changed = false;
};

/// What the threat takes up, roughly: what its owner can make grow.
std::size_t bytes_of(const Threat& threat) {
  std::size_t sum = sizeof(Held) + threat.entity_value.capacity() +
                    threat.findings.capacity() * sizeof(Finding) +
                    threat.timeline.capacity() * sizeof(TimelineEntry);
  for (const TimelineEntry& entry : threat.timeline) sum += entry.detail.capacity();
  for (const Finding& finding : threat.findings) {
    sum += finding.evidence.capacity() * sizeof(finding.evidence[0]);
    // A line that several findings have is counted once among them.
    for (const auto& line : finding.evidence) {
      std::size_t whole = sizeof(Evidence) + line->line.capacity();
      if (line->anomaly != nullptr) whole += kBytesPerAnomaly;
      sum += whole / static_cast<std::size_t>(line.use_count());
    }
  }
  return sum;
}

bool is_refused_request(const EventBatch& batch, const Event& event) {
  const Value* status = batch.find(event, Field::HttpStatus);
  if (status == nullptr || status->type != ValueType::Integer)
    return event.outcome == Outcome::Failure;
  return status->integer >= 400;
}

/// What the event adds to the counts of the entity.
Counter counter_of(const EntityRef& entity, const Event& event) {
  const Counter counter = describe(event.action).counter;
  if (counter != Counter::AuthenticationFailure || event.outcome != Outcome::Unknown)
    return counter;
  // The decoder says that this alone is no failure. PAM's lines tell of sshd's failures all the
  // same, but only where sshd's own lines go, too: to the source.
  const bool is_source =
      entity.type == EntityType::SourceIp || entity.type == EntityType::SourceAddress;
  return event.action == Action::PamAuthenticationFailure && is_source ? counter : Counter::None;
}

/// How often it happened, as far as the event alone can tell.
std::uint32_t times_of(const Event& event, Counter counter) {
  const bool no_failure =
      counter == Counter::None && describe(event.action).counter == Counter::AuthenticationFailure;
  return no_failure ? 0 : event.repeats;
}

}  // namespace

FieldSet fields_read() {
  FieldSet fields = fields_of_details();
  for (const Field field :
       {Field::HttpStatus, Field::ProcessPid, Field::HostName, Field::ServiceType}) {
    fields.set(index(field));
  }
  return fields;
}

struct Triage::Impl {
  Impl(const TriageOptions& given, Load load_threat)
      : options(given), load(std::move(load_threat)), entities(given.entities_max) {
    options.timeline_max = std::max(options.timeline_max, kTimelineMin);
  }

  TriageOptions options;
  Load load;
  BoundedTable<Memory> entities;
  std::vector<std::unique_ptr<Held>> held;  // by place; null: free
  std::vector<std::uint32_t> free_places;
  std::unordered_map<std::uint64_t, std::uint32_t> place_of;  // by entity hash
  std::vector<std::uint64_t> changed_entities;
  std::vector<std::uint32_t> changed_threats;
  /// Evidence of this batch, without its text so far.
  std::vector<std::pair<std::shared_ptr<Evidence>, std::string_view>> new_lines;
  std::vector<StateRow> last_rows;  // of entities evicted since the last take
  std::uint64_t touches = 0;
  std::size_t held_bytes = 0;
  /// Entities with threats that left memory: only of these an unknown entity may have one.
  std::unique_ptr<BlockFilter> forgotten_threats;  // made when the first one leaves

  // Entities.
  Memory& memory_of(std::uint64_t hash) {
    if (Memory* known = entities.find(hash)) return *known;
    return add_entity(hash);
  }
  Memory& add_entity(std::uint64_t hash);
  Memory& insert_entity(std::uint64_t hash);
  void forget(std::uint64_t hash, Memory& memory);
  void remember_forgotten(std::uint64_t hash) {
    if (!forgotten_threats) forgotten_threats = std::make_unique<BlockFilter>(kForgottenMax);
    forgotten_threats->add(hash);
  }
  void mark(std::uint64_t hash, Memory& memory) {
    if (memory.changed || !options.keep_state) return;
    memory.changed = true;
    changed_entities.push_back(hash);
  }

  // Threats.
  std::uint32_t hold(Threat threat);
  /// The threat of an entity that has one, from the store if need be; nullptr if it is nowhere.
  Held* threat_of(std::uint64_t hash, Memory& memory);
  void touch(Held& one, std::uint32_t place) {
    one.touched = ++touches;
    if (one.changed) return;
    one.changed = true;
    changed_threats.push_back(place);
  }
  void release(std::uint32_t place);

  /// Brings `bytes` up to date.
  void measure(Held& one) {
    held_bytes -= one.bytes;
    one.bytes = bytes_of(one.threat);
    held_bytes += one.bytes;
  }
  std::vector<std::uint32_t> excess(bool unchanged) const;
  void take_threat(Held& one, Commit& commit);

  std::uint32_t observe(const EntityRef& entity, const EventBatch& batch, const Event& event);
  void take_entities(Commit& commit);
};

/// An entity that leaves memory: what must be written so that the store is not left with what was
/// true before.
void Triage::Impl::forget(std::uint64_t hash, Memory& memory) {
  if (memory.is_threat) {
    remember_forgotten(hash);
    // Its row stays in the store and tells the next process that there is a threat.
    if (memory.changed) last_rows.push_back({StateKind::Entity, hash, hash, memory.encode()});
  } else if (memory.has_row) {
    last_rows.push_back({StateKind::Entity, hash, hash, {}});
  }
}

Memory& Triage::Impl::insert_entity(std::uint64_t hash) {
  // Entities with threats are worth more than their use shows; but a table full of them must not
  // make every newcomer walk through all.
  int refusals_left = kRefusalsMax;
  return entities.insert(hash, [&](std::uint64_t candidate, Memory& memory) {
    if (memory.is_threat && refusals_left-- > 0) return false;
    forget(candidate, memory);
    return true;
  });
}

Memory& Triage::Impl::add_entity(std::uint64_t hash) {
  Memory& memory = insert_entity(hash);
  if (const auto found = place_of.find(hash); found != place_of.end()) {
    memory.held = found->second;
    memory.is_threat = true;
  } else if (forgotten_threats != nullptr && forgotten_threats->may_contain(hash)) {
    memory.is_threat = true;
    threat_of(hash, memory);  // takes the mark away again if there is none
  }
  mark(hash, memory);
  return memory;
}

std::uint32_t Triage::Impl::hold(Threat threat) {
  std::uint32_t place;
  if (free_places.empty()) {
    place = static_cast<std::uint32_t>(held.size());
    held.emplace_back();
  } else {
    place = free_places.back();
    free_places.pop_back();
  }
  place_of.emplace(threat.entity_hash, place);
  held[place] = std::make_unique<Held>();
  held[place]->threat = std::move(threat);
  held[place]->bytes = bytes_of(held[place]->threat);
  held_bytes += held[place]->bytes;
  return place;
}

Held* Triage::Impl::threat_of(std::uint64_t hash, Memory& memory) {
  if (memory.held != Memory::kNotHeld) return held[memory.held].get();
  std::optional<Threat> stored = load ? load(hash) : std::nullopt;
  if (!stored) {
    memory.is_threat = false;
    mark(hash, memory);
    return nullptr;
  }
  stored->entity_hash = hash;  // the key it came by, whatever the bytes say
  memory.held = hold(std::move(*stored));
  return held[memory.held].get();
}

void Triage::Impl::release(std::uint32_t place) {
  const std::uint64_t hash = held[place]->threat.entity_hash;
  if (Memory* memory = entities.peek(hash)) memory->held = Memory::kNotHeld;
  held_bytes -= held[place]->bytes;
  held[place].reset();
  place_of.erase(hash);
  free_places.push_back(place);
}

std::uint32_t Triage::Impl::observe(const EntityRef& entity, const EventBatch& batch,
                                    const Event& event) {
  const Counter counter = counter_of(entity, event);
  Memory* memory = entities.find(entity.hash);
  if (memory == nullptr) {
    if (counter == Counter::None && !place_of.contains(entity.hash))
      return times_of(event, counter);
    memory = &add_entity(entity.hash);
  }
  std::uint32_t times = times_of(event, counter);
  if (counter == Counter::AuthenticationFailure) {
    if (const auto attempt = attempt_of(batch, event)) {
      times = memory->attempts.add(*attempt, event.time, event.repeats);
      mark(entity.hash, *memory);
    }
  }
  const bool refused = counter == Counter::HttpRequest && is_refused_request(batch, event);
  Held* one = memory->is_threat ? threat_of(entity.hash, *memory) : nullptr;
  if (one != nullptr) {
    touch(*one, memory->held);
    Threat& threat = one->threat;
    if (counter != Counter::None) {
      threat.counts[static_cast<std::size_t>(counter)] += times;
      if (counter == Counter::HoneypotSessionEnd) count_unseen_session(threat.counts);
      widen(threat.first_seen, threat.last_seen, event.time);
      threat.days.note(event.time);
    }
    if (refused) threat.counts[static_cast<std::size_t>(Counter::HttpError)] += times;
    if (event.action != Action::None) {
      note(threat, {event.time, event.action, event.repeats, detail_of(batch, event)},
           options.timeline_max);
    }
  } else if (counter != Counter::None) {
    memory->seen(event.time);
    memory->count(counter, times);
    if (refused) memory->count(Counter::HttpError, times);
    memory->note(event.action, event.time, event.repeats);
    mark(entity.hash, *memory);
  }
  return times;
}

void Triage::Impl::take_entities(Commit& commit) {
  // Of the evicted first: the same entity may have come back since.
  std::move(last_rows.begin(), last_rows.end(), std::back_inserter(commit.state));
  last_rows.clear();
  for (const std::uint64_t hash : changed_entities) {
    Memory* memory = entities.peek(hash);
    if (memory == nullptr || !memory->changed) continue;  // evicted meanwhile
    memory->changed = false;
    memory->has_row = true;
    commit.state.push_back({StateKind::Entity, hash, hash, memory->encode()});
  }
  changed_entities.clear();
}

Triage::Triage(const TriageOptions& options, Load load)
    : impl_(std::make_unique<Impl>(options, std::move(load))) {}

Triage::~Triage() = default;

std::uint32_t Triage::observe(const EntityRef& entity, const EventBatch& batch,
                              const Event& event) {
  return impl_->observe(entity, batch, event);
}

void Triage::add(const EntityRef& entity, std::span<const Statement> statements,
                 const EventBatch& batch, const Event& event,
                 const std::shared_ptr<const std::string>& source,
                 const std::shared_ptr<const Anomaly>& anomaly) {
  Impl& impl = *impl_;
  Memory& memory = impl.memory_of(entity.hash);
  Held* one = memory.is_threat ? impl.threat_of(entity.hash, memory) : nullptr;
  if (one == nullptr) {
    Threat threat;
    threat.id = threat_id(entity.hash);
    threat.entity_type = entity.type;
    threat.entity_value = entity_value(entity);
    threat.entity_hash = entity.hash;
    memory.move_to(threat, batch, event, impl.options.timeline_max);
    memory.held = impl.hold(std::move(threat));
    memory.is_threat = true;
    impl.mark(entity.hash, memory);
    one = impl.held[memory.held].get();
  }
  impl.touch(*one, memory.held);
  auto& line =
      impl.new_lines
          .emplace_back(
              std::make_shared<Evidence>(Evidence{{}, source, event.offset, event.time, anomaly}),
              event.raw)
          .first;
  for (const Statement& statement : statements) {
    add_statement(one->threat, statement, line, impl.options.evidence_max);
    widen(one->threat.first_seen, one->threat.last_seen, statement.first);
  }
  widen(one->threat.first_seen, one->threat.last_seen, event.time);
  one->threat.days.note(event.time);
}

/// The places of the threats that are too many, those touched longest ago. `unchanged`: only of
/// those that are in the store as they are.
std::vector<std::uint32_t> Triage::Impl::excess(bool unchanged) const {
  std::size_t count = place_of.size(), bytes = held_bytes;
  const auto over = [&] {
    return count > options.threats_max || bytes > options.threats_bytes_max;
  };
  std::vector<std::uint32_t> places;
  if (!over()) return places;
  for (std::uint32_t place = 0; place < held.size(); ++place) {
    if (held[place] != nullptr && !(unchanged && held[place]->changed)) places.push_back(place);
  }
  std::ranges::sort(places, {}, [&](std::uint32_t place) { return held[place]->touched; });
  std::size_t some = 0;
  for (; some < places.size() && over(); ++some) {
    --count;
    bytes -= held[places[some]]->bytes;
  }
  places.resize(some);
  return places;
}

void Triage::Impl::take_threat(Held& one, Commit& commit) {
  one.changed = false;
  one.threat.heat = heat(one.threat.findings);
  one.threat.severity = severity(one.threat.findings);
  measure(one);
  commit.threats.push_back(one.threat);
}

void Triage::end_batch() {
  for (auto& [line, text] : impl_->new_lines) {
    if (line.use_count() > 1) line->line = clip_utf8(text, kEvidenceBytesMax);
  }
  impl_->new_lines.clear();
}

void Triage::take_changes(Commit& commit, bool last) {
  Impl& impl = *impl_;
  VD_ASSERT(impl.new_lines.empty());
  if (impl.options.keep_state || last) {
    commit.threats.reserve(commit.threats.size() + impl.changed_threats.size());
    for (const std::uint32_t place : impl.changed_threats) {
      impl.take_threat(*impl.held[place], commit);
    }
    impl.changed_threats.clear();
  } else {
    for (const std::uint32_t place : impl.changed_threats) impl.measure(*impl.held[place]);
    for (const std::uint32_t place : impl.excess(false)) {
      if (impl.held[place]->changed) impl.take_threat(*impl.held[place], commit);
    }
    std::erase_if(impl.changed_threats,
                  [&](std::uint32_t place) { return !impl.held[place]->changed; });
  }
  if (impl.options.keep_state) impl.take_entities(commit);
}

void Triage::committed() {
  for (const std::uint32_t place : impl_->excess(true)) impl_->release(place);
}

bool Triage::restore(const StateRow& row) {
  Impl& impl = *impl_;
  if (row.kind != StateKind::Entity || impl.entities.find(row.key) != nullptr) return false;
  Memory restored;
  if (!restored.decode(row.value)) {
    impl.remember_forgotten(row.key);  // it may have one
    return false;
  }
  Memory& memory = impl.insert_entity(row.key);
  memory = restored;
  memory.has_row = true;
  return true;
}

std::size_t Triage::entities() const {
  return impl_->entities.size();
}
std::uint64_t Triage::entities_evicted() const {
  return impl_->entities.evicted();
}
std::size_t Triage::threats() const {
  return impl_->place_of.size();
}

}  // namespace vedette::triage
