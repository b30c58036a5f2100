#include "store/working_log.h"

#include "base/hash.h"
#include "base/random.h"
#include "store/schema.h"
#include "store/threat_row.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

namespace vedette::store {
namespace {

/// A log in a database of its own.
struct Kept {
  Kept() : database(std::move(*Database::open_temporary())) { REQUIRE(prepare_schema(*database)); }

  void write(bool commit = true) {
    REQUIRE(database->execute("BEGIN", Errc::StoreWrite));
    REQUIRE(log.write(*database));
    if (commit) {
      REQUIRE(database->execute("COMMIT", Errc::StoreWrite));
    } else {
      database->roll_back();
    }
    log.settle(commit);
  }
  std::int64_t count(const char* sql) { return *database->value_of(sql, Errc::StoreRead); }
  std::int64_t entries() { return count("SELECT sum(length(hashes)) / 8 FROM working_log"); }

  std::unique_ptr<Database> database;
  WorkingLog log;
};

std::string text_of(WorkingLog& log, Database& database, std::uint64_t hash) {
  const auto entry = log.read(database, hash);
  REQUIRE(entry);
  return entry->value_or("none");
}

using Model = std::map<std::uint64_t, std::string>;

/// The log says what the model says, in every way it can be asked.
void check_against(WorkingLog& log, Database& database, const Model& model, std::uint64_t hashes) {
  REQUIRE(log.size() == model.size());
  for (std::uint64_t i = 0; i < hashes; ++i) {
    const auto known = model.find(mix64(i));
    REQUIRE(text_of(log, database, mix64(i)) == (known == model.end() ? "none" : known->second));
  }
  Model seen;
  REQUIRE(log.for_each(database, [&](std::uint64_t hash, std::string_view entry) {
    CHECK(seen.emplace(hash, entry).second);
  }));
  CHECK(seen == model);
}

TEST_SUITE("store/working_log") {
  TEST_CASE("it holds the latest of each threat, however often they change, and stays small") {
    constexpr std::uint64_t kHashes = 3000;
    Kept kept;
    Random random(5);
    Model model;
    WorkingLog watcher;  // beside it, as an inspector is
    for (int round = 0; round < 600; ++round) {
      for (std::size_t i = 0; i < 100; ++i) {
        // Some change all the time, some nearly never.
        const std::uint64_t hash =
            mix64(random.chance(0.7) ? random.below(200) : random.below(kHashes));
        if (random.chance(0.1)) {
          kept.log.drop(hash);
          model.erase(hash);
        } else {
          model[hash] = std::string(random.between(1, 700), static_cast<char>('a' + round % 26));
          kept.log.put(hash, model[hash]);
        }
        const auto pending = kept.log.read_pending(*kept.database, hash);
        REQUIRE(pending);
        REQUIRE(pending->has_value() == model.contains(hash));
      }
      kept.write();
      if (round % 100 == 99) {
        check_against(kept.log, *kept.database, model, kHashes);
        WorkingLog again;
        REQUIRE(again.refresh(*kept.database));
        check_against(again, *kept.database, model, kHashes);
      }
      if (round % 7 == 0) REQUIRE(watcher.refresh(*kept.database));
    }
    REQUIRE(watcher.refresh(*kept.database));
    for (std::uint64_t i = 0; i < kHashes; ++i) {
      const auto known = model.find(mix64(i));
      REQUIRE(text_of(watcher, *kept.database, mix64(i)) ==
              (known == model.end() ? "none" : known->second));
    }
    CHECK(kept.entries() < 2 * 4096 + static_cast<std::int64_t>(2 * model.size()) + 1000);
  }

  TEST_CASE("what was not committed did not happen") {
    Kept kept;
    kept.log.put(1, "first");
    kept.write();
    kept.log.put(1, "second");
    kept.log.put(2, "other");
    kept.write(false);
    CHECK(text_of(kept.log, *kept.database, 1) == "first");
    CHECK_FALSE(kept.log.contains(2));
    kept.log.drop(1);
    kept.write(false);
    CHECK(text_of(kept.log, *kept.database, 1) == "first");
    kept.log.drop(1);
    kept.write();
    CHECK(text_of(kept.log, *kept.database, 1) == "none");
  }

  TEST_CASE("dropping what is not there writes nothing") {
    Kept kept;
    kept.log.drop(7);
    kept.write();
    CHECK(kept.count("SELECT count(*) FROM working_log") == 0);
  }

  TEST_CASE("entries are read back whatever their size") {
    Kept kept;
    for (std::uint64_t i = 1; i <= 40; ++i) {
      kept.log.put(i, std::string(i % 4 == 0 ? 100'000 : i, 'x'));
    }
    kept.write();
    for (std::uint64_t i = 1; i <= 40; ++i) {
      CHECK(text_of(kept.log, *kept.database, i).size() == (i % 4 == 0 ? 100'000 : i));
    }
  }

  TEST_CASE("damaged blocks are said so, never a crash") {
    for (const char* damage :
         {"UPDATE working_log SET hashes = x'0102'", "UPDATE working_log SET hashes = x''",
          "UPDATE working_log SET entries = x'FFFFFFFFFFFFFFFFFFFF01'",
          "UPDATE working_log SET entries = substr(entries, 1, 9)",
          "UPDATE working_log SET hashes = hashes || hashes"}) {
      CAPTURE(damage);
      Kept kept;
      for (std::uint64_t i = 1; i <= 3; ++i) kept.log.put(i, "a threat");
      kept.write();
      REQUIRE(kept.database->execute(damage, Errc::StoreWrite));
      CHECK(kept.log.read(*kept.database, 3).error().code == Errc::StoreDamaged);
      WorkingLog again;
      CHECK(again.refresh(*kept.database).error().code == Errc::StoreDamaged);
      CHECK(
          kept.log.for_each(*kept.database, [](std::uint64_t, std::string_view) {}).error().code ==
          Errc::StoreDamaged);
    }
  }
}

}  // namespace
}  // namespace vedette::store
