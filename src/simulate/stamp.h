// Stamp: times and line heads as the different programs write them. Remembers the day it was asked
// for last, since the calendar costs more than all the rest. One per thread.
#pragma once

#include "base/time.h"
#include "simulate/options.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::simulate {

/// The name of the machine that the logs are from, where there are not several.
inline constexpr std::string_view kHost = "alder";

class Stamp {
 public:
  struct Sender {
    unsigned priority;
    std::string_view program;
    std::uint32_t pid;
    std::string_view host = kHost;
  };
  /// Up to and with the blank before the message. `pid` 0 is left out.
  void append_syslog_head(std::string& out, Time time, SyslogHeader header, const Sender& sender);
  /// 05/Jan/2026:08:00:01 +0000
  void append_access(std::string& out, Time time);
  /// 2026/01/05 08:00:01
  void append_nginx_error(std::string& out, Time time);
  /// Mon Jan 05 08:00:01.123456 2026
  void append_apache_error(std::string& out, Time time);
  /// 2026-01-05T08:00:01.123456Z
  void append_cowrie(std::string& out, Time time);
  /// 2026-01-05T08:00:01.123Z
  void append_milliseconds(std::string& out, Time time);

 private:
  struct Clockwork {
    unsigned hour, minute, second, microsecond;
  };
  Clockwork set(Time time);
  void append_date(std::string& out, char separator) const;

  std::int64_t day_ = -1;
  int year_ = 1970;
  unsigned month_ = 1, day_of_month_ = 1, weekday_ = 4;
};

}  // namespace vedette::simulate
