#include "base/text.h"
#include "decode/lines.h"

#include <initializer_list>

namespace vedette::decode {
namespace {

using Texts = std::initializer_list<std::string_view>;

bool begins_with(std::string_view text, Texts beginnings) {
  for (const std::string_view beginning : beginnings) {
    if (text.starts_with(beginning)) return true;
  }
  return false;
}

bool contains(std::string_view text, Texts parts) {
  for (const std::string_view part : parts) {
    if (text.find(part) != std::string_view::npos) return true;
  }
  return false;
}

/// `[  970.699396] ` in front of what the kernel says.
std::string_view without_uptime(std::string_view text) {
  if (text.starts_with('[')) {
    const std::size_t close = text.substr(0, 32).find(']');
    if (close != std::string_view::npos) return trim(text.substr(close + 1));
  }
  return text;
}

Action of_kernel(std::string_view text) {
  text = without_uptime(text);
  if (text.empty()) return Action::None;
  switch (text[0]) {
    case 'L':
      if (text.starts_with("Linux version ")) return Action::SystemStarted;
      break;
    case 'F':
      if (text.starts_with("FreeBSD ") && text.find("-RELEASE") != std::string_view::npos) {
        return Action::SystemStarted;
      }
      break;
    case 'C':
      if (text.starts_with("Copyright (c) 1992-") &&
          text.find("FreeBSD") != std::string_view::npos) {
        return Action::SystemStarted;
      }
      break;
    case 'K':
      if (begins_with(text, {"Kernel logging (proc) stopped", "Kernel log daemon terminating"})) {
        return Action::LoggingStopped;
      }
      break;
    case 'i':
    case 'k':
      if (begins_with(text, {"imklog ", "klogd "}) && text.ends_with("started.")) {
        return Action::LoggingStarted;
      }
      break;
    case 'r':
      if (begins_with(
              text, {"reboot: Restarting system", "reboot: Power down", "reboot: System halted"})) {
        return Action::SystemStopped;
      }
      break;
    default:
      break;
  }
  return Action::None;
}

/// rsyslogd, syslogd, syslog-ng, klogd; old ones have their version in the text or in the name.
Action of_log_service(std::string_view text) {
  if (begins_with(text, {"exiting on signal ", "syslog-ng shutting down", "syslog-ng exiting",
                         "Termination requested via signal"})) {
    return Action::LoggingStopped;
  }
  const bool origin = text.starts_with("[origin software=");
  if (origin && text.find("exiting on signal ") != std::string_view::npos) {
    return Action::LoggingStopped;
  }
  if ((origin && (text.ends_with("] start") || text.ends_with("] (re)start") ||
                  text.ends_with("] restart"))) ||
      text.ends_with("restart.") || text.ends_with(": restart") ||
      begins_with(text, {"syslog-ng starting up", "kernel boot file is ", "started: BusyBox"})) {
    return Action::LoggingStarted;
  }
  return Action::None;
}

Action of_journal(std::string_view text) {
  if (begins_with(text, {"Journal started", "Collecting audit messages is"})) {
    return Action::LoggingStarted;
  }
  if (begins_with(text, {"Journal stopped"})) return Action::LoggingStopped;
  return Action::None;
}

Action of_auditd(std::string_view text) {
  if (text.find("listening for events") != std::string_view::npos) return Action::LoggingStarted;
  if (begins_with(text, {"The audit daemon is exiting", "Audit daemon is suspending logging"})) {
    return Action::LoggingStopped;
  }
  return Action::None;
}

bool is_logging_unit(std::string_view text) {
  return contains(text, {"System Logging", "system logger", "Journal Service", "Security Audit",
                         "rsyslog", "syslog-ng", "syslog.service", "auditd", "journald"});
}

/// systemd as process 1 (and, for what nobody else says, as that of a user).
Action of_systemd(std::string_view text) {
  if (begins_with(text, {"Started ", "Stopped "}) && is_logging_unit(text)) {
    return text[2] == 'a' ? Action::LoggingStarted : Action::LoggingStopped;
  }
  if (text.starts_with("Startup finished in ") && text.find("(kernel)") != std::string_view::npos) {
    return Action::SystemStarted;
  }
  if (begins_with(text, {"Reached target Shutdown", "Reached target shutdown.target",
                         "Reached target Power-Off", "Reached target Reboot",
                         "Reached target poweroff.target", "Reached target reboot.target",
                         "Powering off.", "Rebooting.", "Halting system."})) {
    return Action::SystemStopped;
  }
  return Action::None;
}

Action of_shutdown(std::string_view text) {
  if (contains(text, {"shutting down", "reboot by", "halt by", "power-down by", "rebooted by",
                      "halted by", "Switching to runlevel: 0", "Switching to runlevel: 6"})) {
    return Action::SystemStopped;
  }
  return Action::None;
}

bool is_log_service(std::string_view program) {
  return program.starts_with("rsyslogd") || program == "syslogd" || program == "syslog-ng" ||
         program == "klogd" || program == "rklogd" || program == "syslog" || program == "sysklogd";
}

Action action_of(const SyslogMessage& message, std::string_view text) {
  const std::string_view program = message.program;
  if (program == "kernel") return of_kernel(text);
  if (is_log_service(program)) return of_log_service(text);
  if (program == "systemd") return of_systemd(text);
  if (program == "systemd-journald" || program == "systemd-journal") return of_journal(text);
  if (program == "auditd") return of_auditd(text);
  if (program == "shutdown" || program == "init" || program == "reboot" || program == "halt") {
    return of_shutdown(text);
  }
  if (program == "systemd-shutdown") return Action::SystemStopped;
  if (program.empty() && begins_with(text, {"syslogd ", "klogd ", "rsyslogd "})) {
    return of_log_service(text.substr(text.find(' ') + 1));  // `syslogd 1.4.1: restart.`
  }
  return Action::None;
}

}  // namespace

bool decode_system(const SyslogMessage& message, EventBatch& out) {
  const Action action = action_of(message, trim(message.text));
  if (action == Action::None) return false;
  out.set_action(action);
  out.current().dataset = Dataset::Syslog;
  return true;
}

}  // namespace vedette::decode
