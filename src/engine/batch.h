// What travels through the engine: one batch object goes from the reader to a worker, from there to
// every lane, and back to the pool when the last lane is done with it. Nobody copies lines or
// events.
#pragma once

#include "anomaly/activity.h"
#include "anomaly/detector.h"
#include "model/commit.h"
#include "model/entity.h"
#include "model/event.h"
#include "model/ledger.h"
#include "model/raw_batch.h"
#include "model/rule.h"
#include "sigma/rule_set.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace vedette::engine {

/// One event as one entity's lane must see it.
struct Observation {
  EntityRef entity;
  sigma::GroupMask groups = 0;  ///< groups of this entity that the matched rules feed
  std::uint32_t event = 0;
  std::uint32_t match_begin = 0;  ///< the event's matches in Batch::matches
  std::uint32_t key_begin = 0;    ///< its keys in Batch::keys, one for each of the groups
  std::uint16_t match_count = 0;
  bool primary = false;  ///< findings about the event itself go to this entity
};

/// An event as far as it tells how entities behave.
struct Behaviour {
  /// Made in its place: copying what was only just written would wait for it.
  Behaviour(const EventBatch& events, std::uint32_t which, const Entities& entities,
            anomaly::PathShapes& paths)
      : activity(anomaly::activity_of(events, events.events()[which], entities, paths)),
        event(which) {}

  anomaly::Activity activity;
  std::uint32_t event = 0;
};

/// A cut through the stream (Chandy and Lamport's marker): everything before it belongs to the
/// commit.
struct Barrier {
  std::uint64_t id = 0;
  std::vector<SourcePosition> positions;
  bool last = false;  ///< nothing comes after
};

struct Batch {
  Batch(std::size_t raw_bytes, const FieldSet& wanted, std::size_t lanes)
      : raw(raw_bytes), events(wanted), for_lane(lanes), seen_by_lane(lanes) {}

  RawBatch raw;
  EventBatch events;
  std::vector<RuleIndex> matches;   ///< of one event after the other
  std::vector<std::uint64_t> keys;  ///< in their groups, of one observation after the other
  std::vector<std::vector<Observation>> for_lane;
  std::vector<Behaviour> behaviours;  ///< by event
  /// Who took part in them, by event: for each lane those it owns.
  std::vector<std::vector<anomaly::Sighting>> seen_by_lane;
  std::vector<std::pair<SourceIndex, LedgerLine>> ledger;  ///< what this batch adds
  Time read_at;                                            ///< nothing in it can be younger
  std::optional<Barrier> barrier;                          ///< stands behind the batch's content
  Time latest;                                             ///< of the events in it
  Time first_said = Time::max(), last_said = Time::min();  ///< what its lines say, right or wrong
  // Counts the lanes that still read the batch. The last decrement must see the others' reads done
  // before the batch is filled again, so it is acquire-release.
  std::atomic<std::uint32_t> lanes_left{0};

  void clear() {
    raw.clear();
    events.clear();
    matches.clear();
    keys.clear();
    for (auto& observations : for_lane) observations.clear();
    behaviours.clear();
    for (auto& sightings : seen_by_lane) sightings.clear();
    ledger.clear();
    barrier.reset();
    latest = Time{};
    first_said = Time::max();
    last_said = Time::min();
  }
};
using BatchPtr = std::unique_ptr<Batch>;

}  // namespace vedette::engine
