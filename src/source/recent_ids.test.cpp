#include "source/recent_ids.h"

#include <doctest/doctest.h>

using namespace vedette::source;

TEST_SUITE("source/recent_ids") {
  TEST_CASE("the first batch with an id is the one that counts") {
    RecentIds ids(10);
    ids.add("a", {1, 10});
    ids.add("a", {1, 20});
    REQUIRE(ids.find("a") != nullptr);
    CHECK((*ids.find("a") == Place{1, 10}));
    CHECK(ids.find("b") == nullptr);
  }

  TEST_CASE("the oldest ids go first when there are too many") {
    RecentIds ids(3);
    for (const char* id : {"a", "b", "c", "a", "d", "e"}) ids.add(id, {1, 1});
    CHECK(ids.list() == std::vector<std::string>{"c", "d", "e"});
    CHECK(ids.find("a") == nullptr);
  }
}
