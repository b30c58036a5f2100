// The hash that addresses of Ethereum are checked with.
#pragma once

#include "base/sha256.h"

#include <string_view>

namespace vedette::prompt {

/// Keccak as Ethereum took it, before NIST changed the padding. At most 135 bytes.
Digest keccak256(std::string_view bytes);

}  // namespace vedette::prompt
