// The times that stand before syslog messages: RFC 3164 and its dialects, RFC 3339, ISO times
// without a zone.
//
// A part of SyslogHeaderReader; one per thread, since it remembers the minute of the line before
// and the year that the last date fell into. Nearly every line shares both.
#pragma once

#include "base/time.h"
#include "decode/lines.h"

#include <array>
#include <cstddef>
#include <string_view>

namespace vedette::decode {

/// What a time says in front of its seconds.
struct SyslogMinute {
  unsigned year = 0;  ///< 0: it says none
  unsigned month = 0, day = 0;
  Duration of_day{};
  Time start;  ///< as it stands there, if it names a year
};

class SyslogTimeReader {
 public:
  explicit SyslogTimeReader(LocalZone& zone) : zone_(zone) {}

  /// Takes a time off the front of `text`. `written_by`: no time of a year that is not named can be
  /// later than this and a day.
  bool take(std::string_view& text, Time written_by, Time& time);

 private:
  using MinuteReader = bool (*)(std::string_view& text, SyslogMinute& minute);

  bool take_minute(std::string_view& text, MinuteReader read);
  bool take_bsd_time(std::string_view& text, Time& time);
  bool take_iso_time(std::string_view& text, Time& time);
  Time in_latest_year(unsigned month, unsigned day, Duration time_of_day);

  LocalZone& zone_;
  Time limit_;  // the latest time that a date without a year can mean

  std::array<char, 32> beginning_;  // of the last time, up to its seconds
  std::size_t beginning_size_ = 0;  // 0: none is remembered
  SyslogMinute minute_;             // what it means

  unsigned month_ = 0;  // of the date whose year is remembered
  unsigned day_ = 0;
  Time midnight_;          // its start, local
  Time remembered_limit_;  // it was found under this limit
};

}  // namespace vedette::decode
