#include "model/ledger.h"

#include <doctest/doctest.h>

namespace vedette {
namespace {

TEST_SUITE("model/ledger") {
  TEST_CASE("a ledger adds up when every line became an event or has a reason") {
    LedgerLine line{.received = 10, .processed = 7, .discarded = {2, 1}};
    CHECK(line.adds_up());
    ++line.received;
    CHECK_FALSE(line.adds_up());
  }

  TEST_CASE("lines of a ledger add field by field") {
    const LedgerLine one{.bytes = 1,
                         .received = 2,
                         .processed = 3,
                         .undecoded = 4,
                         .truncated = 5,
                         .repeats = 6,
                         .discarded = {7, 8}};
    LedgerLine sum = one;
    sum += one;
    CHECK(sum.bytes == 2);
    CHECK(sum.received == 4);
    CHECK(sum.processed == 6);
    CHECK(sum.undecoded == 8);
    CHECK(sum.truncated == 10);
    CHECK(sum.repeats == 12);
    CHECK(sum.discarded == std::array<std::uint64_t, kDiscards>{14, 16});
  }
}

}  // namespace
}  // namespace vedette
