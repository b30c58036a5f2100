#include "base/arena.h"

#include "base/random.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>

namespace vedette {
namespace {

TEST_SUITE("base/arena") {
  TEST_CASE("copies keep their bytes while others are made") {
    Arena arena(256);
    Random random(1);
    std::vector<std::pair<std::string, std::string_view>> copies;
    for (int i = 0; i < 500; ++i) {
      std::string text(random.below(i % 50 == 0 ? 2000 : 100), static_cast<char>('a' + i % 26));
      const std::string_view copy = arena.copy(text);
      copies.emplace_back(std::move(text), copy);
    }
    for (const auto& [text, copy] : copies) CHECK(copy == text);
  }

  TEST_CASE("values stand where their type may stand") {
    Arena arena(100);
    for (int i = 0; i < 100; ++i) {
      arena.copy("x");
      const auto* number = arena.make<std::uint64_t>(static_cast<std::uint64_t>(i));
      CHECK(reinterpret_cast<std::uintptr_t>(number) % alignof(std::uint64_t) == 0);
      CHECK(*number == static_cast<std::uint64_t>(i));
    }
  }

  TEST_CASE("after a reset the same memory serves again, and large blocks are gone") {
    Arena arena(1024);
    const auto fill = [&] {
      for (int i = 0; i < 100; ++i) arena.allocate(100);
    };
    fill();
    arena.allocate(50000);
    const std::size_t with_large = arena.capacity_bytes();
    arena.reset();
    const std::size_t kept = arena.capacity_bytes();
    CHECK(kept == with_large - 50000);
    for (int round = 0; round < 10; ++round) {
      fill();
      arena.reset();
    }
    CHECK(arena.capacity_bytes() == kept);
  }

  TEST_CASE("nothing can be asked for") {
    Arena arena;
    CHECK(arena.copy("").empty());
    CHECK(arena.copy({}).empty());
    arena.reset();
    CHECK(arena.copy("a") == "a");
  }
}

}  // namespace
}  // namespace vedette
