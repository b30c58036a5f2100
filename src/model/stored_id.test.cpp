#include "model/stored_id.h"

#include <doctest/doctest.h>

#include <set>

namespace vedette {
namespace {

TEST_SUITE("model/stored_id") {
  TEST_CASE("every word has a number of its own and is found by it") {
    std::set<std::uint32_t> ids;
    for (std::size_t i = 0; i < kActions; ++i) {
      const auto action = static_cast<Action>(i);
      CHECK(ids.insert(stored_id(action)).second);
      CHECK(stored_id(action) < 1u << 21);
      CHECK(action_of_stored_id(stored_id(action)) == action);
    }
    ids.clear();
    for (std::size_t i = 0; i < kCounters; ++i) {
      const auto counter = static_cast<Counter>(i);
      CHECK(ids.insert(stored_id(counter)).second);
      CHECK(counter_of_stored_id(stored_id(counter)) == counter);
    }
  }

  TEST_CASE("the numbers are what databases out there have") {
    CHECK(stored_id(Action::FailedPassword) == 1255199);
    CHECK(stored_id(Counter::AuthenticationFailure) == 1622416);
  }

  TEST_CASE("a number without a word is nothing") {
    CHECK_FALSE(action_of_stored_id(1u << 21).has_value());
    CHECK_FALSE(action_of_stored_id(~std::uint64_t{0}).has_value());
    CHECK_FALSE(counter_of_stored_id(0).has_value());
  }
}

}  // namespace
}  // namespace vedette
