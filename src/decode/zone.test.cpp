#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::ZoneForTest;

std::string utc_of(LocalZone& zone, const Civil& local) {
  return format_rfc3339(zone.to_utc(local));
}

}  // namespace

TEST_SUITE_BEGIN("decode/zone");

TEST_CASE("a local time becomes UTC by the offset of its own season") {
  const ZoneForTest berlin("Europe/Berlin");
  LocalZone zone;
  CHECK(utc_of(zone, {.year = 2024, .month = 1, .day = 15, .hour = 12}) == "2024-01-15T11:00:00Z");
  CHECK(utc_of(zone, {.year = 2024, .month = 7, .day = 15, .hour = 12}) == "2024-07-15T10:00:00Z");
  CHECK(utc_of(zone, {.year = 2024, .month = 1, .day = 15, .hour = 12, .minute = 59}) ==
        "2024-01-15T11:59:00Z");
}

TEST_CASE("an hour that comes twice is the first of the two, whatever was asked before") {
  const ZoneForTest berlin("Europe/Berlin");
  LocalZone zone, other;
  const Civil twice{.year = 2024, .month = 10, .day = 27, .hour = 2, .minute = 30};
  utc_of(zone, {.year = 2024, .month = 1, .day = 1});
  CHECK(utc_of(zone, twice) == "2024-10-27T00:30:00Z");
  utc_of(other, {.year = 2024, .month = 7, .day = 1});
  CHECK(utc_of(other, twice) == "2024-10-27T00:30:00Z");
  CHECK(utc_of(zone, {.year = 2024, .month = 10, .day = 27, .hour = 3}) == "2024-10-27T02:00:00Z");
}

TEST_CASE("an hour that never comes is taken as if the clock had stayed") {
  const ZoneForTest berlin("Europe/Berlin");
  LocalZone zone;
  CHECK(utc_of(zone, {.year = 2024, .month = 3, .day = 31, .hour = 2, .minute = 30}) ==
        "2024-03-31T01:30:00Z");
}

TEST_CASE("times before 1970 have their hour too") {
  const ZoneForTest utc("UTC");
  LocalZone zone;
  CHECK(utc_of(zone, {.year = 1969, .month = 12, .day = 31, .hour = 23, .minute = 59}) ==
        "1969-12-31T23:59:00Z");
}

TEST_SUITE_END();

}  // namespace vedette::decode
