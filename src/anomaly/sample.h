// A sample of what is usual: feature vectors of entities, at most one for each hour of each entity,
// the newer the likelier to be kept. A bottom-k sample with forward decay (Cormode, Shkapenyuk,
// Srivastava, Xu: Forward Decay, ICDE 2009): each vector has a priority that depends on its entity
// and hour alone, and those with the lowest stay. So which ones stay depends neither on their order
// nor on how entities are spread over lanes: the sample of all is the lowest of the lanes' samples.
#pragma once

#include "anomaly/vector.h"
#include "base/place_table.h"
#include "base/time.h"
#include "model/commit.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace vedette::anomaly {

struct Sampled {
  std::uint64_t id = 0;     ///< of the entity and hour
  std::uint64_t owner = 0;  ///< hash of the entity by which the lane is found
  double priority = 0;      ///< the lower, the longer it stays
  std::int64_t hour = 0;    ///< since 1970
  Vector vector{};
  bool changed = false;  ///< since it was last stored
};

class Sample {
 public:
  /// `kind`: so that rows of different kinds have different keys. `keep_state`: whether anybody
  /// takes changes.
  Sample(std::size_t size_max, std::uint64_t kind, bool keep_state = true)
      : size_max_(size_max), kind_(kind), keep_state_(keep_state) {}

  /// A vector of the entity in this hour; replaces an earlier one of the same hour.
  void offer(std::uint64_t entity, std::uint64_t owner, std::int64_t hour, const Vector& vector);
  /// Nothing with a priority above this will be of use: all lanes' lowest have it.
  void limit(double priority);

  std::size_t size() const { return items_.size(); }
  std::uint64_t kind() const { return kind_; }
  std::span<const Sampled> items() const { return items_; }

  /// Rows of what changed since the last time; an empty value for what has left.
  void take_changes(std::vector<StateRow>& rows);
  bool restore(const StateRow& row);
  /// The kind that a row is of, if it is of a sample at all.
  static std::optional<std::uint64_t> kind_of(const StateRow& row);

 private:
  /// Its row is to be written, or taken back if the item is not there by then.
  void mark(Sampled& item);
  void put(const Sampled& item);
  void remove_highest();

  std::size_t size_max_;
  std::uint64_t kind_;
  bool keep_state_;
  double limit_ = 1e300;
  std::vector<Sampled> items_;
  std::vector<std::pair<double, std::uint64_t>> heap_;  // priority and id, the highest first
  PlaceTable place_of_;                                 // in items_, by id
  std::vector<std::uint64_t> changed_;  // ids of what came, changed or left; some more than once
};

/// Whether it can be an hour since 1970 of a time in nanoseconds: stored ones may be anything.
inline bool is_hour(std::int64_t hour) {
  constexpr std::int64_t kMost =
      std::chrono::duration_cast<std::chrono::hours>(Time::max().time_since_epoch()).count();
  return hour >= -kMost && hour <= kMost;
}

/// ln of an exponential variate made from the id, minus the age: half as likely to stay for each
/// half-life that it is older than another.
double priority_of(std::uint64_t id, std::int64_t hour);

}  // namespace vedette::anomaly
