#include "base/clock.h"

namespace vedette {

Time SystemClock::now() const {
  return std::chrono::system_clock::now();
}

double monotonic_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace vedette
