#include "sigma/rule_correlation.h"

#include "base/text.h"

#include <fmt/core.h>

#include <array>
#include <span>
#include <utility>

namespace vedette::sigma {
namespace {

constexpr std::size_t kRulesMax = 64;  // a set of them fits a word
constexpr std::size_t kFieldsMax = 8;
constexpr Duration kSpanMax = std::chrono::hours(24 * 366);

using Type = CorrelationType;
constexpr std::array<std::pair<std::string_view, Type>, 4> kTypes{
    {{"event_count", Type::EventCount},
     {"value_count", Type::ValueCount},
     {"temporal", Type::Temporal},
     {"temporal_ordered", Type::TemporalOrdered}}};
constexpr std::array<std::pair<std::string_view, Bound::Op>, 6> kOps{
    {{"lt", Bound::Op::Less},
     {"lte", Bound::Op::LessEqual},
     {"gt", Bound::Op::Greater},
     {"gte", Bound::Op::GreaterEqual},
     {"eq", Bound::Op::Equal},
     {"neq", Bound::Op::NotEqual}}};

class Reader {
 public:
  Reader(const YamlNode& document, const YamlNode& node, const Place& place)
      : document_(document), node_(node), place_(place) {}

  Result<CorrelationRule> read() {
    if (!node_.is_map()) return wrong(Errc::RuleSyntax, node_, "a correlation is a map");
    VD_CHECK(read_type());
    VD_TRY(rule_.rules, texts("rules", kRulesMax));
    if (rule_.rules.empty())
      return wrong(Errc::RuleMissingKey, node_, "the correlation has no rules");
    VD_TRY(rule_.group_by, texts("group-by", kFieldsMax));
    VD_CHECK(read_span());
    VD_CHECK(read_condition());
    VD_CHECK(read_aliases());
    // Both places are in use: the specification's examples have it at the top.
    for (const YamlNode* owner : {&document_, &node_}) {
      const YamlNode* generate = owner->find("generate");
      if (generate != nullptr) rule_.generate = equals_ignore_case(generate->text, "true");
    }
    return std::move(rule_);
  }

 private:
  Error wrong(Errc code, const YamlNode& at, std::string_view what) const {
    return place_.error(code, at.line, what);
  }

  Result<void> read_type() {
    const YamlNode* type = node_.find("type");
    if (type == nullptr || !type->is_scalar()) {
      return wrong(Errc::RuleMissingKey, node_, "the correlation has no type");
    }
    for (const auto& [name, value] : kTypes) {
      if (name != type->text) continue;
      rule_.type = value;
      return {};
    }
    return wrong(Errc::RuleUnsupported, *type,
                 fmt::format("correlations of type '{}' are not known", type->text));
  }

  Result<std::vector<std::string>> texts(std::string_view key, std::size_t max) {
    const YamlNode* list = node_.find(key);
    if (list == nullptr) return std::vector<std::string>{};
    return texts(key, *list, max);
  }

  Result<std::vector<std::string>> texts(std::string_view key, const YamlNode& list,
                                         std::size_t max) {
    std::vector<std::string> out;
    for (const YamlNode& item : list.is_list() ? std::span(list.items) : std::span(&list, 1)) {
      if (!item.is_scalar() || item.text.empty()) {
        return wrong(Errc::RuleValue, item, fmt::format("'{}' must be a list of names", key));
      }
      if (out.size() >= max) {
        return wrong(Errc::RuleUnsupported, item,
                     fmt::format("'{}' may have at most {} entries", key, max));
      }
      out.push_back(item.text);
    }
    return out;
  }

  Result<void> read_span() {
    const YamlNode* span = node_.find("timespan");
    if (span == nullptr || !span->is_scalar()) {
      return wrong(Errc::RuleMissingKey, node_, "the correlation has no timespan");
    }
    const std::string_view text = span->text;
    const auto number = parse_int(text.substr(0, text.empty() ? 0 : text.size() - 1));
    std::chrono::seconds unit{0};
    switch (text.empty() ? '\0' : text.back()) {
      case 's':
        unit = std::chrono::seconds(1);
        break;
      case 'm':
        unit = std::chrono::minutes(1);
        break;
      case 'h':
        unit = std::chrono::hours(1);
        break;
      case 'd':
        unit = std::chrono::hours(24);
        break;
      default:
        break;
    }
    if (!number || *number <= 0 || unit.count() == 0 || *number > kSpanMax / unit) {
      return wrong(
          Errc::RuleValue, *span,
          fmt::format("'{}' is not a timespan: a number and s, m, h or d, at most 366d", text));
    }
    rule_.span = *number * Duration(unit);
    return {};
  }

  Result<void> read_condition() {
    const YamlNode* condition = node_.find("condition");
    const bool temporal = rule_.type == Type::Temporal || rule_.type == Type::TemporalOrdered;
    if (condition == nullptr && temporal) return {};
    if (condition == nullptr) {
      return wrong(Errc::RuleMissingKey, node_, "the correlation has no condition");
    }
    if (!condition->is_map()) {
      return wrong(Errc::RuleUnsupported, *condition,
                   "the condition of a correlation is a map, for example `gte: 5`");
    }
    for (std::size_t i = 0; i < condition->keys.size(); ++i) {
      const std::string& key = condition->keys[i];
      const YamlNode& value = condition->items[i];
      if (key == "field") {
        VD_TRY(rule_.values, texts(key, value, kFieldsMax));
        continue;
      }
      VD_CHECK(read_bound(key, value));
    }
    if (rule_.bounds.empty()) {
      return wrong(Errc::RuleMissingKey, *condition,
                   "the condition needs one of gte gt lte lt eq neq");
    }
    if (rule_.type == Type::ValueCount && rule_.values.empty()) {
      return wrong(Errc::RuleMissingKey, *condition, "value_count needs `field` in its condition");
    }
    return {};
  }

  Result<void> read_bound(std::string_view key, const YamlNode& value) {
    for (const auto& [name, op] : kOps) {
      if (name != key) continue;
      const auto number = parse_int<std::uint64_t>(value.text);
      if (!number) {
        return wrong(Errc::RuleValue, value, fmt::format("'{}' is not a count", value.text));
      }
      rule_.bounds.push_back({op, *number});
      return {};
    }
    return wrong(Errc::RuleUnsupported, value,
                 fmt::format("'{}' is not known in a correlation's condition", key));
  }

  Result<void> read_aliases() {
    const YamlNode* aliases = node_.find("aliases");
    if (aliases == nullptr) return {};
    for (std::size_t i = 0; i < aliases->keys.size(); ++i) {
      const YamlNode& fields = aliases->items[i];
      auto& [name, pairs] = rule_.aliases.emplace_back();
      name = aliases->keys[i];
      for (std::size_t k = 0; k < fields.keys.size(); ++k) {
        if (!fields.items[k].is_scalar()) {
          return wrong(Errc::RuleValue, fields.items[k], "an alias names one field for each rule");
        }
        pairs.emplace_back(fields.keys[k], fields.items[k].text);
      }
      if (pairs.empty()) {
        return wrong(Errc::RuleValue, fields, fmt::format("the alias '{}' names no field", name));
      }
    }
    return {};
  }

  const YamlNode& document_;
  const YamlNode& node_;
  const Place& place_;
  CorrelationRule rule_;
};

}  // namespace

Result<CorrelationRule> parse_correlation(const YamlNode& document, const Place& place) {
  return Reader(document, *document.find("correlation"), place).read();
}

}  // namespace vedette::sigma
