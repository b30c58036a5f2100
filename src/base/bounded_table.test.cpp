#include "base/bounded_table.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <string>
#include <unordered_map>

namespace vedette {
namespace {

const auto kLetGo = [](std::uint64_t, auto&) { return true; };

/// Does random operations on a table and on a std::unordered_map and compares them after each.
void run_against_model(std::uint64_t seed, std::size_t entries_max, std::uint32_t keys, int steps) {
  Random random(seed);
  BoundedTable<std::string> table(entries_max);
  std::unordered_map<std::uint64_t, std::string> model;
  const auto evict = [&](std::uint64_t key, std::string& value) {
    REQUIRE(model.at(key) == value);
    const bool go = random.chance(0.7);
    if (go) model.erase(key);
    return go;
  };
  for (int step = 0; step < steps; ++step) {
    const std::uint64_t key = std::uint64_t{random.below(keys)} << random.below(3) * 20;
    std::string* found = table.find(key);
    REQUIRE((found != nullptr) == model.contains(key));
    if (found != nullptr) REQUIRE(*found == model[key]);
    if (found != nullptr && random.chance(0.4)) {
      table.erase(key);
      model.erase(key);
    } else if (found != nullptr) {
      *found = model[key] = std::to_string(step);
    } else {
      table.insert(key, evict) = model[key] = std::to_string(step);
    }
    REQUIRE(table.size() == model.size());
    REQUIRE(table.size() <= table.capacity());
  }
  std::size_t visited = 0;
  table.for_each([&](std::uint64_t key, std::string& value) {
    ++visited;
    CHECK(model.at(key) == value);
  });
  CHECK(visited == model.size());
}

}  // namespace

TEST_SUITE("base/bounded_table") {
  TEST_CASE("it holds what an unordered_map would hold, less what evict let go") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(seed);
      run_against_model(seed, std::size_t{16} << seed % 4, 300, 5'000);
    }
    run_against_model(99, 4096, 3000, 50'000);  // never full: erase and insert only
  }

  TEST_CASE("entries that come back outlive a flood of entries seen once") {
    BoundedTable<int> table(1000);
    for (std::uint64_t key = 0; key < 100; ++key) table.insert(key, kLetGo) = 1;
    for (std::uint64_t flood = 1000; flood < 101'000; ++flood) {
      if (flood % 50 == 0) {
        for (std::uint64_t key = 0; key < 100; ++key) REQUIRE(table.find(key) != nullptr);
      }
      table.insert(flood, kLetGo) = 2;
    }
    CHECK(table.size() == 1000);
    CHECK(table.evicted() == 100'100 - 1000);
  }

  TEST_CASE("an eviction that refuses everything is overruled after a bounded number of asks") {
    BoundedTable<int> table(1000);
    for (std::uint64_t key = 0; key < 1000; ++key) table.insert(key, kLetGo);
    int asked = 0;
    table.insert(5000, [&](std::uint64_t, int&) {
      ++asked;
      return false;
    });
    CHECK(table.size() == 1000);
    CHECK(table.peek(5000) != nullptr);
    CHECK(asked > 1);
    CHECK(asked <= 100);
  }

  TEST_CASE("stale entries are found going round, some at a time") {
    BoundedTable<int> table(1000);
    for (std::uint64_t key = 0; key < 100; ++key) table.insert(key, kLetGo) = static_cast<int>(key);
    int looked_at = 0;
    const auto is_odd = [&](std::uint64_t, const int& value) {
      ++looked_at;
      return value % 2 == 1;
    };
    for (int i = 0; i < 25; ++i) table.erase_stale(2, is_odd);
    CHECK(looked_at == 50);
    CHECK(table.size() == 75);
    for (int i = 0; i < 25; ++i) table.erase_stale(2, is_odd);
    CHECK(table.size() == 50);
    for (std::uint64_t key = 0; key < 100; ++key) {
      CHECK((table.peek(key) != nullptr) == (key % 2 == 0));
    }
    CHECK(table.evicted() == 0);
  }

  TEST_CASE("looking at an entry with peek does not keep it") {
    BoundedTable<int> table(16);
    for (std::uint64_t key = 0; key < 16; ++key) table.insert(key, kLetGo);
    for (int i = 0; i < 5; ++i) {
      REQUIRE(table.peek(0) != nullptr);
      REQUIRE(table.find(1) != nullptr);
    }
    table.insert(100, kLetGo);
    CHECK(table.peek(0) == nullptr);
    CHECK(table.peek(1) != nullptr);
  }

  TEST_CASE("adding and erasing for ever in a table that never fills takes bounded memory") {
    struct Counted {
      Counted() : made(true) {}
      bool made;
      std::string text;
    };
    BoundedTable<Counted> table(1000);
    std::size_t visits = 0;
    for (std::uint64_t key = 0; key < 200'000; ++key) {
      table.insert(key, kLetGo);
      table.erase(key);
    }
    table.for_each([&](std::uint64_t, Counted&) { ++visits; });
    CHECK(visits == 0);
    CHECK(table.places() < 1000);
  }
}

}  // namespace vedette
