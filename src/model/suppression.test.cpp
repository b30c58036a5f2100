#include "model/suppression.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

const Time kNow{std::chrono::seconds{1772323200}};

FindingRule rule(std::string id, std::vector<std::string> techniques) {
  FindingRule made;
  made.id = std::move(id);
  made.techniques = std::move(techniques);
  return made;
}

Suppression of(std::string rule_id, std::uint64_t entity, std::vector<std::string> techniques) {
  Suppression made;
  made.rule = std::move(rule_id);
  made.entity_hash = entity;
  made.techniques = std::move(techniques);
  made.expires = kNow + std::chrono::hours(1);
  return made;
}

TEST_SUITE("model/suppression") {
  TEST_CASE("one of rule and entity hides that rule about that entity only") {
    const auto one = of("r", 7, {"T1110"});
    CHECK(hides(one, rule("r", {"T1110"}), 7, kNow));
    CHECK_FALSE(hides(one, rule("other", {"T1110"}), 7, kNow));
    CHECK_FALSE(hides(one, rule("r", {"T1110"}), 8, kNow));
  }

  TEST_CASE("it ends when it expires") {
    const auto one = of("r", 7, {"T1110"});
    CHECK(hides(one, rule("r", {"T1110"}), 7, one.expires - std::chrono::nanoseconds(1)));
    CHECK_FALSE(hides(one, rule("r", {"T1110"}), 7, one.expires));
  }

  TEST_CASE("a technique it was not accepted for is never hidden") {
    CHECK_FALSE(hides(of("r", 7, {"T1110"}), rule("r", {"T1110", "T1078"}), 7, kNow));
    CHECK_FALSE(hides(of("", 7, {"T1110"}), rule("any", {"T1078"}), 7, kNow));
    CHECK(hides(of("", 7, {"T1078", "T1110"}), rule("any", {"T1078"}), 7, kNow));
  }

  TEST_CASE("a rule without techniques is hidden only where it is named") {
    CHECK(hides(of("r", 0, {}), rule("r", {}), 7, kNow));
    CHECK_FALSE(hides(of("", 7, {}), rule("r", {}), 7, kNow));
  }

  TEST_CASE("one that names nothing hides nothing") {
    CHECK_FALSE(hides(of("", 0, {"T1110"}), rule("r", {"T1110"}), 7, kNow));
  }
}

}  // namespace
}  // namespace vedette
