// Profiles come from a file that others may have written: what is read is written again as it was,
// its features are numbers, and it can go on.
#include "anomaly/profile.h"

#include "anomaly/testing.h"
#include "base/assert.h"

#include <cmath>
#include <string>

namespace {

using namespace vedette;           // NOLINT(google-build-using-namespace)
using namespace vedette::anomaly;  // NOLINT(google-build-using-namespace)

std::string encoded(const Profile& profile) {
  std::string bytes;
  Writer writer(bytes);
  profile.encode(writer);
  return bytes;
}

void check_numbers(const Profile& profile) {
  for (std::size_t kind = 0; kind < kKinds; ++kind) {
    for (const float value : testing::features_of(profile, static_cast<Kind>(kind))) {
      VD_ASSERT(std::isfinite(value) && value > -100 && value < 200);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  Reader reader({reinterpret_cast<const char*>(bytes), size});
  Profile profile, again;
  if (!profile.decode(reader)) return 0;
  const std::string written = encoded(profile);
  Reader second(written);
  VD_ASSERT(again.decode(second) && second.done());
  VD_ASSERT(encoded(again) == written);
  check_numbers(profile);
  Random random(size);
  for (int i = 0; i < 50; ++i) {
    const std::int64_t time = profile.last_ns() + random.below(1 << 30) * std::int64_t{1000};
    profile.observe(Kind::Source, testing::random_activity(random, time, 20), {});
  }
  profile.observe(Kind::Host, testing::random_activity(random, random.below(1 << 30), 20), {});
  profile.observe(Kind::Host, testing::random_activity(random, random.below(1 << 30), 20), {});
  check_numbers(profile);
  const std::string gone_on = encoded(profile);
  Reader third(gone_on);
  VD_ASSERT(again.decode(third) && third.done());
  return 0;
}
