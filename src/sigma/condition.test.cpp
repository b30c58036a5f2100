#include "sigma/condition.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

namespace vedette::sigma {
namespace {

const std::vector<std::string> kNames{"sel_a", "sel_b", "filter", "_hidden"};

std::string show(const Condition& condition) {
  if (condition.kind == Condition::Kind::Selection) return kNames[condition.selection];
  const auto kind = condition.kind;
  std::string text = kind == Condition::Kind::Not   ? "(not"
                     : kind == Condition::Kind::And ? "(and"
                                                    : "(or";
  for (const Condition& part : condition.parts) text += ' ' + show(part);
  return text + ')';
}

std::string read(std::string_view text) {
  const auto condition = parse_condition(text, kNames);
  if (condition) return show(*condition);
  CHECK(condition.error().code == Errc::RuleCondition);
  return condition.error().detail;
}

}  // namespace

TEST_SUITE("sigma/condition") {
  TEST_CASE("operators bind as the specification says") {
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"sel_a", "sel_a"},
        {"sel_a and not filter", "(and sel_a (not filter))"},
        {"sel_a or sel_b and filter", "(or sel_a (and sel_b filter))"},
        {"(sel_a or sel_b) and filter", "(and (or sel_a sel_b) filter)"},
        {"not sel_a or sel_b", "(or (not sel_a) sel_b)"},
        {"not not sel_a", "(not (not sel_a))"},
        {"sel_a AND sel_b OR filter", "(or (and sel_a sel_b) filter)"},
        {"(((sel_a)))", "sel_a"},
        {"sel_a and(sel_b)", "(and sel_a sel_b)"},
        {"sel_a\n  and sel_b", "(and sel_a sel_b)"},
        {"1 of sel_*", "(or sel_a sel_b)"},
        {"any of sel_*", "(or sel_a sel_b)"},
        {"all of sel_*", "(and sel_a sel_b)"},
        {"not 1 of sel_*", "(not (or sel_a sel_b))"},
        {"1 of *_a", "(or sel_a)"},
        {"all of s*_*", "(and sel_a sel_b)"},
        {"1 of them", "(or sel_a sel_b filter)"},
        {"all of them and _hidden", "(and (and sel_a sel_b filter) _hidden)"},
        {"1 of _*", "(or _hidden)"},
        {"filter and 1 of sel_*", "(and filter (or sel_a sel_b))"},
    };
    for (const auto& one : cases) {  // clang 14 cannot capture a structured binding
      const auto text = one.first, tree = one.second;
      CAPTURE(text);
      CHECK(read(text) == tree);
    }
  }

  TEST_CASE("what cannot be understood is named") {
    const std::vector<std::pair<std::string_view, std::string_view>> cases{
        {"", "it ends where a selection is expected"},
        {"sel_a and", "it ends where a selection is expected"},
        {"and sel_a", "'and' stands where a selection is expected"},
        {"sel_c", "there is no selection named 'sel_c'"},
        {"sel_a sel_b", "'sel_b' is not expected here"},
        {"(sel_a", "a ')' is missing"},
        {"sel_a)", "')' is not expected here"},
        {"2 of sel_*", "'2 of': only 1, any and all are known"},
        {"1 of nothing*", "no selection's name matches 'nothing*'"},
        {"1 of", "'1 of' what?"},
        {"sel_a | count() > 5", "'|' is not expected here"},
    };
    for (const auto& one : cases) {
      const auto text = one.first, message = one.second;
      CAPTURE(text);
      CHECK(read(text) == message);
    }
  }

  TEST_CASE("depth and length are limited") {
    CHECK(read(fmt::format("{:(>1000}sel_a{:)>1000}", "", "")).find("deeper") != std::string::npos);
    std::string nots;
    for (int i = 0; i < 1000; ++i) nots += "not ";
    CHECK(read(fmt::format("{}sel_a", nots)).find("deeper") != std::string::npos);
    CHECK(read(std::string(20'000, 'x')).find("bytes") != std::string::npos);
  }
}

}  // namespace vedette::sigma
