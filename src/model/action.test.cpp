#include "model/action.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace vedette {
namespace {

template <typename Enum, typename Parse>
void check_names(std::size_t first, std::size_t count, Parse parse) {
  std::set<std::string_view> names;
  for (std::size_t i = first; i < count; ++i) {
    const auto value = static_cast<Enum>(i);
    CHECK(names.insert(to_string(value)).second);
    CHECK(parse(to_string(value)) == value);
  }
  CHECK_FALSE(parse("").has_value());
  CHECK_FALSE(parse("no such word").has_value());
}

TEST_SUITE("model/action") {
  TEST_CASE("every action has a name of hyphenated words, a category and a sentence") {
    std::set<std::string_view> names;
    for (std::size_t i = 1; i < kActions; ++i) {
      const auto action = static_cast<Action>(i);
      const ActionInfo& info = describe(action);
      CHECK(names.insert(info.text).second);
      CHECK(parse_action(info.text) == action);
      CHECK(info.text.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string_view::npos);
      CHECK(info.category != Category::None);
      CHECK_FALSE(info.sentence.empty());
      CHECK_FALSE(info.sentence.ends_with('.'));
    }
    CHECK_FALSE(parse_action("").has_value());
    CHECK_FALSE(parse_action("Failed-Password").has_value());
    CHECK(describe(Action::None).text.empty());
  }

  TEST_CASE("categories, outcomes and counters are found by their names") {
    check_names<Category>(1, 10, parse_category);
    check_names<Outcome>(0, 3, parse_outcome);
    check_names<Counter>(0, kCounters, parse_counter);
    CHECK(to_string(Counter::None).empty());
    CHECK(words(Counter::None).empty());
    CHECK(words(Counter::AuthenticationFailure) == "failed logins");
    CHECK(to_string(Dataset::WebAccess) == "web.access");
  }
}

}  // namespace
}  // namespace vedette
