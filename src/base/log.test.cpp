#include "base/log.h"

#include "base/captured_stderr.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace vedette::log {
namespace {

TEST_SUITE("base/log") {
  TEST_CASE("a line has time, level, sentence and fields") {
    const std::string line = captured_stderr([] {
      warn("The store waits.",
           {{"path", "/var/lib/x"}, {"waiting", 3}, {"error", "no space left"}});
    });
    CHECK(line.ends_with(
        " warning The store waits. path=/var/lib/x waiting=3 error=\"no space left\"\n"));
    CHECK(line[10] == 'T');
  }

  TEST_CASE("what an attacker wrote cannot forge a line or a field") {
    const std::string line = captured_stderr([] {
      error("A line.", {{"user", "x\n2026-01-01T00:00:00Z info All is well."},
                        {"b", "\" c=\"d"},
                        {"e", ""},
                        {"f", "\x1B[2J"}});
    });
    CHECK(std::count(line.begin(), line.end(), '\n') == 1);
    CHECK(line.find("user=\"x\\\\x0a2026") != std::string::npos);
    CHECK(line.find(R"(b="\" c=\"d")") != std::string::npos);
    CHECK(line.find("e=\"\"") != std::string::npos);
    CHECK(line.find('\x1B') == std::string::npos);
  }

  TEST_CASE("below the level nothing is written") {
    set_level(Level::Error);
    const std::string quiet = captured_stderr([] { warn("Not to be seen."); });
    const std::string loud = captured_stderr([] { error("To be seen."); });
    set_level(Level::Off);
    const std::string off = captured_stderr([] { error("Not to be seen."); });
    set_level(Level::Info);
    const std::string usual = captured_stderr([] {
      debug("Not to be seen.");
      info("To be seen.");
    });
    CHECK(quiet.empty());
    CHECK(loud.find("To be seen.") != std::string::npos);
    CHECK(off.empty());
    CHECK(usual.find("Not") == std::string::npos);
    CHECK(usual.find("To be seen.") != std::string::npos);
  }
}

}  // namespace
}  // namespace vedette::log
