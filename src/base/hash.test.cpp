#include "base/hash.h"

#include <doctest/doctest.h>

#include <set>
#include <string>

namespace vedette {
namespace {

TEST_SUITE("base/hash") {
  TEST_CASE("hashes are XXH3's: the same on every machine and for ever, since they are stored") {
    CHECK(hash64("") == 0x2D06800538D394C2u);  // of xxHash's own documentation and tests
    CHECK(hash64("203.0.113.7") == hash64(std::string("203.0.113.") + "7"));
    CHECK(hash64("a") != hash64("a", 1));
  }

  TEST_CASE("mixing two hashes tells their order") {
    std::set<std::uint64_t> all;
    for (std::uint64_t a = 0; a < 50; ++a) {
      for (std::uint64_t b = 0; b < 50; ++b) all.insert(hash_combine(a, b));
    }
    CHECK(all.size() == 2500);
  }
}

}  // namespace
}  // namespace vedette
