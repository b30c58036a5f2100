// What tokens are made of.
#pragma once

#include <string>

namespace vedette::api {

/// From the kernel's generator, by way of OpenSSL's. Ends the process if there is none.
std::string random_bytes(std::size_t size);

}  // namespace vedette::api
