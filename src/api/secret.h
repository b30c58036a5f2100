// What tokens are made of, and how they are compared.
#pragma once

#include <string>
#include <string_view>

namespace vedette::api {

/// From the kernel's generator, by way of OpenSSL's. Ends the process if there is none.
std::string random_bytes(std::size_t size);
/// In a time that depends on the sizes alone.
bool equal_secrets(std::string_view a, std::string_view b);

}  // namespace vedette::api
