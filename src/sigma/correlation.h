// Compiled correlations: which rules feed them, in which groups, and what makes a hit. Filled while
// a RuleSet is loaded, frozen after. Only sigma/ includes this.
#pragma once

#include "base/time.h"
#include "model/event.h"
#include "model/rule.h"
#include "sigma/index.h"
#include "sigma/rule.h"
#include "sigma/rule_set.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace vedette::sigma {

/// A match of a rule is one for `correlation`, as the rule at `position` in its list.
struct Feed {
  GroupIndex group = 0;  ///< only when the event is observed in this group
  std::uint16_t correlation = 0;
  std::uint8_t position = 0;
};

struct Correlation {
  RuleIndex rule = 0;
  CorrelationType type = CorrelationType::EventCount;
  Duration span{};
  std::vector<Bound> bounds;
  std::vector<Field> values;    ///< value_count
  std::uint8_t positions = 0;   ///< rules in its list
  std::uint64_t stored_id = 0;  ///< hash of the rule's id: names its state
  std::vector<Feed> consumers;  ///< correlations that it feeds in turn
};

/// A GroupBy and what it is to the correlator.
struct Group {
  GroupBy by;
  Field only_without = Field::kCount;  ///< no key for events that have this field
  /// Names its state, the same after a reload. Groups that differ only by aliases share one.
  std::uint64_t stored_id = 0;
};

struct Correlations {
  std::vector<Correlation> all;  ///< a correlation stands after those that feed it
  std::vector<Group> groups;
  std::vector<GroupBy> group_bys;     ///< of `groups`, for RuleSet::groups()
  std::vector<GroupMask> groups_fed;  ///< by rule
  Lists<Feed> feeds;                  ///< by rule
};

std::optional<std::uint64_t> key_of(const Group& group, const EntityRef& entity,
                                    const EventBatch& batch, const Event& event);
/// The hash of the event's first value of the field; an IPv6 address counts as its /64.
std::optional<std::uint64_t> value_hash(const EventBatch& batch, const Event& event, Field field);

}  // namespace vedette::sigma
