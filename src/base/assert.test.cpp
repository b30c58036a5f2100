#include "base/assert.h"

#include "base/captured_stderr.h"

#include <doctest/doctest.h>
#include <sys/wait.h>

#include <csignal>

namespace vedette {
namespace {

TEST_SUITE("base/assert") {
  TEST_CASE("what holds passes; what does not names itself and its place and aborts") {
    int looked = 0;
    VD_ASSERT(++looked == 1);
    CHECK(looked == 1);
    int status = 0;
    const std::string said = captured_stderr([&] {
      const pid_t child = ::fork();
      if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);
        VD_ASSERT(looked == 2);
        ::_exit(0);
      }
      ::waitpid(child, &status, 0);
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGABRT);
    CHECK(said.find("looked == 2") != std::string::npos);
    CHECK(said.find("assert.test.cpp:") != std::string::npos);
  }
}

}  // namespace
}  // namespace vedette
