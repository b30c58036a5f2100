// What stands before the message of a syslog line: RFC 3164 and its many dialects, RFC 5424, the
// RFC 3339 form of rsyslog and systemd, ISO times without a zone, and no header but a tag.
//
// A part of Decoder; one per thread, like its reader of times.
#pragma once

#include "base/time.h"
#include "decode/lines.h"
#include "decode/syslog_time.h"

#include <string_view>

namespace vedette::decode {

struct SyslogHeader {
  Time time;              ///< Time{} when the line has none
  std::string_view host;  ///< each of these may be missing: empty
  std::string_view program;
  std::string_view pid;
  std::string_view text;  ///< the message
  int priority = -1;      ///< facility * 8 + severity
};

class SyslogHeaderReader {
 public:
  explicit SyslogHeaderReader(LocalZone& zone) : times_(zone) {}

  /// A line that begins with `<PRI>`, a month, a weekday or a year. `written_by`: no time of a year
  /// that is not named can be later than this and a day.
  bool read(std::string_view line, Time written_by, SyslogHeader& header);
  /// A line that begins with a time in brackets: `[Jun  7 03:04:05] host sshd[123]: `.
  bool read_bracketed(std::string_view line, Time written_by, SyslogHeader& header);
  /// A line that begins with a tag, or a host and a tag: `sshd[123]: `, `[sshd] `, `host sshd[123]:
  /// `.
  bool read_tag_only(std::string_view line, SyslogHeader& header) const;
  /// The RFC 3339 time that containerd writes before each line of a container, and its stream:
  /// `2024-01-02T03:04:05.6Z stdout F `. Leaves the line of the container in `header.text`.
  bool read_container(std::string_view line, SyslogHeader& header);
  /// A line that begins with a time of multilog or s6-log, `@` and 24 hexadecimal digits, and then
  /// a tag.
  bool read_tai64n(std::string_view line, SyslogHeader& header) const;

 private:
  bool read_rfc5424(std::string_view text, SyslogHeader& header);

  SyslogTimeReader times_;
};

}  // namespace vedette::decode
