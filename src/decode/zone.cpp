#include "decode/lines.h"

#include <ctime>

namespace vedette::decode {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

/// The offset from UTC that is in force at a moment, in seconds east.
seconds offset_at(std::time_t moment) {
  std::tm fields{};
  return localtime_r(&moment, &fields) != nullptr ? seconds{fields.tm_gmtoff} : seconds{0};
}

/// Not mktime: for a time that comes twice its answer depends on what it was asked before.
seconds offset_of_local(std::time_t local) {
  constexpr std::time_t kDay = 86'400;
  const seconds before = offset_at(local - kDay);
  const seconds after = offset_at(local + kDay);
  if (before == after || offset_at(local - before.count()) == before) return before;
  if (offset_at(local - after.count()) == after) return after;
  return before;  // the hour that the clock skips
}

}  // namespace

Time LocalZone::to_utc(Time local) {
  const auto hour = std::chrono::floor<hours>(local).time_since_epoch();
  if (hour.count() != hour_) {
    hour_ = hour.count();
    offset_ = offset_of_local(static_cast<std::time_t>(seconds{hour}.count()));
  }
  return local - offset_;
}

}  // namespace vedette::decode
