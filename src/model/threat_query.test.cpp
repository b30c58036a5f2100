#include "model/threat_query.h"

#include "base/random.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

TEST_SUITE("model/threat_query") {
  TEST_CASE("every order is strict: of two different threats one comes first, in each direction") {
    Random random(1);
    for (int round = 0; round < 5000; ++round) {
      const auto key = [&] {
        return RankKey{.heat = static_cast<double>(random.below(3)),
                       .last_seen = Time{Duration{random.below(3)}},
                       .entity_hash = std::uint64_t{random.below(4)} << 62 | random.below(2),
                       .severity = static_cast<Level>(random.below(3))};
      };
      const RankKey a = key(), b = key(), c = key();
      for (const Sort sort : {Sort::Rank, Sort::Score, Sort::LastSeen}) {
        const bool ab = comes_before(sort, a, b), ba = comes_before(sort, b, a);
        REQUIRE_FALSE((ab && ba));
        if (a.entity_hash != b.entity_hash) REQUIRE((ab || ba));
        if (ab && comes_before(sort, b, c)) REQUIRE(comes_before(sort, a, c));
      }
    }
  }

  TEST_CASE("each condition narrows") {
    ThreatHead head;
    head.entity_value = "root";
    head.entity_type = EntityType::User;
    head.severity = Level::High;
    head.last_seen = Time{std::chrono::seconds{100}};
    head.rules = {"r1"};
    head.techniques = {"T1"};
    head.workflow.tags = {"x"};
    head.workflow.assignee = "ann";
    head.workflow.snoozed_until = Time{std::chrono::seconds{500}};
    const auto with = [&](auto change) {
      ThreatQuery query;
      query.now = Time{std::chrono::seconds{200}};
      change(query);
      return matches(query, head);
    };
    CHECK(with([](ThreatQuery&) {}));
    CHECK(with([](ThreatQuery& q) { q.statuses[0] = true; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.statuses[1] = true; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.severities[4] = true; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.tiers[1] = true; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.entity_type = EntityType::Host; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.entity = "roo"; }));
    CHECK(with([](ThreatQuery& q) { q.technique = "T1", q.rule = "r1", q.tag = "x"; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.technique = "T2"; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.rule = "r"; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.tag = "y"; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.assignee = "bob"; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.merged_into = 3; }));
    CHECK(with([](ThreatQuery& q) { q.seen_from = q.seen_to = Time{std::chrono::seconds{100}}; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.seen_from = Time{std::chrono::seconds{101}}; }));
    CHECK(with([](ThreatQuery& q) { q.snoozed = true; }));
    CHECK_FALSE(with([](ThreatQuery& q) { q.snoozed = false; }));
    CHECK(with([](ThreatQuery& q) { q.snoozed = false, q.now = Time{std::chrono::seconds{500}}; }));
  }

  TEST_CASE("orders have names") {
    for (const Sort sort : {Sort::Rank, Sort::Score, Sort::LastSeen}) {
      CHECK(parse_sort(to_string(sort)) == sort);
    }
    CHECK_FALSE(parse_sort("id").has_value());
  }
}

}  // namespace
}  // namespace vedette
