#include "prompt/verdict_memory.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

namespace vedette::prompt {
namespace {

Receipt receipt_of(std::uint64_t number) {
  return {.text = sha256(std::to_string(number)), .policy = 1, .model = 2};
}

TEST_SUITE("prompt/verdict_memory") {
  TEST_CASE("an entry is found under its whole receipt and no other") {
    ManualClock clock(Time{});
    VerdictMemory memory({}, clock);
    const Receipt receipt = receipt_of(1);
    std::string entry;
    CHECK_FALSE(memory.find(receipt, 10, entry));
    memory.put(receipt, 10, "one");
    REQUIRE(memory.find(receipt, 10, entry));
    CHECK(entry == "one");
    const std::function<void(Receipt&)> changes[] = {
        [](Receipt& r) { r.text[31] ^= 1; }, [](Receipt& r) { ++r.policy; },
        [](Receipt& r) { ++r.model; }, [](Receipt& r) { r.direction = Direction::Output; }};
    for (const auto& change : changes) {
      Receipt other = receipt;
      change(other);
      CHECK_FALSE(memory.find(other, 10, entry));
    }
    memory.put(receipt, 10, "another");
    REQUIRE(memory.find(receipt, 10, entry));
    CHECK(entry == "another");
    CHECK(memory.counts().hits == 2);
    CHECK(memory.counts().misses == 5);
    CHECK(memory.counts().entries == 1);
  }

  TEST_CASE("an entry is forgotten when its time is over") {
    ManualClock clock(Time{});
    VerdictMemory memory({.lifetime = std::chrono::seconds(5)}, clock);
    memory.put(receipt_of(1), 10, "one");
    std::string entry;
    clock.advance(std::chrono::milliseconds(4999));
    CHECK(memory.find(receipt_of(1), 10, entry));
    clock.advance(std::chrono::milliseconds(1));
    CHECK_FALSE(memory.find(receipt_of(1), 10, entry));
    CHECK(memory.counts().entries == 0);
    CHECK(memory.counts().bytes == 0);
  }

  TEST_CASE("a flood of new entries keeps to the bytes, and leaves those that are asked for") {
    ManualClock clock(Time{});
    for (const std::size_t size : {std::size_t{20}, VerdictMemory::kEntryMax}) {
      CAPTURE(size);
      constexpr std::size_t kBytes = 1 << 20;
      VerdictMemory memory({.bytes_max = kBytes, .seed = 3}, clock);
      constexpr std::uint64_t kHot = 100;
      std::string entry;
      for (std::uint64_t hot = 0; hot < kHot; ++hot) {
        memory.put(receipt_of(hot), 10, "hot");
        CHECK(memory.find(receipt_of(hot), 10, entry));
      }
      std::size_t bytes_seen = 0, hits = 0, asked = 0;
      for (std::uint64_t flood = kHot; flood < 50'000; ++flood) {
        memory.put(receipt_of(flood), 10, std::string(size, 'x'));
        if (flood % 10 == 0) {
          hits += memory.find(receipt_of(flood / 10 % kHot), 10, entry);
          ++asked;
        }
        bytes_seen = std::max(bytes_seen, memory.counts().bytes);
      }
      CHECK(bytes_seen <= kBytes);
      CHECK(bytes_seen > kBytes / 2);
      CHECK(hits == asked);
    }
  }

  TEST_CASE("an entry larger than all others is dropped") {
    ManualClock clock(Time{});
    VerdictMemory memory({}, clock);
    memory.put(receipt_of(1), 10, std::string(VerdictMemory::kEntryMax + 1, 'x'));
    CHECK(memory.counts().dropped == 1);
    CHECK(memory.counts().entries == 0);
  }

  TEST_CASE("a memory of next to nothing keeps next to nothing") {
    ManualClock clock(Time{});
    VerdictMemory memory({.bytes_max = 1}, clock);
    for (std::uint64_t i = 0; i < 1000; ++i) memory.put(receipt_of(i), 10, "one");
    CHECK(memory.counts().entries == 0);
  }
}

}  // namespace
}  // namespace vedette::prompt
