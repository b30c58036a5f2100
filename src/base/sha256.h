// SHA-256 (FIPS 180-4): for what a stranger must not be able to find a second text for.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace vedette {

using Digest = std::array<std::uint8_t, 32>;

Digest sha256(std::string_view bytes);

inline std::string_view as_bytes(const Digest& digest) {
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}
/// 64 digits, lower case.
std::string hex(const Digest& digest);

}  // namespace vedette
