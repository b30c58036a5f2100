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

  TEST_CASE("with a key it gives what RFC 4231 says") {
    CHECK(hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    CHECK(hex(hmac_sha256(std::string(131, '\xaa'),
                          "Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  }

  TEST_CASE("secrets are equal when all of their bytes are") {
    CHECK(equal_secrets("secret", "secret"));
    CHECK(equal_secrets("", ""));
    CHECK_FALSE(equal_secrets("secret", "secres"));
    CHECK_FALSE(equal_secrets("secret", "secre"));
    CHECK_FALSE(equal_secrets("", "secret"));
  }
}

}  // namespace vedette
