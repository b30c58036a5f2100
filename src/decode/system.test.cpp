#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::OneLine;

struct Case {
  std::string_view text;
  Action action;
};

void check(const Case& c) {
  CAPTURE(c.text);
  const OneLine decoded("Jun  7 03:04:05 web " + std::string(c.text));
  CHECK(describe(decoded.action()).text == describe(c.action).text);
}

}  // namespace

TEST_SUITE_BEGIN("decode/system");

TEST_CASE("log services that start and stop") {
  const Case cases[] = {
      {"rsyslogd: [origin software=\"rsyslogd\" swVersion=\"8.2\" x-pid=\"1\" x-info=\"http://x\"] "
       "start",
       Action::LoggingStarted},
      {"rsyslogd: [origin software=\"rsyslogd\" swVersion=\"8.2\" x-pid=\"1\" x-info=\"http://x\"] "
       "exiting on signal 15.",
       Action::LoggingStopped},
      {"rsyslogd: exiting on signal 15.", Action::LoggingStopped},
      {"rsyslogd-2177: imuxsock begins to drop messages", Action::None},
      {"kernel: imklog 5.8.10, log source = /proc/kmsg started.", Action::LoggingStarted},
      {"kernel: Kernel logging (proc) stopped.", Action::LoggingStopped},
      {"syslogd 1.4.1: restart.", Action::LoggingStarted},
      {"syslogd: exiting on signal 15", Action::LoggingStopped},
      {"syslogd: kernel boot file is /boot/kernel/kernel", Action::LoggingStarted},
      {"syslog-ng[3]: syslog-ng starting up; version='3.28'", Action::LoggingStarted},
      {"syslog-ng[3]: syslog-ng shutting down; version='3.28'", Action::LoggingStopped},
      {"systemd-journald[3]: Journal started", Action::LoggingStarted},
      {"systemd-journald[3]: Journal stopped", Action::LoggingStopped},
      {"auditd[3]: Init complete, auditd 3.0 listening for events (startup state enable)",
       Action::LoggingStarted},
      {"auditd[3]: The audit daemon is exiting.", Action::LoggingStopped},
      {"systemd[1]: Stopped System Logging Service.", Action::LoggingStopped},
      {"systemd[1]: Stopped rsyslog.service - System Logging Service.", Action::LoggingStopped},
      {"systemd[1]: Started System Logging Service.", Action::LoggingStarted},
      {"systemd[1]: Stopping System Logging Service...", Action::None},
      {"systemd[1]: Stopped Regular background program processing daemon.", Action::None},
  };
  for (const Case& c : cases) check(c);
}

TEST_CASE("machines that start and stop") {
  const Case cases[] = {
      {"kernel: [    0.000000] Linux version 6.1.0-18-amd64 (x@y) #1 SMP", Action::SystemStarted},
      {"kernel: Linux version 2.4.20", Action::SystemStarted},
      {"kernel: FreeBSD 13.2-RELEASE-p1 GENERIC amd64", Action::SystemStarted},
      {"kernel: [ 12.0] usb 1-1: new device", Action::None},
      {"systemd[1]: Startup finished in 2.1s (kernel) + 3s (userspace) = 5.1s.",
       Action::SystemStarted},
      {"systemd[900]: Startup finished in 50ms.", Action::None},
      {"systemd[1]: Reached target reboot.target - System Reboot.", Action::SystemStopped},
      {"shutdown[3]: shutting down for system reboot", Action::SystemStopped},
      {"init: Switching to runlevel: 6", Action::SystemStopped},
  };
  for (const Case& c : cases) check(c);
}

TEST_SUITE_END();

}  // namespace vedette::decode
