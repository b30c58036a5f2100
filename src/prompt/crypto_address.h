// Addresses of crypto currencies, which carry checksums: no random text passes for one.
#pragma once

#include <string_view>

namespace vedette::prompt {

/// Base58Check (1…, 3…) or Bech32 and Bech32m (bc1…, BIP 173 and 350), of the main network.
bool is_bitcoin_address(std::string_view word);

enum class EthereumAddress : unsigned char { No, Unchecked, Checked };
/// 0x and 40 hexadecimal digits. The case of letters is a checksum (EIP-55) where both cases occur;
/// without it any hash of 20 bytes looks the same.
EthereumAddress ethereum_address(std::string_view word);

}  // namespace vedette::prompt
