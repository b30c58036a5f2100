// The decoders of single kinds of lines, inside decode/. Each looks at a text and either fills the open
// event of the batch and returns true, or returns false; what it had set by then the caller rolls back.
// None calls begin() or end(), none allocates, none fails.
#pragma once

#include <string_view>

#include "base/time.h"
#include "model/event.h"

namespace vedette::decode {

/// Turns local times without a zone into UTC, by the zone of this machine (TZ). Remembers the offset of
/// the hour asked last, since mktime costs more than the whole rest of a line. One per thread.
class LocalZone {
 public:
  Time to_utc(const Civil& local);

 private:
  std::int64_t hour_ = -1;  // hours since 1970, local, that the offset belongs to
  Duration offset_{};
};

/// The program named in a syslog header: "sshd", "sudo", "kernel"; without path, pid or blanks.
struct SyslogMessage {
  std::string_view program;
  std::string_view text;
};

// auth.cpp and its neighbours: what follows the syslog header.
bool decode_sshd(std::string_view text, EventBatch& out);
bool decode_sudo(std::string_view text, EventBatch& out);
bool decode_su(std::string_view text, EventBatch& out);
bool decode_pam(const SyslogMessage& message, EventBatch& out);
bool decode_accounts(const SyslogMessage& message, EventBatch& out);
bool decode_cron(const SyslogMessage& message, EventBatch& out);
bool decode_logind(std::string_view text, EventBatch& out);
bool decode_system(const SyslogMessage& message, EventBatch& out);  // log services, start and stop

// netfilter.cpp: the kernel's LOG target, UFW's included; what follows the syslog header.
bool decode_netfilter(std::string_view text, EventBatch& out);

// web_access.cpp, web_error.cpp: a whole line, or what follows the header when a web server logs to syslog.
bool decode_web_access(std::string_view line, LocalZone& zone, EventBatch& out);
bool decode_web_error(std::string_view line, LocalZone& zone, EventBatch& out);

}  // namespace vedette::decode
