#include "simulate/stage.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

TEST_SUITE("simulate/stage") {
  TEST_CASE("lines come out by time, and those of one time in the order they were written") {
    Stage stage(options_for("web"));
    const Time start = stage.options().start;
    stage.open(Stream::Access, start + 2s, {}) = "third";
    stage.open(Stream::Access, start + 1s, {}) = "first";
    stage.open(Stream::Access, start + 1s, {}) = "second";
    CHECK(stage.next_time() == start + 1s);
    CHECK(stage.pop().text == "first");
    CHECK(stage.pop().text == "second");
    CHECK(stage.pop().text == "third");
    CHECK(stage.empty());
  }

  TEST_CASE("a used text starts empty again") {
    Stage stage(options_for("web"));
    stage.open(Stream::Access, stage.options().start, {}) = "old";
    stage.pop();
    CHECK(stage.open(Stream::Access, stage.options().start, {}).empty());
  }

  TEST_CASE("sshd alone leaves the other programs out") {
    Stage stage(options_for("sshd"));
    stage.syslog(stage.options().start, kHost, "sudo", 0, {}, "no");
    CHECK(stage.empty());
    stage.syslog(stage.options().start, kHost, "sshd", 9, {}, "yes {}", 1);
    CHECK(stage.pop().text == "2026-01-05T00:00:00.000000+00:00 alder sshd[9]: yes 1");
  }

  TEST_CASE("process ids stay in the kernel's range") {
    Stage stage(options_for("auth"));
    for (int i = 0; i < 3; ++i) {
      const std::uint32_t pid = stage.next_pid(4'000'000);
      CHECK(pid > 0);
      CHECK(pid < 4'194'304);
    }
  }
}

}  // namespace
}  // namespace vedette::simulate
