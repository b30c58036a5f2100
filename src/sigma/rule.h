// A Sigma document as it is written: a rule or a correlation, checked for its form but not for what
// it refers to. Between the YAML tree and the compiled rules.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "base/yaml.h"
#include "model/rule.h"
#include "sigma/condition.h"
#include "sigma/logsource.h"
#include "sigma/pattern.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::sigma {

/// A named part of `detection`: any alternative, and of it every item.
struct Selection {
  std::vector<std::vector<Item>> alternatives;
};

struct DetectionRule {
  LogSource source;
  std::vector<Selection> selections;
  Condition condition;
};

enum class CorrelationType : std::uint8_t { EventCount, ValueCount, Temporal, TemporalOrdered };

/// `condition:` of a correlation: every bound must hold for the number that its type gives.
struct Bound {
  enum class Op : std::uint8_t { Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual };
  Op op = Op::GreaterEqual;
  std::uint64_t value = 0;
};

struct CorrelationRule {
  CorrelationType type = CorrelationType::EventCount;
  std::vector<std::string> rules;     ///< ids or names
  std::vector<std::string> group_by;  ///< fields or aliases
  /// alias, then for each rule (id or name) the field it stands for
  std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> aliases;
  Duration span{};
  std::vector<Bound> bounds;        ///< empty: as many as there are rules (temporal)
  std::vector<std::string> values;  ///< value_count: the field or fields
  bool generate = false;
};

struct ParsedRule {
  RuleInfo info;
  std::uint32_t line = 0;
  std::optional<DetectionRule> detection;  ///< exactly one of the two
  std::optional<CorrelationRule> correlation;
};

/// The error's detail begins with `path`:line.
Result<ParsedRule> parse_rule(std::string_view path, const YamlNode& document);

}  // namespace vedette::sigma
