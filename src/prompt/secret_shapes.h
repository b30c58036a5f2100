// The shapes of the keys that providers give out: a prefix that only they use, an alphabet, a
// length, and where there is one a checksum. A table (secret_shapes.def) and what reads it.
#pragma once

#include "prompt/leak.h"

#include <optional>
#include <string_view>

namespace vedette::prompt {

/// A key that begins exactly at `at`, which is where a word begins. Costs a look at the table for
/// most words, and for keys their length; at most a few thousand bytes are read.
std::optional<LeakHit> match_shape(std::string_view text, std::size_t at);

/// JWT: three parts, of which the first decodes to a JSON object that names an algorithm and the
/// second to another object. Also encrypted ones (five parts) and those without a signature.
std::optional<LeakHit> match_jwt(std::string_view text, std::size_t at);

/// The last six characters of GitHub's and npm's tokens are the CRC-32 of those before, base 62.
bool crc_fits(std::string_view body);

}  // namespace vedette::prompt
