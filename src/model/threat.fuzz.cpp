// decode_threat reads what a database holds: never trusted. What it understands must survive being
// written and read again, and become JSON.
#include "model/threat.h"

#include "base/assert.h"

#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(bytes), size);
  const auto threat = vedette::decode_threat(input);
  if (!threat) return 0;
  const std::string stored = vedette::encode(*threat);
  const auto again = vedette::decode_threat(stored);
  VD_ASSERT(again.has_value());
  VD_ASSERT(vedette::encode(*again) == stored);
  std::string json;
  vedette::append_json(json, *threat, vedette::Time{});
  VD_ASSERT(json.size() > 2);
  return 0;
}
