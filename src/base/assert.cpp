#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace vedette {

void assert_failed(const char* what, const char* file, int line) {
  std::fprintf(stderr, "vedette: %s:%d: this should never be false: %s\n", file, line, what);
  std::abort();
}

}  // namespace vedette
