#include "prompt/keccak.h"

#include <doctest/doctest.h>

namespace vedette::prompt {

TEST_SUITE("prompt/keccak") {
  TEST_CASE("Keccak-256 is the one before NIST's padding") {
    CHECK(hex(keccak256("")) == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470");
    CHECK(hex(keccak256("abc")) ==
          "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45");
  }
}

}  // namespace vedette::prompt
