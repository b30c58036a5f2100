#include "store/prompt_reader.h"

#include <doctest/doctest.h>

namespace vedette::store {
namespace {

TEST_SUITE("store/prompt_reader") {
  TEST_CASE("each question walks an index from its cursor on, and sorts nothing") {
    auto database = Database::open_temporary();
    REQUIRE(database);
    REQUIRE(prepare_prompt_tables(**database));
    REQUIRE(prepare_prompt_tables(**database));  // a second time they are known
    const struct {
      VerdictQuery query;
      const char* plan;
    } cases[] = {
        {{}, "verdict_by_time (time>? AND time<?)"},
        {{.client = "203.0.113.7"}, "verdict_by_client (client=? AND time>? AND time<?)"},
        {{.decision = std::uint8_t{1}}, "verdict_by_decision (decision=? AND time>? AND time<?)"},
        {{.scanner = 15u}, "verdict_by_scanner_15 (time>? AND time<?)"},
        {{.order = VerdictOrder::HighestScore, .scanner = 1u}, "verdict_by_score ("},
    };
    for (const auto& one : cases) {
      auto plan = (*database)->prepare("EXPLAIN QUERY PLAN " + walk_of(one.query), Errc::StoreRead);
      REQUIRE(plan);
      REQUIRE(*plan->step());
      const std::string step(plan->text(3));
      CAPTURE(step);
      CHECK(step.starts_with("SEARCH verdict USING INDEX "));
      CHECK(step.find(one.plan) != std::string::npos);
      CHECK_FALSE(*plan->step());  // no other step, such as a sort
    }
  }
}

}  // namespace
}  // namespace vedette::store
