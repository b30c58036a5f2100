#include "cli/verdict_database.h"

#include "store/testing.h"

#include <doctest/doctest.h>

namespace vedette::cli {

TEST_SUITE("cli/verdict_database") {
  TEST_CASE("entries of long texts are kept, each for its receipt and its build") {
    const store::TemporaryDirectory directory;
    const ManualClock clock{Time{std::chrono::seconds{1772366400}}};
    auto store = store::PromptStore::open(directory.path, {}, clock);
    REQUIRE(store);
    VerdictDatabase tier(**store, clock, 1), other(**store, clock, 2);
    prompt::Receipt receipt, brief;
    receipt.text = sha256("a");
    tier.put(receipt, VerdictDatabase::kTextBytesMin, "entry");
    tier.put(brief, VerdictDatabase::kTextBytesMin - 1, "short");
    (*store)->flush();
    std::string entry;
    REQUIRE(tier.find(receipt, VerdictDatabase::kTextBytesMin, entry));
    CHECK(entry == "entry");
    CHECK_FALSE(tier.find(receipt, VerdictDatabase::kTextBytesMin - 1, entry));
    CHECK_FALSE(other.find(receipt, VerdictDatabase::kTextBytesMin, entry));
    receipt.direction = prompt::Direction::Output;
    CHECK_FALSE(tier.find(receipt, VerdictDatabase::kTextBytesMin, entry));
    CHECK(tier.counts().hits == 1);
    CHECK(tier.counts().misses == 1);
    CHECK(tier.counts().stored == 1);
    CHECK(tier.counts().entries == 1);
  }
}

}  // namespace vedette::cli
