#include "sigma/index_build.h"

#include "base/hash.h"
#include "sigma/evaluate.h"
#include "sigma/residual.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>

namespace vedette::sigma {
namespace {

// A list of values this long is looked up in the index even where it wakes nothing; so are whole
// values, where this many tests ask the field for one.
constexpr std::uint32_t kLookedUpMin = 4;

/// Fields that nearly every line of a busy log has: looking into them costs for all of its lines.
bool is_common(Field field) {
  if (field == kKeywords || field == kOriginal) return true;
  switch (field) {
    case Field::Message:
    case Field::UserName:
    case Field::HostName:
    case Field::ProcessName:
    case Field::SourceAddress:
    case Field::HttpMethod:
    case Field::HttpStatus:
    case Field::HttpVersion:
      return true;
    default:
      return false;
  }
}

/// What shows that one pattern may hold.
enum class Clue : std::uint8_t { None, Presence, Value, Literal };

Clue clue_of(const Pattern& pattern, Field field) {
  switch (pattern.kind) {
    case Pattern::Kind::Exact:
      return pattern.text.size() <= ExactTable::kLengthMax ? Clue::Value : Clue::Presence;
    case Pattern::Kind::StartsWith:
    case Pattern::Kind::EndsWith:
    case Pattern::Kind::Contains:
      return fits_automaton(pattern.text) ? Clue::Literal : Clue::Presence;
    case Pattern::Kind::Glob:
      return Clue::Literal;
    case Pattern::Kind::Regex:
      // In a common field they are not worth looking for in every line: few rules ask it for an
      // expression and nothing else.
      return !is_common(field) && !pattern.regex->witnesses().empty() &&
                     std::ranges::all_of(pattern.regex->witnesses(), fits_automaton)
                 ? Clue::Literal
                 : Clue::Presence;
    case Pattern::Kind::Null:
    case Pattern::Kind::Absent:
      return Clue::None;
    default:
      return Clue::Presence;
  }
}

/// The longest run of plain bytes in a glob; empty if it has none.
std::string longest_run(const std::vector<GlobToken>& tokens) {
  std::string best, run;
  for (const GlobToken token : tokens) {
    if (token < 256) {
      run += static_cast<char>(token);
    } else {
      run.clear();
    }
    if (run.size() > best.size() && fits_automaton(run)) best = run;
  }
  return best;
}

/// The literals of which one is there whenever the pattern holds.
std::vector<std::string> literals_of(const Pattern& pattern) {
  switch (pattern.kind) {
    case Pattern::Kind::Regex: {
      const auto witnesses = pattern.regex->witnesses();
      return {witnesses.begin(), witnesses.end()};
    }
    case Pattern::Kind::Glob: {
      std::string run = longest_run(pattern.tokens);
      if (run.empty()) return {};
      return {std::move(run)};
    }
    default:
      return {pattern.text};
  }
}

/// Of the shortest; 0: there is none.
std::size_t literal_length(const Pattern& pattern) {
  std::size_t shortest = kLiteralBytesMax;
  const auto literals = literals_of(pattern);
  for (const std::string& literal : literals) shortest = std::min(shortest, literal.size());
  return literals.empty() ? 0 : shortest;
}

/// Tests of which one is true whenever the rule matches. The score says how seldom and how cheaply.
struct Witness {
  int score = 0;  // 0: there is none
  std::vector<std::uint32_t> tests;
};

class Builder {
 public:
  explicit Builder(RuleSet::Compiled& compiled) : c_(compiled) {}

  void build() {
    c_.index.plan_of.fill(Index::kNone);
    for (const auto& [names, node] : c_.process_nodes) shared_.insert(c_.nodes[node].first);
    for (const Test& test : c_.tests) whole_values_[test.field] += is_whole(test) ? 1 : 0;
    witnesses_.assign(c_.codes.size(), {});
    looked_up_.assign(c_.tests.size(), 0);
    woken_.assign(c_.tests.size(), {});
    for (RuleIndex rule = 0; rule < c_.codes.size(); ++rule) {
      if (c_.codes[rule].datasets == 0) continue;
      witnesses_[rule] = witness_of(c_.codes[rule].root, false);
      for (const std::uint32_t test : witnesses_[rule].tests) woken_[test].push_back(rule);
      mark_looked_up(c_.codes[rule].root, c_.codes[rule].datasets);
    }
    for (const auto& rules : woken_) c_.index.wakes.push_list(rules);
    build_plans();
    build_start();
  }

 private:
  /// 0 when the test is no witness.
  int score_of(const Test& test) const {
    if (test.in_head) return head_score(test);
    if (index(test.field) < kHeadFields) return 0;
    if (test.field == kTimestamp) return 0;
    Clue weakest = Clue::Literal;
    std::size_t shortest = kLiteralBytesMax;
    for (std::uint32_t i = test.first; i < test.end; ++i) {
      const Pattern& pattern = c_.patterns[i];
      const std::size_t length = literal_length(pattern);
      Clue clue = clue_of(pattern, test.field);
      if (clue == Clue::Literal && length == 0) clue = Clue::Presence;
      weakest = std::min(weakest, clue);
      shortest = std::min(shortest, length);
    }
    const bool anywhere = test.field == kKeywords || test.field == kOriginal;
    if (weakest == Clue::None || (anywhere && weakest == Clue::Presence)) return 0;
    if (weakest == Clue::Presence) return is_common(test.field) ? 1 : 3;
    const int common = is_common(test.field) ? 0 : 40;
    // The process name is what the logsource asks for, and true of nearly all its events.
    if (test.field == Field::ProcessName) return 5;
    return common + (shortest >= 3 ? 20 : 4) +
           static_cast<int>(std::min<std::size_t>(shortest, 15));
  }

  int head_score(const Test& test) const {
    const HeadMask actions = actions_of(test);
    const bool known = test.field == Field::EventAction || test.field == Field::EventCategory;
    // Words that the enums do not know are found through Index::by_own_word.
    if (!known || actions[static_cast<std::size_t>(Action::None)]) return 0;
    if (actions[static_cast<std::size_t>(Action::HttpRequest)]) return 10;
    return 60 - std::min(static_cast<int>(actions.count()), 40);
  }

  /// The actions for which a test of the action or of the category holds.
  HeadMask actions_of(const Test& test) const {
    if (!test.in_head) return {};
    if (test.field == Field::EventAction) return test.head;
    HeadMask actions;
    if (test.field != Field::EventCategory) return actions;
    for (std::size_t i = 0; i < kActions; ++i) {
      const auto category = describe(static_cast<Action>(i)).category;
      if (test.head[static_cast<std::size_t>(category)]) actions.set(i);
    }
    return actions;
  }

  /// The actions of the events for which a rule with this witness is evaluated in any case.
  HeadMask actions_of(const Witness& witness) const {
    HeadMask actions;
    if (witness.score == 0) actions.set();
    for (const std::uint32_t test : witness.tests) actions |= actions_of(c_.tests[test]);
    return actions;
  }

  /// With `negated`, a witness of the node's being false: De Morgan.
  Witness witness_of(std::uint32_t number, bool negated) const {
    const Node& node = c_.nodes[number];
    if (node.kind == Node::Kind::Test) {
      if (negated) return {};
      const int score = score_of(c_.tests[node.first]);
      return score == 0 ? Witness{} : Witness{score, {node.first}};
    }
    if (node.kind == Node::Kind::Not) return witness_of(c_.children[node.first], !negated);
    const bool any = (node.kind == Node::Kind::Or) != negated;
    Witness best;
    if (any) best.score = std::numeric_limits<int>::max();
    for (std::uint32_t i = 0; i < node.count; ++i) {
      Witness part = witness_of(c_.children[node.first + i], negated);
      if (!any) {
        if (part.score > best.score) best = std::move(part);
        continue;
      }
      if (part.score == 0) return {};
      best.score = std::min(best.score, part.score);
      best.tests.insert(best.tests.end(), part.tests.begin(), part.tests.end());
    }
    std::ranges::sort(best.tests);
    best.tests.erase(std::unique(best.tests.begin(), best.tests.end()), best.tests.end());
    return best;
  }

  void mark_looked_up(std::uint32_t number, DatasetMask datasets) {
    const Node& node = c_.nodes[number];
    if (node.kind != Node::Kind::Test) {
      for (std::uint32_t i = 0; i < node.count; ++i) {
        mark_looked_up(c_.children[node.first + i], datasets);
      }
      return;
    }
    const Test& test = c_.tests[node.first];
    if (index(test.field) < kHeadFields || test.field == kTimestamp) return;
    if (woken_[node.first].empty() && !worth_looking_up(node.first)) return;
    looked_up_[node.first] |= datasets;
  }

  /// Whether the test asks for whole values only, which one look into a table tells.
  bool is_whole(const Test& test) const {
    return test.undecided > test.first &&
           std::all_of(c_.patterns.begin() + test.first, c_.patterns.begin() + test.undecided,
                       [](const Pattern& p) { return p.kind == Pattern::Kind::Exact; });
  }

  bool worth_looking_up(std::uint32_t number) const {
    const Test& test = c_.tests[number];
    const bool whole = is_whole(test);
    if (shared_.contains(number)) return true;
    if (whole && whole_values_.at(test.field) >= kLookedUpMin) return true;
    return test.undecided - test.first >= kLookedUpMin && (whole || !is_common(test.field));
  }

  void build_start() {
    Residuals residuals(c_);
    for (std::size_t number = 0; number < kDatasets; ++number) {
      const auto dataset = static_cast<Dataset>(number);
      std::vector<RuleIndex> by_own_word;
      std::vector<std::vector<Candidate>> by_head(kActions * kOutcomes);
      for (RuleIndex rule = 0; rule < c_.codes.size(); ++rule) {
        if ((c_.codes[rule].datasets & bit(dataset)) == 0) continue;
        const HeadMask actions = actions_of(witnesses_[rule]);
        if (residuals.asks_head(rule)) by_own_word.push_back(rule);
        if (actions.none()) continue;
        for (std::size_t i = 0; i < by_head.size(); ++i) {
          if (!actions[i / kOutcomes]) continue;
          Event event;
          event.dataset = dataset;
          event.action = static_cast<Action>(i / kOutcomes);
          event.outcome = static_cast<Outcome>(i % kOutcomes);
          const std::uint32_t root = residuals.of(rule, head_of(event));
          if (root != kNever) by_head[i].push_back({rule, root});
        }
      }
      for (const auto& rules : by_head) c_.index.start.push_list(rules);
      c_.index.by_own_word.push_list(by_own_word);
    }
  }

  void build_plans() {
    std::map<Field, std::vector<std::uint32_t>> tests_of;
    for (std::uint32_t test = 0; test < c_.tests.size(); ++test) {
      if (looked_up_[test] != 0) tests_of[c_.tests[test].field].push_back(test);
    }
    for (const auto& [field, tests] : tests_of) {
      const auto number = static_cast<std::uint16_t>(c_.index.plans.size());
      FieldPlan& plan = c_.index.plans.emplace_back();
      plan.field = field;
      build_plan(plan, tests);
      if (field == kKeywords) {
        c_.index.keyword_plan = number;
      } else if (field == kOriginal) {
        c_.index.original_plan = number;
      } else {
        c_.index.plan_of[index(field)] = number;
      }
    }
  }

  void build_plan(FieldPlan& plan, const std::vector<std::uint32_t>& tests) {
    std::map<std::pair<std::string, bool>, std::vector<Effect>> literals;
    std::map<std::string, std::pair<std::uint32_t, std::vector<Effect>>> values;
    for (const std::uint32_t number : tests) {
      Test& test = c_.tests[number];
      test.indexed = true;
      plan.datasets |= looked_up_[number];
      const auto& woken = woken_[number];
      for (std::uint32_t i = test.first; i < test.end; ++i) {
        const Pattern& pattern = c_.patterns[i];
        const bool decides = i < test.undecided;
        const Clue clue = clue_of(pattern, test.field);
        if (clue == Clue::Value) {
          if (!decides && woken.empty()) continue;
          // The table has lower-case keys; what is cased is only woken by it.
          auto& [first, effects] =
              values.try_emplace(lowered(pattern.text), i, std::vector<Effect>{}).first->second;
          effects.push_back({number, 0, Effect::Where::Anywhere, decides});
        } else if (clue == Clue::Literal && (decides || literal_length(pattern) > 0)) {
          if (!decides && woken.empty()) continue;
          for (const std::string& text : literals_of(pattern)) {
            const bool cased = pattern.cased && pattern.kind != Pattern::Kind::Regex;
            literals[{cased ? text : lowered(text), !cased}].push_back(
                {number, static_cast<std::uint32_t>(text.size()), where_of(pattern), decides});
          }
        } else {
          plan.wakes.insert(plan.wakes.end(), woken.begin(), woken.end());
        }
      }
    }
    std::ranges::sort(plan.wakes);
    plan.wakes.erase(std::unique(plan.wakes.begin(), plan.wakes.end()), plan.wakes.end());
    build_exact(plan.exact, values);
    build_literals(plan, literals);
  }

  static std::string lowered(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    return out;
  }

  static Effect::Where where_of(const Pattern& pattern) {
    if (pattern.kind == Pattern::Kind::StartsWith) return Effect::Where::Start;
    if (pattern.kind == Pattern::Kind::EndsWith) return Effect::Where::End;
    return Effect::Where::Anywhere;
  }

  static void build_literals(
      FieldPlan& plan,
      const std::map<std::pair<std::string, bool>, std::vector<Effect>>& literals) {
    if (literals.empty()) return;
    std::vector<Literal> list;
    for (const auto& [key, effects] : literals) {
      const bool once = std::ranges::all_of(
          effects, [](const Effect& effect) { return effect.where == Effect::Where::Anywhere; });
      list.push_back({key.first, key.second, once});
      plan.effects.push_list(effects);
    }
    plan.literals = std::make_unique<LiteralSet>(std::move(list));
  }

  static void build_exact(
      ExactTable& table,
      const std::map<std::string, std::pair<std::uint32_t, std::vector<Effect>>>& values) {
    if (values.empty()) return;
    std::size_t size = 8;
    while (size < values.size() * 2) size *= 2;
    table.slots.resize(size);
    std::uint32_t list = 0;
    for (const auto& [text, value] : values) {
      const auto& [pattern, effects] = value;
      table.length_max = std::max(table.length_max, text.size());
      table.lengths |= std::uint64_t{1} << std::min<std::size_t>(text.size(), 63);
      table.effects.push_list(effects);
      const std::uint64_t hash = hash64(text);
      std::size_t at = hash & (size - 1);
      while (table.slots[at].effects != 0) at = (at + 1) & (size - 1);
      table.slots[at] = {hash, ++list, pattern};
    }
  }

  RuleSet::Compiled& c_;
  std::set<std::uint32_t> shared_;               // tests of many rules
  std::map<Field, std::uint32_t> whole_values_;  // tests for whole values, by field
  std::vector<Witness> witnesses_;               // by rule
  std::vector<DatasetMask> looked_up_;           // by test: in whose events
  std::vector<std::vector<RuleIndex>> woken_;    // by test
};

}  // namespace

void build_index(RuleSet::Compiled& compiled) {
  Builder(compiled).build();
}

}  // namespace vedette::sigma
