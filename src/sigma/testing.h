// What the tests and benches of sigma/ share: rules from text, events from a few words.
#pragma once

#include "base/assert.h"
#include "sigma/matcher.h"
#include "sigma/rule_set.h"

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace vedette::sigma {

/// Loaded rules, the field names they use and what was wrong.
struct Loaded {
  FieldTable fields;
  std::vector<RuleProblem> problems;
  std::shared_ptr<const RuleSet> rules;

  explicit Loaded(std::string_view text, std::string path = "rules/test.yml") {
    const std::vector<RuleFile> files{{std::move(path), std::string(text)}};
    rules = RuleSet::load(files, fields, problems);
  }
};

using FieldValue =
    std::pair<std::string_view, std::variant<std::string, std::int64_t, IpAddress, Time>>;

/// Events with the given values. Unknown field names are interned.
class Events {
 public:
  explicit Events(FieldTable& fields) : batch(FieldSet().set()), fields_(fields) {}

  EventBatch batch;

  Events& add(Dataset dataset, Action action, std::initializer_list<FieldValue> values,
              std::string_view raw = "", Time time = Time{}) {
    return add(dataset, action, std::vector<FieldValue>(values), raw, time);
  }
  Events& add(Dataset dataset, Action action, const std::vector<FieldValue>& values,
              std::string_view raw = "", Time time = Time{}) {
    Event& event = batch.begin(batch.copy(raw));
    event.dataset = dataset;
    event.time = time;
    batch.set_action(action);
    for (const auto& [name, value] : values) {
      const auto field = fields_.intern(name);
      VD_ASSERT(field.has_value());
      if (const auto* text = std::get_if<std::string>(&value)) {
        batch.set(*field, batch.copy(*text));
      } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        batch.set(*field, *integer);
      } else if (const auto* ip = std::get_if<IpAddress>(&value)) {
        batch.set(*field, *ip);
      } else {
        batch.set(*field, std::get<Time>(value));
      }
    }
    batch.end();
    return *this;
  }

 private:
  FieldTable& fields_;
};

/// Titles of the rules that match, per event, joined with a blank; by the index and by the oracle
/// alike.
inline std::vector<std::string> matching_titles(const Loaded& loaded, const EventBatch& batch) {
  Matcher matcher(loaded.rules);
  std::vector<Match> fast, slow;
  matcher.match(batch, fast);
  matcher.match_all_rules(batch, slow);
  const auto same = [](const Match& a, const Match& b) {
    return a.event == b.event && a.rule == b.rule;
  };
  VD_ASSERT(fast.size() == slow.size());
  std::vector<std::string> titles(batch.events().size());
  for (std::size_t i = 0; i < fast.size(); ++i) {
    VD_ASSERT(same(fast[i], slow[i]));
    std::string& line = titles[fast[i].event];
    if (!line.empty()) line += ' ';
    line += loaded.rules->rules()[fast[i].rule].title;
  }
  return titles;
}

}  // namespace vedette::sigma
