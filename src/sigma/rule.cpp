#include "sigma/rule.h"

#include "base/hash.h"
#include "base/text.h"
#include "sigma/place.h"
#include "sigma/rule_correlation.h"

#include <fmt/core.h>

#include <algorithm>
#include <span>

namespace vedette::sigma {
namespace {

constexpr std::size_t kSelectionsMax = 1000;

std::string text_of(const YamlNode& document, std::string_view key) {
  const YamlNode* node = document.find(key);
  return node != nullptr && node->is_scalar() ? node->text : std::string();
}

std::vector<std::string> texts_of(const YamlNode& document, std::string_view key) {
  std::vector<std::string> texts;
  const YamlNode* node = document.find(key);
  if (node == nullptr) return texts;
  if (node->is_scalar()) texts.push_back(node->text);
  for (const YamlNode& item : node->items) {
    if (node->is_list() && item.is_scalar()) texts.push_back(item.text);
  }
  return texts;
}

/// An id for a rule that has none: the same in every run, in the form of a UUID of version 8 (RFC
/// 9562).
std::string derived_id(std::string_view title) {
  const std::uint64_t a = hash64(title, 1), b = hash64(title, 2);
  return fmt::format("{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}", a >> 32, a >> 16 & 0xFFFF, a & 0xFFF,
                     0x8000 | (b >> 48 & 0x3FFF), b & 0xFFFFFFFFFFFF);
}

/// "t1110.001", "s0002", "g0049": a letter and digits, perhaps with a sub-technique.
bool is_numbered(std::string_view tag) {
  return tag.size() > 1 &&
         std::ranges::all_of(tag.substr(1), [](char c) { return is_digit(c) || c == '.'; });
}

void read_tags(const YamlNode& document, RuleInfo& info) {
  for (const std::string& written : texts_of(document, "tags")) {
    std::string tag = to_lower(written);
    if (!tag.starts_with("attack.")) continue;
    tag.erase(0, std::string_view("attack.").size());
    if (is_numbered(tag)) {
      if (tag[0] != 't') continue;
      tag[0] = 'T';
      info.techniques.push_back(std::move(tag));
    } else if (!tag.empty()) {
      std::ranges::replace(tag, '_', '-');
      info.tactics.push_back(std::move(tag));
    }
  }
}

Result<RuleInfo> read_info(std::string_view path, const YamlNode& document, const Place& place) {
  RuleInfo info;
  info.file = std::string(path);
  info.title = text_of(document, "title");
  if (info.title.empty()) return place.error(Errc::RuleMissingKey, 0, "the rule has no title");
  info.id = to_lower(text_of(document, "id"));
  if (info.id.empty()) info.id = derived_id(info.title);
  info.name = text_of(document, "name");
  info.description = text_of(document, "description");
  info.advice = text_of(document, "advice");
  info.false_positives = texts_of(document, "falsepositives");
  read_tags(document, info);
  if (const YamlNode* node = document.find("level"); node != nullptr && node->is_scalar()) {
    const auto level = parse_level(to_lower(node->text));
    if (!level) {
      return place.error(Errc::RuleValue, node->line,
                         fmt::format("'{}' is not a level", node->text));
    }
    info.level = *level;
  }
  info.reports = info.level != Level::Informational;
  return info;
}

class DetectionReader {
 public:
  explicit DetectionReader(const Place& place) : place_(place) {}

  Result<DetectionRule> read(const YamlNode& document) {
    DetectionRule rule;
    VD_TRY(rule.source, read_source(document));
    const YamlNode* detection = document.find("detection");
    if (detection == nullptr || !detection->is_map()) {
      return place_.error(Errc::RuleMissingKey, 0, "the rule has no detection");
    }
    std::vector<std::string> names;
    for (std::size_t i = 0; i < detection->keys.size(); ++i) {
      const std::string& name = detection->keys[i];
      const YamlNode& node = detection->items[i];
      if (name == "condition") continue;
      if (name == "timeframe") {
        return place_.error(Errc::RuleUnsupported, node.line,
                            "'timeframe' was replaced by correlations");
      }
      if (names.size() >= kSelectionsMax) {
        return place_.error(Errc::RuleUnsupported, node.line,
                            fmt::format("more than {} selections", kSelectionsMax));
      }
      VD_TRY(auto selection, read_selection(name, node));
      names.push_back(name);
      rule.selections.push_back(std::move(selection));
    }
    VD_TRY(rule.condition, read_condition(*detection, names));
    return rule;
  }

 private:
  Result<LogSource> read_source(const YamlNode& document) {
    const YamlNode* node = document.find("logsource");
    if (node == nullptr || !node->is_map()) {
      return place_.error(Errc::RuleMissingKey, 0, "the rule has no logsource");
    }
    LogSource source{to_lower(text_of(*node, "category")), to_lower(text_of(*node, "product")),
                     to_lower(text_of(*node, "service"))};
    if (source.category.empty() && source.product.empty() && source.service.empty()) {
      return place_.error(Errc::RuleMissingKey, node->line,
                          "the logsource needs a category, a product or a service");
    }
    return source;
  }

  Result<Condition> read_condition(const YamlNode& detection,
                                   const std::vector<std::string>& names) {
    const YamlNode* node = detection.find("condition");
    if (node == nullptr || node->kind == YamlNode::Kind::Missing) {
      return place_.error(Errc::RuleMissingKey, detection.line, "the detection has no condition");
    }
    Condition any{Condition::Kind::Or, 0, {}};
    const auto texts = node->is_list() ? std::span(node->items) : std::span(node, 1);
    for (const YamlNode& text : texts) {
      if (!text.is_scalar()) {
        return place_.error(Errc::RuleCondition, text.line, "a condition must be a text");
      }
      auto condition = parse_condition(text.text, names);
      if (!condition) {
        return place_.error(condition.error().code, text.line,
                            fmt::format("condition: {}", condition.error().detail));
      }
      any.parts.push_back(*std::move(condition));
    }
    if (any.parts.empty()) {
      return place_.error(Errc::RuleCondition, node->line, "the list of conditions is empty");
    }
    if (any.parts.size() > 1) return any;
    Condition only = std::move(any.parts[0]);
    return only;
  }

  Result<Selection> read_selection(const std::string& name, const YamlNode& node) {
    Selection selection;
    if (node.is_map()) {
      VD_TRY(auto items, read_map(name, node));
      selection.alternatives.push_back(std::move(items));
      return selection;
    }
    if (!node.is_list()) {
      VD_TRY(auto item, read_item(name, "", node));
      selection.alternatives.emplace_back().push_back(std::move(item));
      return selection;
    }
    // A list may mix maps and keywords; all plain keywords together are one item.
    YamlNode keywords;
    keywords.kind = YamlNode::Kind::List;
    keywords.line = node.line;
    for (const YamlNode& part : node.items) {
      if (part.is_map()) {
        VD_TRY(auto items, read_map(name, part));
        selection.alternatives.push_back(std::move(items));
      } else {
        keywords.items.push_back(part);
      }
    }
    if (!keywords.items.empty() || node.items.empty()) {
      VD_TRY(auto item, read_item(name, "", keywords));
      selection.alternatives.emplace_back().push_back(std::move(item));
    }
    return selection;
  }

  Result<std::vector<Item>> read_map(const std::string& name, const YamlNode& node) {
    std::vector<Item> items;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      VD_TRY(auto item, read_item(name, node.keys[i], node.items[i]));
      items.push_back(std::move(item));
    }
    if (items.empty()) {
      return place_.error(Errc::RuleFieldEmpty, node.line,
                          fmt::format("selection '{}' is empty", name));
    }
    return items;
  }

  Result<Item> read_item(const std::string& selection, const std::string& key,
                         const YamlNode& node) {
    std::uint32_t line = 0;
    auto item = parse_item(key, node, line);
    if (item) return item;
    const std::string_view field = key.empty() ? "keywords" : std::string_view(key);
    return place_.error(
        item.error().code, line,
        fmt::format("selection '{}', '{}': {}", selection, field, item.error().detail));
  }

  const Place& place_;
};

}  // namespace

Result<ParsedRule> parse_rule(std::string_view path, const YamlNode& document) {
  const Place place{path, document.line};
  if (!document.is_map()) {
    return place.error(Errc::RuleSyntax, document.line, "a rule is a map of keys and values");
  }
  if (document.find("filter") != nullptr) {
    return place.error(Errc::RuleUnsupported, document.find("filter")->line,
                       "filters are not supported");
  }
  if (document.find("action") != nullptr) {
    return place.error(Errc::RuleUnsupported, document.find("action")->line,
                       "'action' was removed from Sigma; write each rule out");
  }
  ParsedRule rule;
  rule.line = document.line;
  VD_TRY(rule.info, read_info(path, document, place));
  if (document.find("correlation") != nullptr) {
    VD_TRY(rule.correlation, parse_correlation(document, place));
    return rule;
  }
  VD_TRY(rule.detection, DetectionReader(place).read(document));
  return rule;
}

}  // namespace vedette::sigma
