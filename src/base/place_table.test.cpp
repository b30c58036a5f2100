#include "base/place_table.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <unordered_map>

namespace vedette {

TEST_SUITE("base/place_table") {
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
