// The decoders of single kinds of lines, inside decode/. Each looks at a text and either fills the
// open event of the batch and returns true, or returns false; what it had set by then the caller
// rolls back. None calls begin() or end(), none allocates, none fails.
#pragma once

#include "base/time.h"
#include "model/event.h"

#include <string_view>

namespace vedette::decode {

/// Turns local times without a zone into UTC, by the zone of this machine (TZ). Remembers the
/// offset of the hour asked last, since mktime costs more than the whole rest of a line. One per
/// thread.
class LocalZone {
 public:
  Time to_utc(const Civil& local) { return to_utc(from_civil_utc(local)); }
  /// `local` counts as if the local time were UTC. A time that comes twice (the clock was put back)
  /// is the first of the two; one that never comes is taken as if the clock had not been put
  /// forward.
  Time to_utc(Time local);

 private:
  std::int64_t hour_ = -1;  // hours since 1970, local, that the offset belongs to
  Duration offset_{};
};

/// The program named in a syslog header: "sshd", "sudo", "kernel"; without path, pid or blanks.
struct SyslogMessage {
  std::string_view program;
  std::string_view text;
};

// sshd.cpp and its neighbours: what follows the syslog header.
bool decode_sshd(std::string_view text, EventBatch& out);
bool decode_sudo(std::string_view text, EventBatch& out);
bool decode_su(std::string_view text, EventBatch& out);
bool decode_pam(const SyslogMessage& message, EventBatch& out);
bool decode_accounts(const SyslogMessage& message, EventBatch& out);
bool decode_cron(const SyslogMessage& message, EventBatch& out);
bool decode_logind(std::string_view text, EventBatch& out);
bool decode_system(const SyslogMessage& message, EventBatch& out);  // log services, start and stop
bool decode_login(const SyslogMessage& message, EventBatch& out);   // login, ftpd, doas, libwrap
bool decode_dropbear(std::string_view text, EventBatch& out);
bool decode_endlessh(std::string_view text, EventBatch& out);
bool decode_dovecot(const SyslogMessage& message, EventBatch& out);
bool decode_postfix(std::string_view text, EventBatch& out);     // smtpd, postscreen
bool decode_exim(std::string_view text, EventBatch& out);        // behind the time of its main log
bool decode_ftp(const SyslogMessage& message, EventBatch& out);  // vsftpd, proftpd, pure-ftpd
bool decode_webmail(std::string_view text, EventBatch& out);     // Horde, Roundcube
bool decode_ids(std::string_view text, EventBatch& out);         // Suricata, Snort; behind the time

// Whole lines of files without syslog's header, their time included.
bool decode_exim_line(std::string_view line, LocalZone& zone, EventBatch& out);
bool decode_roundcube_line(std::string_view line, LocalZone& zone, EventBatch& out);
bool decode_ids_line(std::string_view line, Time written_by, LocalZone& zone, EventBatch& out);

// audit.cpp: a whole line of the kernel's audit log, as far as it is about logins.
bool decode_audit(std::string_view line, EventBatch& out);

// netfilter.cpp: the kernel's LOG target, UFW's included; what follows the syslog header.
bool decode_netfilter(std::string_view text, EventBatch& out);

// web_access.cpp, web_error.cpp: a whole line, or what follows the header when a web server logs to
// syslog.
bool decode_web_access(std::string_view line, LocalZone& zone, EventBatch& out);
bool decode_web_error(std::string_view line, LocalZone& zone, EventBatch& out);

}  // namespace vedette::decode
