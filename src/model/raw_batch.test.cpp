#include "model/raw_batch.h"

#include <doctest/doctest.h>

#include <cstring>

namespace vedette {
namespace {

TEST_SUITE("model/raw_batch") {
  TEST_CASE("chunks stand one behind the other until the batch is full") {
    RawBatch batch(10);
    CHECK(batch.empty());
    std::memcpy(batch.room(), "one\n", 4);
    batch.add({.source = 1, .offset = 100, .written_by = {}}, 4);
    std::memcpy(batch.room(), "two\n", 4);
    batch.add({.source = 2, .offset = 7, .written_by = {}}, 4);
    REQUIRE(batch.chunks().size() == 2);
    CHECK(batch.bytes(batch.chunks()[0]) == "one\n");
    CHECK(batch.bytes(batch.chunks()[1]) == "two\n");
    CHECK(batch.chunks()[1].source == 2);
    CHECK(batch.chunks()[1].offset == 7);
    CHECK(batch.room_bytes() == 2);
    CHECK(batch.size() == 8);
    batch.clear();
    CHECK(batch.empty());
    CHECK(batch.room_bytes() == 10);
  }
}

}  // namespace
}  // namespace vedette
