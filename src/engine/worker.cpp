#include "engine/worker.h"

#include "base/hash.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace vedette::engine {

Worker::Worker(const FieldTable& fields, std::shared_ptr<const sigma::RuleSet> rules,
               std::size_t lanes, bool behaviours, Stats& stats)
    : decoder_(fields),
      matcher_(rules),
      rules_(std::move(rules)),
      lanes_(lanes),
      behaviours_(behaviours),
      stats_(stats) {
  const auto groups = rules_->groups();
  for (std::size_t g = 0; g < groups.size(); ++g) {
    groups_of_type_[static_cast<std::size_t>(groups[g].entity)] |= sigma::GroupMask{1} << g;
  }
}

void Worker::process(Batch& batch) {
  StageClock clock(stats_);
  decode(batch);
  mend_future_times(batch);
  clock.ended(Stage::Decode);
  found_.clear();
  matcher_.match(batch.events, found_);
  Stats::add(stats_.matches, found_.size());
  clock.ended(Stage::Match);
  route(batch);
  clock.ended(Stage::Route);
}

void Worker::decode(Batch& batch) {
  const auto chunks = batch.raw.chunks();
  for (std::uint32_t c = 0; c < chunks.size(); ++c) {
    const Chunk& chunk = chunks[c];
    LedgerLine ledger;
    ledger.bytes = chunk.end - chunk.begin;
    ledger.truncated = chunk.truncated;
    decode::LineContext context{.offset = chunk.offset, .chunk = c, .written_by = chunk.written_by};
    std::string_view rest = batch.raw.bytes(chunk);
    while (!rest.empty()) {
      const void* end = std::memchr(rest.data(), '\n', rest.size());
      const std::size_t size =
          end == nullptr ? rest.size()
                         : static_cast<std::size_t>(static_cast<const char*>(end) - rest.data());
      ++ledger.received;
      switch (decoder_.decode(rest.substr(0, size), context, batch.events)) {
        case decode::Decoded::Unknown:
          ++ledger.undecoded;
          [[fallthrough]];
        case decode::Decoded::Event:
          ++ledger.processed;
          ledger.repeats += batch.events.events().back().repeats - 1;
          break;
        case decode::Decoded::Empty:
          ++ledger.discarded[static_cast<std::size_t>(Discard::FilteredEmpty)];
          break;
        case decode::Decoded::Hole:
          ++ledger.discarded[static_cast<std::size_t>(Discard::FilteredHole)];
          break;
      }
      const std::size_t taken = size + (end == nullptr ? 0 : 1);
      rest.remove_prefix(taken);
      context.offset += taken;
    }
    Stats::add(stats_.bytes, ledger.bytes);
    Stats::add(stats_.lines, ledger.received);
    Stats::add(stats_.events, ledger.processed + ledger.repeats);
    Stats::add(stats_.undecoded, ledger.undecoded);
    Stats::add(stats_.truncated, ledger.truncated);
    Stats::add(stats_.filtered, ledger.received - ledger.processed);
    batch.ledger.emplace_back(chunk.source, ledger);
  }
}

/// A clock that was wrong for a moment must not carry windows and ranks into a future that every
/// later event would be too old for. Such an event gets the time of the one before it.
void Worker::mend_future_times(Batch& batch) const {
  const Time limit = batch.read_at + std::chrono::hours(24);
  Time before = batch.read_at;
  for (Event& event : batch.events.mutable_events()) {
    if (event.time != Time{}) {
      batch.first_said = std::min(batch.first_said, event.time);
      batch.last_said = std::max(batch.last_said, event.time);
    }
    if (event.time > limit) event.time = before;
    before = event.time;
  }
}

void Worker::route(Batch& batch) {
  std::size_t match = 0;
  const auto events = batch.events.events();
  for (std::uint32_t e = 0; e < events.size(); ++e) {
    const auto begin = static_cast<std::uint32_t>(batch.matches.size());
    batch.latest = std::max(batch.latest, events[e].time);
    for (; match < found_.size() && found_[match].event == e; ++match) {
      batch.matches.push_back(found_[match].rule);
    }
    // What nobody has a word for and no rule wants is no one's business.
    if (events[e].action != Action::None || begin != batch.matches.size()) {
      const Entities entities(batch.events, events[e]);
      route_event(batch, e, begin, entities);
      if (behaviours_ && events[e].action != Action::None) tell_behaviour(batch, e, entities);
    }
  }
}

/// The groups of the observation are those in which the event has a key.
void Worker::take_keys(Batch& batch, const Event& event, sigma::GroupMask groups,
                       Observation& observation) const {
  observation.key_begin = static_cast<std::uint32_t>(batch.keys.size());
  observation.groups = 0;
  for (; groups != 0; groups &= groups - 1) {
    const auto group = static_cast<sigma::GroupIndex>(std::countr_zero(groups));
    const auto key = rules_->group_key(group, observation.entity, batch.events, event);
    if (!key) continue;
    batch.keys.push_back(*key);
    observation.groups |= sigma::GroupMask{1} << group;
  }
}

void Worker::route_event(Batch& batch, std::uint32_t event_index, std::uint32_t match_begin,
                         const Entities& entities) {
  const Event& event = batch.events.events()[event_index];
  Observation observation;
  observation.event = event_index;
  observation.match_begin = match_begin;
  observation.match_count = static_cast<std::uint16_t>(batch.matches.size() - match_begin);
  sigma::GroupMask fed = 0;
  for (std::size_t m = match_begin; m < batch.matches.size(); ++m) {
    fed |= rules_->groups_fed_by(batch.matches[m]);
  }
  bool primary = true;  // the first entity found is the one the event is about
  for (std::size_t type = 0; type < kEntityTypes; ++type) {
    const sigma::GroupMask groups = fed & groups_of_type_[type];
    if (!primary && groups == 0) continue;
    const auto& entity = entities.of(static_cast<EntityType>(type));
    if (!entity) continue;
    observation.entity = *entity;
    take_keys(batch, event, groups, observation);
    observation.primary = primary;
    batch.for_lane[entity->hash % lanes_].push_back(observation);
    primary = false;
  }
}

void Worker::tell_behaviour(Batch& batch, std::uint32_t event_index, const Entities& entities) {
  const Event& event = batch.events.events()[event_index];
  const auto activity = static_cast<std::uint32_t>(batch.behaviours.size());
  batch.behaviours.emplace_back(batch.events, event_index, entities, paths_);
  const auto seen = [&](anomaly::Kind kind, std::uint64_t entity, std::uint64_t owner) {
    batch.seen_by_lane[owner % lanes_].push_back({entity, owner, activity, kind});
  };
  const auto& source = entities.of(EntityType::SourceIp);
  const auto& named = source ? source : entities.of(EntityType::SourceAddress);
  if (named) seen(anomaly::Kind::Source, named->hash, named->hash);
  if (const auto& network = entities.of(EntityType::SourceNetwork)) {
    seen(anomaly::Kind::Network, network->hash, network->hash);
  }
  const auto& user = entities.of(EntityType::User);
  // Whom a honeypot lets in is nobody's account.
  if (user && event.dataset != Dataset::Cowrie) seen(anomaly::Kind::User, user->hash, user->hash);
  if (const auto& host = entities.of(EntityType::Host)) {
    seen(anomaly::Kind::Host, host->hash, host->hash);
  }
  // A session goes where its source's threat is.
  const std::string_view session = batch.events.text(event, Field::SessionId);
  if (named && !session.empty()) {
    seen(anomaly::Kind::Session, hash64(session, named->hash), named->hash);
  }
}

}  // namespace vedette::engine
