#include "prompt/leak.h"

#include <doctest/doctest.h>

#include <set>

namespace vedette::prompt {

TEST_SUITE_BEGIN("prompt/leak");

TEST_CASE("every kind has a name of its own, by which it is found again") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kLeakKinds; ++i) {
    const auto kind = static_cast<LeakKind>(i);
    const LeakInfo& info = describe(kind);
    CHECK(names.insert(info.name).second);
    CHECK(leak_kind(info.name) == kind);
    CHECK(info.score > 0);
    CHECK(info.score <= 1);
    CHECK(info.label.find('/') != std::string_view::npos);
  }
  CHECK(!leak_kind("no such"));
}

TEST_CASE("of hits that overlap the highest score stays, then the longest") {
  LeakHits hits = {make_hit(LeakKind::Phone, 0, 4),   make_hit(LeakKind::Email, 30, 40),
                   make_hit(LeakKind::Phone, 10, 20), make_hit(LeakKind::PaymentCard, 12, 18),
                   make_hit(LeakKind::Email, 30, 45), make_hit(LeakKind::Email, 45, 50)};
  settle(hits, 1);
  REQUIRE(hits.size() == 4);
  CHECK(hits[1].span == Span{12, 18});
  CHECK(hits[2].span == Span{30, 45});
  CHECK(hits[3].span == Span{45, 50});
}

TEST_SUITE_END();

}  // namespace vedette::prompt
