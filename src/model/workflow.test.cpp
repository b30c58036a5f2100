#include "model/workflow.h"

#include "base/random.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

Workflow full() {
  Workflow workflow;
  workflow.status = Status::Duplicate;
  workflow.tier = Tier::LongTerm;
  workflow.version = 12;
  workflow.assignee = "ann";
  workflow.tags = {"a", "b"};
  workflow.reason = "the same attacker";
  workflow.snoozed_until = Time{std::chrono::seconds{1772323200}};
  workflow.snooze_reason = "later";
  workflow.merged_into = 0xABCDEF0123456789;
  workflow.before_merge = Status::InProgress;
  workflow.tier_reason = "seen on 3 days";
  workflow.known = History{.worst = Level::High,
                           .days = 7,
                           .since = Time{std::chrono::seconds{1}},
                           .returned = Time{std::chrono::seconds{2}}};
  workflow.touched = Time{std::chrono::seconds{3}};
  return workflow;
}

TEST_SUITE("model/workflow") {
  TEST_CASE("status and tier have names") {
    CHECK(to_string(Status::FalsePositive) == "false-positive");
    CHECK(to_string(Tier::ShortTerm) == "short-term");
    for (std::size_t i = 0; i < kStatuses; ++i) {
      CHECK(parse_status(to_string(static_cast<Status>(i))) == static_cast<Status>(i));
    }
    for (std::size_t i = 0; i < kTiers; ++i) {
      CHECK(parse_tier(to_string(static_cast<Tier>(i))) == static_cast<Tier>(i));
    }
    CHECK_FALSE(parse_status("").has_value());
    CHECK_FALSE(parse_status("NEW").has_value());
  }

  TEST_CASE("an id is the first bits of the hash, and nothing else is one") {
    CHECK(threat_id(0x0123456789abcdef) == "t-0123456789ab");
    CHECK(parse_threat_id("t-0123456789ab") == 0x0123456789ab0000);
    for (const char* text : {"", "t-", "0123456789ab", "t-0123456789a", "t-0123456789abc",
                             "t-0123456789AB", "t-0123456789ag", "t-0123456789a\xFF"}) {
      CAPTURE(text);
      CHECK_FALSE(parse_threat_id(text).has_value());
    }
  }

  TEST_CASE("the stored form gives back what it was made from") {
    CHECK(decode_workflow(encode(full())) == full());
    CHECK(decode_workflow(encode(Workflow{})) == Workflow{});
  }

  TEST_CASE("what is cut short, too long or altered is refused or is another whole one") {
    const std::string bytes = encode(full());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      CHECK_FALSE(decode_workflow(std::string_view(bytes).substr(0, size)).has_value());
    }
    CHECK_FALSE(decode_workflow(bytes + '\0').has_value());
    Random random(1);
    for (int round = 0; round < 20'000; ++round) {
      std::string altered = bytes;
      altered[random.below(static_cast<std::uint32_t>(bytes.size()))] =
          static_cast<char>(random.next());
      const auto read = decode_workflow(altered);
      if (read) CHECK(decode_workflow(encode(*read)) == read);
    }
  }
}

}  // namespace
}  // namespace vedette
