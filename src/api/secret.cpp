#include "api/secret.h"

#include "base/assert.h"

#include <openssl/rand.h>

namespace vedette::api {

std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  VD_ASSERT(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(size)) ==
            1);
  return bytes;
}

}  // namespace vedette::api
