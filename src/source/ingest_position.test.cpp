#include "source/ingest_position.h"

#include <doctest/doctest.h>

using namespace vedette::source;

TEST_SUITE("source/ingest_position") {
  TEST_CASE("a position survives being stored") {
    const IngestPosition position{{7, 123'456'789}, 4711, true};
    const auto read = decode_ingest_position(encode(position));
    REQUIRE(read);
    CHECK((*read == position));
  }

  TEST_CASE("what is not a position is refused") {
    const std::string good = encode(IngestPosition{{7, 100}, 5, false});
    for (std::size_t bytes = 0; bytes < good.size(); ++bytes) {
      CHECK_FALSE(decode_ingest_position(good.substr(0, bytes)));
    }
    CHECK_FALSE(decode_ingest_position(good + "x"));
    CHECK_FALSE(decode_ingest_position(encode(IngestPosition{{0, 0}, 0, false})));
    CHECK_FALSE(decode_ingest_position(encode(IngestPosition{{UINT64_MAX, 0}, 0, false})));
    CHECK_FALSE(decode_ingest_position(encode(IngestPosition{{1, UINT64_MAX}, 0, false})));
    CHECK_FALSE(decode_ingest_position(encode(IngestPosition{{1, 0}, UINT64_MAX, false})));
  }
}
