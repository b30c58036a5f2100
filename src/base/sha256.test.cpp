#include "base/sha256.h"

#include <doctest/doctest.h>

namespace vedette {

TEST_SUITE("base/sha256") {
  TEST_CASE("it gives what FIPS 180 says") {
    CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(hex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    CHECK(as_bytes(sha256("abc")).substr(0, 2) == "\xba\x78");
  }
}

}  // namespace vedette
