// What tokens are made of: randomness and SHA-256, from OpenSSL.
#pragma once

#include <string>
#include <string_view>

namespace vedette::api {

/// From the kernel's generator, by way of OpenSSL's. Ends the process if there is none.
std::string random_bytes(std::size_t size);
/// 32 bytes (FIPS 180-4).
std::string sha256(std::string_view bytes);
/// In a time that depends on the sizes alone.
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace vedette::api
