#include "prompt/crypto_address.h"

#include <doctest/doctest.h>

namespace vedette::prompt {

TEST_SUITE_BEGIN("prompt/crypto_address");

TEST_CASE("Bitcoin addresses of each form are known by their checksums") {
  CHECK(is_bitcoin_address("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"));  // the first of all
  CHECK(is_bitcoin_address("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"));
  CHECK(is_bitcoin_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"));  // BIP 173
  CHECK(is_bitcoin_address("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"));
  CHECK(is_bitcoin_address("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"));
  CHECK(!is_bitcoin_address("1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb"));
  CHECK(!is_bitcoin_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5"));
  CHECK(!is_bitcoin_address("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3T4"));
  CHECK(!is_bitcoin_address("1111111111111111111111111111"));
  CHECK(!is_bitcoin_address(""));
}

TEST_CASE("Ethereum addresses are checked where they carry a checksum") {
  constexpr std::string_view kAddress = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";  // EIP-55
  CHECK(ethereum_address(kAddress) == EthereumAddress::Checked);
  CHECK(ethereum_address("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed") ==
        EthereumAddress::Unchecked);
  CHECK(ethereum_address("0x5AAeb6053F3E94C9b9A09f33669435E7Ef1BeAed") == EthereumAddress::No);
  CHECK(ethereum_address(kAddress.substr(0, 41)) == EthereumAddress::No);
}

TEST_SUITE_END();

}  // namespace vedette::prompt
