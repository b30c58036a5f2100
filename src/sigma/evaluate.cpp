#include "sigma/evaluate.h"

namespace vedette::sigma {
namespace {

/// Calls `visit(const ValueText&) -> bool` for each value of the field, until it says true.
template <typename Visit>
bool any_value(const EventBatch& batch, const Event& event, Field field, Visit&& visit) {
  if (index(field) < kHeadFields) {
    const std::string_view text = head_text(event, field);
    if (!text.empty() && visit(ValueText(text))) return true;
  } else if (field == kOriginal) {
    return visit(ValueText(event.raw));
  } else if (field == kTimestamp) {
    Value value;
    value.type = ValueType::Timestamp;
    value.integer = event.time.time_since_epoch().count();
    value.size = 0;
    value.field = kTimestamp;
    return event.time != Time{} && visit(ValueText(value));
  } else if (field == kKeywords) {
    if (visit(ValueText(event.raw))) return true;
    field = Field::Message;
  }
  for (const Value& value : batch.values(event)) {
    if (value.field == field && visit(ValueText(value))) return true;
  }
  return false;
}

bool refers_to_same(const Evaluation& e, const Pattern& pattern, const ValueText& value) {
  return any_value(e.batch, e.event, pattern.other, [&](const ValueText& other) {
    return matches(pattern.how, value.text(), other.text(), pattern.cased);
  });
}

bool pattern_holds(const Evaluation& e, Field field, const Pattern& pattern) {
  const auto present = [](const ValueText&) { return true; };
  switch (pattern.kind) {
    case Pattern::Kind::Null:
    case Pattern::Kind::Absent:
      return !any_value(e.batch, e.event, field, present);
    case Pattern::Kind::Exists:
      return any_value(e.batch, e.event, field, present);
    default:
      break;
  }
  return any_value(e.batch, e.event, field, [&](const ValueText& value) {
    if (pattern.kind == Pattern::Kind::FieldRef) return refers_to_same(e, pattern, value);
    return matches(pattern, value);
  });
}

bool test_holds(const Evaluation& e, std::uint32_t number) {
  const Test& test = e.rules.tests[number];
  if (test.in_head && (!e.own_words || e.batch.find(e.event, test.field) == nullptr)) {
    return test.head[e.head[index(test.field)]];
  }
  std::uint32_t first = test.first;
  if (test.indexed && e.fired != nullptr) {
    if (e.fired[number] == e.epoch) return true;
    first = test.undecided;
  }
  for (std::uint32_t i = first; i < test.end; ++i) {
    if (pattern_holds(e, test.field, e.rules.patterns[i])) return true;
  }
  return false;
}

}  // namespace

std::array<std::uint8_t, kHeadFields> head_of(const Event& event) {
  return {static_cast<std::uint8_t>(event.action),
          static_cast<std::uint8_t>(describe(event.action).category),
          static_cast<std::uint8_t>(event.outcome), static_cast<std::uint8_t>(event.dataset)};
}

std::string_view head_text(const Event& event, Field field) {
  switch (field) {
    case Field::EventAction:
      return describe(event.action).text;
    case Field::EventCategory:
      return to_string(describe(event.action).category);
    case Field::EventOutcome:
      return to_string(event.outcome);
    case Field::EventDataset:
      return to_string(event.dataset);
    default:
      return {};
  }
}

bool holds_for_head_text(const RuleSet::Compiled& rules, const Test& test, std::string_view text) {
  for (std::uint32_t i = test.first; i < test.end; ++i) {
    const Pattern& pattern = rules.patterns[i];
    switch (pattern.kind) {
      case Pattern::Kind::Null:
      case Pattern::Kind::Absent:
        if (text.empty()) return true;
        break;
      case Pattern::Kind::Exists:
        if (!text.empty()) return true;
        break;
      default:
        if (!text.empty() && matches(pattern, ValueText(text))) return true;
    }
  }
  return false;
}

bool holds(const Evaluation& e, std::uint32_t number) {
  const Node& node = e.rules.nodes[number];
  if (node.kind == Node::Kind::Test) return test_holds(e, node.first);
  const std::uint32_t* child = e.rules.children.data() + node.first;
  const auto child_holds = [&](std::uint32_t i) {
    // Most children are tests: no need to go through here once more.
    const Node& part = e.rules.nodes[child[i]];
    return part.kind == Node::Kind::Test ? test_holds(e, part.first) : holds(e, child[i]);
  };
  if (node.kind == Node::Kind::Not) return !child_holds(0);
  // `and` ends with the first that is false, `or` with the first that is true.
  const bool decisive = node.kind == Node::Kind::Or;
  for (std::uint32_t i = 0; i < node.count; ++i) {
    if (child_holds(i) == decisive) return decisive;
  }
  return !decisive;
}

}  // namespace vedette::sigma
