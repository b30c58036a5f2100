// VD_ASSERT: our own mistakes, never input. It stays on in release, names the place and aborts, so
// that a broken invariant stops before it is stored.
#pragma once

namespace vedette {

[[noreturn]] void assert_failed(const char* what, const char* file, int line);

}  // namespace vedette

#define VD_ASSERT(x) \
  (static_cast<bool>(x) ? static_cast<void>(0) : ::vedette::assert_failed(#x, __FILE__, __LINE__))
