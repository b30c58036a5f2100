#include "triage/threat_index.h"

#include "model/testing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace vedette::triage {
namespace {

using namespace testing;

/// What stands behind `after` in one page after the other.
std::vector<ThreatHead> all_pages(const ThreatIndex& index, const ThreatQuery& query,
                                  std::size_t limit) {
  std::vector<ThreatHead> found;
  std::optional<RankKey> after;
  for (bool more = true; more;) {
    auto page = index.page(query, after, limit);
    REQUIRE(page.heads.size() <= limit);
    REQUIRE(shows(page.heads, [&](const auto& row) {
      REQUIRE(index.show(query, after, limit, row) == page.next);
    }));
    found.insert(found.end(), page.heads.begin(), page.heads.end());
    after = page.next;
    more = after.has_value();
  }
  return found;
}

std::vector<ThreatHead> values_of(const std::map<std::uint64_t, ThreatHead>& heads) {
  std::vector<ThreatHead> values;
  for (const auto& [hash, head] : heads) values.push_back(head);
  return values;
}

TEST_SUITE("triage/threat_index") {
  TEST_CASE("what comes, changes and goes is found as if every threat had been looked at") {
    Random random(1);
    ThreatIndex index;
    std::map<std::uint64_t, ThreatHead> oracle;
    for (int round = 0; round < 60; ++round) {
      for (int change = 0; change < 60; ++change) {
        const std::uint64_t hash = (random.below(700) + 1) * 0x9E3779B97F4A7C15u;
        if (random.chance(0.25)) {
          REQUIRE(index.remove(hash) == (oracle.erase(hash) > 0));
        } else {
          const ThreatHead head = head_of(random_threat(random, hash));
          index.put(head);
          oracle[hash] = head;
        }
      }
      REQUIRE(index.size() == oracle.size());
      const auto all = values_of(oracle);
      for (int i = 0; i < 20; ++i) {
        const ThreatQuery query = random_query(random);
        const auto found = all_pages(index, query, random.between(1, 80));
        const auto expected = looked_through(all, query);
        REQUIRE(hashes_of(found) == hashes_of(expected));
        REQUIRE(found == expected);
      }
      ThreatIndex::Counts counts{};
      for (const ThreatHead& head : all) {
        REQUIRE(index.find(head.entity_hash) == head);
        ++counts[static_cast<std::size_t>(head.severity)]
                [static_cast<std::size_t>(head.workflow.status)];
      }
      REQUIRE(index.counts() == counts);
    }
  }

  TEST_CASE("labels that many threats have are walked to, with the same result") {
    Random random(2);
    ThreatIndex index;
    std::vector<ThreatHead> all;
    for (std::uint64_t i = 1; i <= 9000; ++i) {
      ThreatHead head = head_of(random_threat(random, i * 0x9E3779B97F4A7C15u));
      head.techniques = {i % 500 == 0 ? "T1" : "T2"};
      index.put(head);
      all.push_back(std::move(head));
    }
    for (const char* technique : {"T1", "T2"}) {
      for (const Sort sort : {Sort::Rank, Sort::Score, Sort::LastSeen}) {
        ThreatQuery query;
        query.technique = technique;
        query.sort = sort;
        CHECK(hashes_of(all_pages(index, query, 700)) == hashes_of(looked_through(all, query)));
      }
    }
  }

  TEST_CASE("a query that nothing matches gives short pages instead of a long one") {
    ThreatIndex index;
    ThreatHead head;
    for (std::uint64_t i = 1; i <= ThreatIndex::kLooksMax + 10; ++i) {
      head.entity_hash = i;
      head.heat = static_cast<double>(i);
      index.put(head);
    }
    ThreatQuery query;
    query.entity = "nobody";
    const auto page = index.page(query, {}, 10);
    CHECK(page.heads.empty());
    REQUIRE(page.next);
    CHECK(page.next->entity_hash == 11);
    CHECK_FALSE(index.page(query, page.next, 10).next);
  }

  TEST_CASE("pages stay right while other threats come and go") {
    Random random(3);
    ThreatIndex index;
    std::vector<std::uint64_t> stays;
    for (std::uint64_t i = 1; i <= 3000; ++i) {
      index.put(head_of(random_threat(random, i * 0x9E3779B97F4A7C15u)));
      if (i % 3 == 0) stays.push_back(i * 0x9E3779B97F4A7C15u);
    }
    for (const Sort sort : {Sort::Rank, Sort::Score, Sort::LastSeen}) {
      ThreatQuery query;
      query.sort = sort;
      std::map<std::uint64_t, int> seen;
      std::optional<RankKey> after;
      for (bool more = true; more;) {
        auto page = index.page(query, after, 50);
        for (const ThreatHead& head : page.heads) ++seen[head.entity_hash];
        after = page.next;
        more = after.has_value();
        for (int change = 0; change < 100; ++change) {
          const std::uint64_t i = random.below(4000) + 1;
          if (i % 3 == 0) continue;
          if (random.chance(0.5)) {
            index.remove(i * 0x9E3779B97F4A7C15u);
          } else {
            index.put(head_of(random_threat(random, i * 0x9E3779B97F4A7C15u)));
          }
        }
      }
      for (const std::uint64_t hash : stays) REQUIRE(seen[hash] == 1);
    }
  }

  TEST_CASE("those untouched the longest come first, up to a time, whatever was touched since") {
    ThreatIndex index;
    Random random(12);
    std::map<std::uint64_t, std::int64_t> touched;
    ThreatHead head;
    for (std::int64_t now = 1; now <= 3000; ++now) {
      head.entity_hash = random.below(200) + 1;
      // Now and then one as it was before: a change that could not be stored is taken back.
      const std::int64_t when = random.chance(0.05) ? now / 2 : now;
      head.workflow.touched = at(when);
      touched[head.entity_hash] = when;
      index.put(head);
      if (random.chance(0.1)) {
        const std::uint64_t gone = random.below(200) + 1;
        CHECK(index.remove(gone) == (touched.erase(gone) == 1));
      }
      if (now % 50 != 0) continue;
      const std::int64_t before = now - random.between(0, 300);
      std::vector<std::pair<std::int64_t, std::uint64_t>> expected;
      for (const auto& [hash, time] : touched) {
        if (time < before) expected.emplace_back(time, ~hash);
      }
      std::sort(expected.begin(), expected.end());
      const std::size_t limit = random.between(1, 40);
      ThreatIndex::Untouched found;
      for (int asked = 0; asked < 200 && found.heads.size() < std::min(limit, expected.size());
           ++asked) {
        found = index.untouched(at(before), limit);
      }
      REQUIRE(found.heads.size() == std::min(limit, expected.size()));
      CHECK(found.more == (expected.size() > limit));
      for (std::size_t i = 0; i < found.heads.size(); ++i) {
        CHECK(found.heads[i].entity_hash == ~expected[i].second);
      }
    }
  }
}

}  // namespace
}  // namespace vedette::triage
