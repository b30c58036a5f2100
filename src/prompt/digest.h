// The two hashes that addresses of crypto currencies are checked with. Not for anything secret:
// their time is short texts', and nothing is wiped.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace vedette::prompt {

using Digest = std::array<std::uint8_t, 32>;

/// FIPS 180-4.
Digest sha256(std::string_view bytes);
/// Keccak as Ethereum took it, before NIST changed the padding. At most 135 bytes.
Digest keccak256(std::string_view bytes);

}  // namespace vedette::prompt
