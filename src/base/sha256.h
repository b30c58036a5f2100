// SHA-256 (FIPS 180-4): for what a stranger must not be able to find a second text for.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace vedette {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);
/// HMAC-SHA-256 (RFC 2104): what only who has the key can make.
Digest hmac_sha256(std::string_view key, std::string_view bytes);
/// In a time that depends on the sizes alone.
bool equal_secrets(std::string_view a, std::string_view b);

inline std::string_view as_bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
/// 64 digits, lower case.
std::string hex(const Digest& digest);

}  // namespace vedette
