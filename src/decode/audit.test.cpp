#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
namespace {

using testing::OneLine;

}  // namespace

TEST_SUITE_BEGIN("decode/audit");

TEST_CASE("logins in the kernel's audit log, each failure once") {
  const std::string head = "type=";
  const std::string middle =
      " msg=audit(1700000000.125:77): pid=5 uid=0 auid=0 ses=1 subj=s msg='op=password "
      "acct=\"bob\" "
      "exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.7 terminal=ssh res=";
  const OneLine refused(head + "USER_AUTH" + middle + "failed'");
  CHECK(refused.action() == Action::PamAuthenticationFailure);
  CHECK(refused.outcome() == Outcome::Failure);
  CHECK(refused.time() == "2023-11-14T22:13:20.125Z");
  CHECK(refused.ip() == "192.0.2.7");
  CHECK(refused.text(Field::UserName) == "bob");
  CHECK(refused.text(Field::ProcessName) == "sshd");
  CHECK(refused.number(Field::ProcessPid) == 5);
  CHECK(OneLine(head + "USER_LOGIN" + middle + "failed'").outcome() == Outcome::Unknown);
  CHECK(OneLine(head + "USER_LOGIN" + middle + "success'").action() == Action::AcceptedLogin);
  CHECK(OneLine("node=web " + head + "USER_AUTH" + middle + "failed'").text(Field::HostName) ==
        "web");
  CHECK(OneLine("type=SYSCALL msg=audit(1700000000.125:77): arch=c000003e").status ==
        Decoded::Unknown);
  CHECK(OneLine("type=USER_AUTH msg=audit(x): pid=5 msg='res=failed'").status == Decoded::Unknown);
}

TEST_CASE("what was run through sudo, by whom and where") {
  const std::string head =
      "type=USER_CMD msg=audit(1700000000.125:77): pid=5 uid=1002 auid=1002 ses=1 msg='cwd=";
  const OneLine hex(head +
                    "\"/var/www\" cmd=636174202F6574632F736861646F77 terminal=pts/1 "
                    "res=success'");
  CHECK(hex.action() == Action::SudoCommand);
  CHECK(hex.text(Field::ProcessCommandLine) == "cat /etc/shadow");
  CHECK(hex.text(Field::ProcessWorkingDirectory) == "/var/www");
  CHECK(hex.text(Field::ProcessName) == "sudo");
  CHECK(hex.text(Field::ProcessTty) == "pts/1");
  CHECK(hex.text(Field::UserName) == "1002");
  CHECK(hex.number(Field::UserId) == 1002);
  const OneLine named(head +
                      "2F612062 cmd=\"id\" exe=\"/usr/bin/sudo\" terminal=? "
                      "res=failed'\x1DUID=\"bob\" AUID=\"bob\"");
  CHECK(named.action() == Action::SudoDenied);
  CHECK(named.text(Field::ProcessCommandLine) == "id");
  CHECK(named.text(Field::ProcessWorkingDirectory) == "/a b");
  CHECK(named.text(Field::UserName) == "bob");
  CHECK(OneLine(head + "/ cmd=6g terminal=? res=success'").text(Field::ProcessCommandLine) == "6g");
}

TEST_CASE("su changed the user; log services came and went, and no others are told of") {
  const OneLine su(
      "type=USER_AUTH msg=audit(1700000000.125:77): pid=5 uid=33 auid=4294967295 ses=4294967295 "
      "msg='op=PAM:authentication acct=\"bob\" exe=\"/bin/su\" hostname=? addr=? "
      "terminal=/dev/pts/1 res=success'");
  CHECK(su.action() == Action::SuSucceeded);
  CHECK(su.text(Field::UserName) == "bob");
  const std::string rest =
      " msg=audit(1700000000.125:77): pid=1 uid=0 auid=4294967295 ses=4294967295 msg='unit=rsyslog "
      "comm=\"systemd\" exe=\"/lib/systemd/systemd\" hostname=? addr=? terminal=? res=success'";
  CHECK(OneLine("type=SERVICE_STOP" + rest).action() == Action::LoggingStopped);
  CHECK(OneLine("type=SERVICE_START" + rest).action() == Action::LoggingStarted);
  CHECK(OneLine("type=SERVICE_STOP msg=audit(1700000000.125:77): pid=1 msg='unit=cron res=success'")
            .action() == Action::None);
}

TEST_SUITE_END();

}  // namespace vedette::decode
