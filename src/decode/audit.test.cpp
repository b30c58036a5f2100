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

TEST_SUITE_END();

}  // namespace vedette::decode
