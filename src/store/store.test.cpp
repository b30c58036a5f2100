// What every store must do, whatever it is made of. A new one joins kMakers.
#include "store/store.h"

#include "base/hash.h"
#include "model/testing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <unordered_map>
#include <unordered_set>

namespace vedette::store {
namespace {

namespace fs = std::filesystem;

/// A store and where it lies.
struct Made {
  std::string directory;
  std::unique_ptr<Store> store;

  Made() = default;
  Made(Made&&) = default;
  ~Made() {
    store.reset();
    if (!directory.empty()) fs::remove_all(directory);
  }
};

Made make_on_disk() {
  Made made;
  made.directory = (fs::temp_directory_path() / "vedette-conform-XXXXXX").string();
  REQUIRE(::mkdtemp(made.directory.data()) != nullptr);
  auto store = Store::open(made.directory, Store::Mode::Own);
  REQUIRE(store);
  made.store = std::move(*store);
  return made;
}

Made make_temporary() {
  Made made;
  auto store = Store::open_temporary();
  REQUIRE(store);
  made.store = std::move(*store);
  return made;
}

struct Maker {
  const char* name;
  Made (*make)();
};
constexpr Maker kMakers[] = {{"SQLite on disk", make_on_disk},
                             {"SQLite, temporary", make_temporary}};

using namespace testing;

TEST_SUITE("store/store") {
  TEST_CASE("a list of the lower tiers is what looking at every threat gives, in any pages") {
    for (const Maker& maker : kMakers) {
      CAPTURE(maker.name);
      const Made made = maker.make();
      Random random(7);
      Commit commit;
      for (std::uint64_t i = 0; i < 600; ++i) {
        commit.threats.push_back(random_threat(random, i * 0x9E3779B97F4A7C15u));
      }
      REQUIRE(made.store->commit(commit));
      std::vector<ThreatHead> lower;
      for (const Threat& threat : commit.threats) {
        if (threat.workflow.tier != Tier::Working) lower.push_back(head_of(threat));
      }
      for (int round = 0; round < 300; ++round) {
        const ThreatQuery query = random_query(random);
        const std::vector<ThreatHead> expected = looked_through(lower, query);
        std::vector<ThreatHead> found;
        std::optional<RankKey> after;
        const std::size_t limit = random.between(1, 60);
        for (bool more = true; more;) {
          auto page = made.store->page(query, after, limit);
          REQUIRE(page);
          REQUIRE(page->heads.size() <= limit);
          found.insert(found.end(), page->heads.begin(), page->heads.end());
          after = page->next;
          more = after.has_value();
        }
        REQUIRE(hashes_of(found) == hashes_of(expected));
        REQUIRE(found == expected);
      }
    }
  }

  TEST_CASE("the working tier is given whole, and only it") {
    for (const Maker& maker : kMakers) {
      CAPTURE(maker.name);
      const Made made = maker.make();
      Random random(8);
      Commit commit;
      std::size_t working = 0;
      for (std::uint64_t i = 1; i <= 200; ++i) {
        commit.threats.push_back(random_threat(random, i));
        working += commit.threats.back().workflow.tier == Tier::Working;
      }
      REQUIRE(made.store->commit(commit));
      std::size_t seen = 0, lower = 0;
      REQUIRE(made.store->for_each_working([&](const ThreatHead& head) {
        CHECK(head == head_of(commit.threats[head.entity_hash - 1]));
        ++seen;
      }));
      REQUIRE(made.store->for_each_lower([&](std::uint64_t) { ++lower; }));
      CHECK(seen == working);
      CHECK(lower == 200 - working);
    }
  }

  TEST_CASE("a head alone changes the workflow only; what leaves a tier leaves its lists") {
    for (const Maker& maker : kMakers) {
      CAPTURE(maker.name);
      const Made made = maker.make();
      Random random(9);
      Commit commit;
      Threat threat = random_threat(random, 77);
      threat.workflow = Workflow{};
      threat.findings.resize(1);
      FindingRule rule;
      rule.id = "r";
      threat.findings[0].rule = std::make_shared<const FindingRule>(rule);
      commit.threats = {threat};
      REQUIRE(made.store->commit(commit));
      ThreatQuery query;
      query.rule = "r";
      CHECK(made.store->page(query, {}, 10)->heads.empty());
      Commit down;
      down.heads = {head_of(threat)};
      down.heads[0].workflow.tier = Tier::ShortTerm;
      down.heads[0].workflow.tags = {"kept"};
      REQUIRE(made.store->commit(down));
      CHECK(hashes_of(made.store->page(query, {}, 10)->heads) == std::vector<std::uint64_t>{77});
      const auto stored = *made.store->threat_of(77);
      REQUIRE(stored);
      CHECK(encode(*stored) == encode(threat));
      CHECK(stored->workflow == down.heads[0].workflow);
      CHECK(*made.store->head_of(77) == down.heads[0]);
      Commit up;
      up.unlisted = down.heads;
      up.heads = {head_of(threat)};
      REQUIRE(made.store->commit(up));
      CHECK(made.store->page(query, {}, 10)->heads.empty());
      REQUIRE(made.store->commit(down));
      Commit gone;
      gone.expired = down.heads;
      REQUIRE(made.store->commit(gone));
      CHECK(made.store->page(query, {}, 10)->heads.empty());
      CHECK_FALSE(made.store->threat_of(77)->has_value());
    }
  }

  TEST_CASE("threats that change and move all the time are each where they were put last") {
    for (const Maker& maker : kMakers) {
      CAPTURE(maker.name);
      Made made = maker.make();
      Random random(21);
      std::unordered_map<std::uint64_t, Threat> model;
      for (int round = 0; round < 400; ++round) {
        Commit commit;
        const std::size_t changes = random.between(1, 60);
        std::unordered_set<std::uint64_t> changed;
        for (std::size_t i = 0; i < changes; ++i) {
          const std::uint64_t hash = mix64(random.below(300) + 1);
          if (!changed.insert(hash).second) continue;
          const auto known = model.find(hash);
          const bool lower = known != model.end() && known->second.workflow.tier != Tier::Working;
          if (known != model.end() && random.chance(0.1)) {
            commit.expired.push_back(head_of(known->second));
            model.erase(known);
            continue;
          }
          if (lower) commit.unlisted.push_back(head_of(known->second));
          if (known != model.end() && random.chance(0.3)) {
            known->second.workflow.tier = static_cast<Tier>(random.below(kTiers));
            known->second.workflow.reason = std::to_string(round);
            commit.heads.push_back(head_of(known->second));
            continue;
          }
          model[hash] = random_threat(random, hash);
          commit.threats.push_back(model[hash]);
        }
        REQUIRE(made.store->commit(commit));
        if (round % 40 != 39) continue;
        if (!made.directory.empty()) {
          made.store.reset();
          made.store = std::move(*Store::open(made.directory, Store::Mode::Own));
        }
        for (std::uint64_t i = 1; i <= 300; ++i) {
          const std::uint64_t hash = mix64(i);
          const auto stored = made.store->threat_of(hash);
          REQUIRE(stored);
          const auto known = model.find(hash);
          REQUIRE(stored->has_value() == (known != model.end()));
          if (known == model.end()) continue;
          REQUIRE(encode(**stored) == encode(known->second));
          REQUIRE(**made.store->head_of(hash) == head_of(known->second));
        }
        CHECK(made.store->check()->empty());
      }
    }
  }

  TEST_CASE("those untouched the longest come first") {
    for (const Maker& maker : kMakers) {
      CAPTURE(maker.name);
      const Made made = maker.make();
      Commit commit;
      Random random(10);
      for (std::uint64_t i = 1; i <= 9; ++i) {
        Threat& threat = commit.threats.emplace_back(random_threat(random, i));
        threat.workflow.tier = i % 3 == 0 ? Tier::LongTerm : Tier::ShortTerm;
        threat.workflow.touched = at(static_cast<std::int64_t>(100 - i));
      }
      REQUIRE(made.store->commit(commit));
      CHECK(hashes_of(*made.store->untouched(Tier::ShortTerm, at(97), 2)) ==
            std::vector<std::uint64_t>{8, 7});
      CHECK(hashes_of(*made.store->untouched(Tier::LongTerm, at(94), 9)) ==
            std::vector<std::uint64_t>{9});
    }
  }

  TEST_CASE("what people change comes back as it was, the latest of the audit first") {
    for (const Maker& maker : kMakers) {
      CAPTURE(maker.name);
      const Made made = maker.make();
      Commit commit;
      for (int i = 0; i < 5; ++i) {
        commit.audit.push_back({0, at(i), "ann", "note", i % 2 == 0 ? 7u : 0u,
                                "because " + std::to_string(i), "{}", "{\"a\":1}"});
      }
      commit.suppressions = {
          {"s-1", "rule", EntityType::User, "root", 9, {"T1", "T2"}, at(0), at(9), "ann", "noise"},
          {"s-2", "rule", {}, "", 0, {}, at(1), at(9), "bob", ""}};
      commit.tokens = {
          {"0123abcd", "ann", Role::Analyst, std::string("\0\xFF", 2), at(0), at(5), "x"}};
      commit.answers = {{"key", 5, 201, "{}", at(3)}};
      commit.counts = {{Tier::LongTerm, Level::High, Status::Resolved, 12}};
      REQUIRE(made.store->commit(commit));
      const auto all = *made.store->audit({});
      REQUIRE(all.size() == 5);
      CHECK(all[0].reason == "because 4");
      CHECK(all[0].after == "{\"a\":1}");
      const auto of_one =
          *made.store->audit({.entity_hash = 7, .before_id = all[0].id, .limit = 9});
      REQUIRE(of_one.size() == 2);
      CHECK(of_one[0].reason == "because 2");
      CHECK(*made.store->suppressions() == commit.suppressions);
      const auto tokens = *made.store->tokens();
      REQUIRE(tokens.size() == 1);
      CHECK(tokens[0].secret_hash == std::string("\0\xFF", 2));
      CHECK(tokens[0].role == Role::Analyst);
      CHECK((*made.store->answer("key"))->status == 201);
      CHECK_FALSE(made.store->answer("other")->has_value());
      CHECK((*made.store->counts())[2][3][3] == 12);

      Commit next;
      next.suppressions_ended = {"s-1"};
      next.tokens_revoked = {"0123abcd"};
      REQUIRE(made.store->commit(next));
      CHECK(made.store->suppressions()->size() == 1);
      CHECK(made.store->tokens()->empty());
      REQUIRE(made.store->forget_answers(at(4)));
      CHECK_FALSE(made.store->answer("key")->has_value());
      CHECK(made.store->audit({})->size() == 5);
      CHECK(made.store->check()->empty());
    }
  }

  TEST_CASE("an id is found by the hashes it stands for") {
    for (const Maker& maker : kMakers) {
      const Made made = maker.make();
      Random random(11);
      Commit commit;
      commit.threats = {random_threat(random, 0xF123456789ABCDEFu)};
      REQUIRE(made.store->commit(commit));
      for (const Tier tier : {Tier::Working, Tier::LongTerm, Tier::Working}) {
        if (commit.threats[0].workflow.tier != Tier::Working) {
          commit.unlisted = {head_of(commit.threats[0])};
        }
        commit.threats[0].workflow.tier = tier;
        REQUIRE(made.store->commit(commit));
        const std::uint64_t lowest = *parse_threat_id(commit.threats[0].id);
        CHECK(*made.store->hash_like(lowest) == 0xF123456789ABCDEFu);
        CHECK_FALSE(made.store->hash_like(lowest + 0x10000)->has_value());
        CHECK_FALSE(made.store->hash_like(lowest - 1)->has_value());
      }
    }
  }
}

}  // namespace
}  // namespace vedette::store
