#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
using testing::line;
using testing::OneLine;

TEST_SUITE_BEGIN("decode/logind");

TEST_CASE("sessions, and the machine going down") {
  const OneLine opened = line("systemd-logind[7]: New session 12 of user bob.");
  CHECK(opened.action() == Action::SessionOpened);
  CHECK(opened.text(Field::SessionId) == "12");
  CHECK(opened.text(Field::UserName) == "bob");
  const OneLine newer =
      line("systemd-logind[7]: New session 'c1' of user 'bob' with class 'user' and type 'tty'.");
  CHECK(newer.text(Field::SessionId) == "c1");
  CHECK(newer.text(Field::UserName) == "bob");
  CHECK(line("systemd-logind[7]: Removed session 12.").text(Field::SessionId) == "12");
  CHECK(line("systemd-logind[7]: System is powering down.").action() == Action::SystemStopped);
  CHECK(line("systemd-logind[7]: Power key pressed short.").action() == Action::SystemStopped);
  CHECK(line("systemd-logind[7]: New seat seat0.").action() == Action::None);
}

TEST_SUITE_END();

}  // namespace vedette::decode
