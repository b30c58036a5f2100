#include "sigma/compile.h"

#include "base/text.h"
#include "sigma/evaluate.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::sigma {
namespace {

/// Whether the index can say for certain that the pattern holds: those tests come first.
bool can_be_decided(const Pattern& pattern) {
  switch (pattern.kind) {
    case Pattern::Kind::Exact:
      return !pattern.cased && pattern.text.size() <= ExactTable::kLengthMax;
    case Pattern::Kind::StartsWith:
    case Pattern::Kind::EndsWith:
    case Pattern::Kind::Contains:
      return fits_automaton(pattern.text);
    default:
      return false;
  }
}

class Compiler {
 public:
  Compiler(std::string_view path, FieldTable& fields, RuleSet::Compiled& out)
      : path_(path), fields_(fields), out_(out) {}

  Result<RuleCode> compile(DetectionRule rule) {
    plan_ = plan_of(rule.source);
    std::vector<std::uint32_t> selections;
    for (Selection& selection : rule.selections) {
      VD_TRY(const auto node, compile(std::move(selection)));
      selections.push_back(node);
    }
    std::uint32_t root = compile(rule.condition, selections);
    if (!plan_.processes.empty()) root = join(Node::Kind::And, {root, process_test()});
    return RuleCode{root, plan_.datasets};
  }

 private:
  std::uint32_t add(Node node) {
    out_.nodes.push_back(node);
    return static_cast<std::uint32_t>(out_.nodes.size() - 1);
  }

  std::uint32_t join(Node::Kind kind, const std::vector<std::uint32_t>& parts) {
    if (parts.size() == 1 && kind != Node::Kind::Not) return parts[0];
    const auto first = static_cast<std::uint32_t>(out_.children.size());
    out_.children.insert(out_.children.end(), parts.begin(), parts.end());
    return add({kind, first, static_cast<std::uint32_t>(parts.size())});
  }

  std::uint32_t compile(const Condition& condition, const std::vector<std::uint32_t>& selections) {
    if (condition.kind == Condition::Kind::Selection) return selections[condition.selection];
    std::vector<std::uint32_t> parts;
    for (const Condition& part : condition.parts) parts.push_back(compile(part, selections));
    switch (condition.kind) {
      case Condition::Kind::And:
        return join(Node::Kind::And, parts);
      case Condition::Kind::Not:
        return join(Node::Kind::Not, parts);
      default:
        return join(Node::Kind::Or, parts);
    }
  }

  Result<std::uint32_t> compile(Selection selection) {
    std::vector<std::uint32_t> alternatives;
    for (std::vector<Item>& items : selection.alternatives) {
      std::vector<std::uint32_t> all;
      for (Item& item : items) {
        VD_TRY(const auto node, compile(std::move(item)));
        all.push_back(node);
      }
      alternatives.push_back(join(Node::Kind::And, all));
    }
    return join(Node::Kind::Or, alternatives);
  }

  Result<Field> resolve(std::string_view name, std::uint32_t line) {
    const auto field = field_of(ecs_name(name, plan_), fields_);
    if (field) return *field;
    return Error{Errc::RuleUnsupported,
                 fmt::format("{}:{}: the rules name more than {} fields", path_, line, kFieldsMax)};
  }

  Result<std::uint32_t> compile(Item item) {
    Field field = kKeywords;
    if (!item.field.empty()) {
      VD_TRY(field, resolve(item.field, item.line));
    }
    std::vector<std::uint32_t> groups;
    for (std::vector<Pattern>& patterns : item.groups) {
      for (Pattern& pattern : patterns) {
        if (pattern.kind != Pattern::Kind::FieldRef) continue;
        VD_TRY(pattern.other, resolve(pattern.text, item.line));
      }
      groups.push_back(add_test(field, std::move(patterns)));
    }
    const std::uint32_t node = join(Node::Kind::And, groups);
    return item.negated ? join(Node::Kind::Not, {node}) : node;
  }

  std::uint32_t process_test() {
    const auto [known, added] = out_.process_nodes.try_emplace(plan_.processes, 0);
    if (!added) return known->second;
    std::vector<Pattern> patterns;
    for (const std::string& process : plan_.processes) {
      Pattern pattern;
      pattern.text = to_lower(process);
      patterns.push_back(std::move(pattern));
    }
    return known->second = add_test(Field::ProcessName, std::move(patterns));
  }

  std::uint32_t add_test(Field field, std::vector<Pattern> patterns) {
    want(field);
    const auto decided = std::stable_partition(patterns.begin(), patterns.end(), can_be_decided);
    Test test;
    test.field = field;
    test.first = static_cast<std::uint32_t>(out_.patterns.size());
    test.undecided = test.first + static_cast<std::uint32_t>(decided - patterns.begin());
    test.end = test.first + static_cast<std::uint32_t>(patterns.size());
    bool refers = false;
    for (Pattern& pattern : patterns) {
      refers |= pattern.kind == Pattern::Kind::FieldRef;
      if (pattern.kind == Pattern::Kind::FieldRef) want(pattern.other);
      out_.patterns.push_back(std::move(pattern));
    }
    if (index(field) < kHeadFields && !refers) read_head(test);
    out_.tests.push_back(test);
    return add({Node::Kind::Test, static_cast<std::uint32_t>(out_.tests.size() - 1), 0});
  }

  void want(Field field) {
    if (field == kKeywords) field = Field::Message;
    if (index(field) < kFieldsMax) out_.fields.set(index(field));
  }

  /// The head's enums have few words, so the test is asked about each of them now.
  void read_head(Test& test) {
    test.in_head = true;
    const auto ask = [&](std::size_t count, auto&& text) {
      for (std::size_t i = 0; i < count; ++i) {
        if (holds_for_head_text(out_, test, text(i))) test.head.set(i);
      }
    };
    switch (test.field) {
      case Field::EventAction:
        return ask(kActions, [](auto i) { return describe(static_cast<Action>(i)).text; });
      case Field::EventCategory:
        return ask(static_cast<std::size_t>(Category::Web) + 1,
                   [](auto i) { return to_string(static_cast<Category>(i)); });
      case Field::EventOutcome:
        return ask(static_cast<std::size_t>(Outcome::Failure) + 1,
                   [](auto i) { return to_string(static_cast<Outcome>(i)); });
      default:
        return ask(kDatasets, [](auto i) { return to_string(static_cast<Dataset>(i)); });
    }
  }

  std::string_view path_;
  FieldTable& fields_;
  RuleSet::Compiled& out_;
  LogSourcePlan plan_;
};

}  // namespace

std::optional<Field> field_of(std::string_view name, FieldTable& fields) {
  if (name == "event.original") return kOriginal;
  if (name == "@timestamp") return kTimestamp;
  return fields.intern(name);
}

Result<RuleCode> compile(DetectionRule rule, std::string_view path, FieldTable& fields,
                         RuleSet::Compiled& out) {
  return Compiler(path, fields, out).compile(std::move(rule));
}

}  // namespace vedette::sigma
