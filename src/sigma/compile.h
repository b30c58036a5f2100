// Compiled rules: flat arrays that matching walks without allocating. Filled while a RuleSet is
// loaded, frozen after. Only sigma/ includes this.
//
// A rule is a tree of nodes over tests. A test asks one field (of any of its values) whether one of
// several patterns holds. The index (index.h) tells which tests are true, and which rules can be,
// from one pass over an event's values.
#pragma once

#include "base/result.h"
#include "model/event.h"
#include "model/field.h"
#include "sigma/correlation.h"
#include "sigma/index.h"
#include "sigma/logsource.h"
#include "sigma/pattern.h"
#include "sigma/rule.h"
#include "sigma/rule_set.h"

#include <array>
#include <bitset>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::sigma {

/// What is asked for but is no value of an event.
inline constexpr Field kKeywords{0xFFFF};   ///< message or event.original
inline constexpr Field kOriginal{0xFFFE};   ///< event.original
inline constexpr Field kTimestamp{0xFFFD};  ///< @timestamp

/// The first fields of an event stand in its head, as enums of less than kHeadMax values.
inline constexpr std::size_t kHeadFields = 4;
inline constexpr std::size_t kHeadMax = 128;
static_assert(kActions <= kHeadMax);
static_assert(Field::EventAction == Field{0} && Field::EventCategory == Field{1} &&
              Field::EventOutcome == Field{2} && Field::EventDataset == Field{3});
using HeadMask = std::bitset<kHeadMax>;

struct Test {
  Field field = Field::kCount;
  bool indexed = false;         ///< the index says whether a pattern before `undecided` holds
  bool in_head = false;         ///< for these values of the head's enum the test holds: `head`
  std::uint32_t first = 0;      ///< of its patterns
  std::uint32_t undecided = 0;  ///< the first pattern the index knows nothing of
  std::uint32_t end = 0;
  HeadMask head;
};

struct Node {
  enum class Kind : std::uint8_t { Test, And, Or, Not };
  Kind kind = Kind::Test;
  std::uint32_t first = 0;  ///< Test: which; else its first place in `children`
  std::uint32_t count = 0;
};

struct RuleCode {
  std::uint32_t root = 0;
  DatasetMask datasets = 0;  ///< none: a correlation
};

struct RuleSet::Compiled {
  std::vector<RuleInfo> infos;  // one per rule, as are codes and fed_groups
  std::vector<RuleCode> codes;
  std::vector<Node> nodes;
  std::vector<std::uint32_t> children;  // nodes
  std::vector<Test> tests;
  std::vector<Pattern> patterns;
  /// The node that asks for the processes of a logsource, by their names: many rules share it.
  std::map<std::vector<std::string>, std::uint32_t> process_nodes;
  FieldSet fields;
  Index index;
  Correlations correlations;
};

/// Adds the rule's nodes, tests and patterns. When it fails, what was added stays without effect.
Result<RuleCode> compile(DetectionRule rule, std::string_view path, FieldTable& fields,
                         RuleSet::Compiled& out);
/// The field of a name, the special ones included; nothing when there are too many names.
std::optional<Field> field_of(std::string_view name, FieldTable& fields);

}  // namespace vedette::sigma
