#include "base/place_table.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <unordered_map>

namespace vedette {

TEST_SUITE("base/place_table") {
  TEST_CASE("what differs in its loose bits alone is found by any of them") {
    Random random(3);
    PlaceTable table(16);
    std::unordered_map<std::uint64_t, std::uint32_t> model;
    for (std::uint32_t step = 0; step < 5'000; ++step) {
      const std::uint64_t key = std::uint64_t{random.below(1000)} << 16 | random.below(3);
      if (random.chance(0.3) && model.contains(key)) {
        table.remove(key);
        model.erase(key);
      } else {
        table.put(key, step);
        model[key] = step;
      }
    }
    REQUIRE(table.size() == model.size());
    for (const auto& [key, place] : model) REQUIRE(table.find(key) == place);
    for (std::uint64_t like = 0; like < 1001; ++like) {
      const auto found = table.find_like(like << 16 | 0xABC);
      const bool expected = model.contains(like << 16) || model.contains(like << 16 | 1) ||
                            model.contains(like << 16 | 2);
      REQUIRE(found.has_value() == expected);
      if (found) REQUIRE((*found >> 16 == like && model.contains(*found)));
    }
  }

  TEST_CASE("it holds what an unordered_map would hold, however keys crowd together") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(seed);
      Random random(seed);
      PlaceTable table;
      std::unordered_map<std::uint64_t, std::uint32_t> model;
      for (std::uint32_t step = 0; step < 20'000; ++step) {
        // Few bits of the key reach its home: many keys want the same one.
        const std::uint64_t key = std::uint64_t{random.below(500)} << (seed % 3 * 20);
        if (model.contains(key)) {
          REQUIRE(table.find(key) == model.at(key));
          if (random.chance(0.6)) {
            table.remove(key);
            model.erase(key);
          }
        } else {
          REQUIRE(table.find(key) == PlaceTable::kNowhere);
          table.add(key, step);
          model.emplace(key, step);
        }
      }
      for (const auto& [key, place] : model) REQUIRE(table.find(key) == place);
    }
  }
}

}  // namespace vedette
