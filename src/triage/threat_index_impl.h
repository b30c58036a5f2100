// The inside of ThreatIndex, for its two files: threat_index.cpp changes it, threat_index_page.cpp
// answers queries.
#pragma once

#include "base/ordered_set.h"
#include "base/place_table.h"
#include "triage/labels.h"
#include "triage/threat_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace vedette::triage {

/// A threat in one of the orders; the larger comes first. Ties are the smaller hash first, as
/// SQLite, which knows signed numbers only, sorts them.
struct Key {
  std::int64_t order;
  std::int64_t tie;
  std::uint32_t place;

  bool operator<(const Key& other) const {
    return order != other.order ? order < other.order : tie < other.tie;
  }
};

inline std::int64_t tie_of(std::uint64_t hash) {
  return ~static_cast<std::int64_t>(hash);
}
inline std::int64_t order_of(Time time) {
  return time.time_since_epoch().count();
}
/// In the order of the numbers themselves (IEEE 754 bits are, but for the sign).
inline std::int64_t order_of(double heat) {
  const auto bits = std::bit_cast<std::int64_t>(heat + 0.0);
  return bits < 0 ? bits ^ std::numeric_limits<std::int64_t>::max() : bits;
}
inline std::int64_t order_of(Sort sort, const RankKey& key) {
  return sort == Sort::LastSeen ? order_of(key.last_seen) : order_of(key.heat);
}

inline std::size_t part_of(Level severity, Status status) {
  return static_cast<std::size_t>(severity) * kStatuses + static_cast<std::size_t>(status);
}

/// A head, with its texts as labels.
struct Record {
  std::uint64_t hash = 0;
  double heat = kNoHeat;
  Time first_seen, last_seen, touched;
  std::int64_t touched_order = 0;  // under which it stands in by_touched: not above `touched`
  std::uint64_t events = 0;
  std::string entity_value;
  std::vector<LabelId> labels;         // title, rules, techniques, then those of the workflow
  std::unique_ptr<Workflow> workflow;  // null: a plain one
  std::uint32_t days = 0;
  std::uint16_t rules = 0, techniques = 0;  // how many of the labels
  EntityType entity_type = EntityType::SourceIp;
  Level severity = Level::Informational;
  Status status = Status::New;
  Tier tier = Tier::Working;

  std::size_t part() const { return part_of(severity, status); }
  bool has(LabelId label) const {
    return std::find(labels.begin(), labels.end(), label) != labels.end();
  }
  RankKey rank_key() const {
    return {.heat = heat, .last_seen = last_seen, .entity_hash = hash, .severity = severity};
  }
};

inline constexpr std::size_t kParts = kLevels * kStatuses;

/// Walks one part in one direction.
class Walk;

struct ThreatIndex::Impl {
  using Set = OrderedSet<Key>;

  std::vector<Record> records;
  std::vector<std::uint32_t> free_places;
  PlaceTable place_of;
  std::array<Set, kParts> by_heat, by_last_seen;
  Set by_touched;  // behind the times: a threat that is touched stays where it is until it is seen
  Labels labels;

  std::size_t size() const { return records.size() - free_places.size(); }
  std::uint32_t new_place();
  void enter(std::uint32_t place);
  void leave(std::uint32_t place);
  /// From where the record stands in the orders to where the head will: only what changes.
  void move(std::uint32_t place, const ThreatHead& head);
  bool has_labels_of(const Record& record, const ThreatHead& head) const;
  void relabel(std::uint32_t place, const ThreatHead& head);
  ThreatHead head_of(const Record& record) const;

  /// The labels a query asks for; nothing if there is one that no threat has.
  std::optional<std::vector<LabelId>> labels_wanted(const ThreatQuery& query) const;
  bool matches(const ThreatQuery& query, const std::vector<LabelId>& wanted,
               const Record& record) const;
  /// A page, before anything of it is copied.
  struct Found {
    std::vector<const Record*> records;
    std::optional<RankKey> next;
  };
  Found find(const ThreatQuery& query, const std::optional<RankKey>& after,
             std::size_t limit) const;
  Found find_rare(const ThreatQuery& query, const std::vector<LabelId>& wanted, LabelId rarest,
                  const std::optional<RankKey>& after, std::size_t limit) const;
  Found find_walking(const ThreatQuery& query, const std::vector<LabelId>& wanted,
                     const std::optional<RankKey>& after, std::size_t limit) const;
  std::vector<Walk> walks(const ThreatQuery& query, std::optional<std::size_t> severity,
                          const std::optional<Key>& after) const;
};

}  // namespace vedette::triage
