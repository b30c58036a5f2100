#include "api/secret.h"

#include "base/assert.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>

namespace vedette::api {

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  VD_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) ==
            1);
  return bytes;
}

bool equal_secrets(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace vedette::api
