#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {

using testing::line;
using testing::OneLine;

TEST_SUITE_BEGIN("decode/endlessh");

TEST_CASE("who is in the tar pit, by syslog and in its own file") {
  const OneLine opened = line("endlessh[7]: ACCEPT host=::ffff:192.0.2.7 port=4000 fd=4 n=1/4096");
  CHECK(opened.action() == Action::ConnectionOpened);
  CHECK(opened.event().dataset == Dataset::Auth);
  CHECK(opened.ip() == "192.0.2.7");
  CHECK(opened.number(Field::SourcePort) == 4000);
  const OneLine closed(
      "2026-03-01T10:00:20.500Z CLOSE host=2001:db8::1 port=4000 fd=4 time=20.017 bytes=20");
  CHECK(closed.action() == Action::ConnectionClosed);
  CHECK(closed.ip() == "2001:db8::1");
  CHECK(closed.time() == "2026-03-01T10:00:20.500Z");
  CHECK(closed.text(Field::ProcessName) == "endlessh");
  CHECK(closed.text(Field::HostName).empty());
}

TEST_CASE("its other lines, and lines that only begin like it") {
  for (const char* text : {"endlessh[7]: MaxClients 4096", "endlessh[7]: ACCEPT host=192.0.2.7",
                           "endlessh[7]: ACCEPT host=a b port=1 fd=4", "CLOSE[7]: host=192.0.2.7",
                           "endlessh[7]: ACCEPT host=192.0.2.7 port=1 time=4"}) {
    CAPTURE(text);
    CHECK(line(text).action() == Action::None);
  }
  CHECK(OneLine("<13>1 2026-03-01T10:00:20Z - - - - - host=192.0.2.7").action() == Action::None);
  CHECK(OneLine("1 2026-03-01T10:00:20Z - - - - - host=192.0.2.7").action() == Action::None);
}

TEST_SUITE_END();

}  // namespace vedette::decode
