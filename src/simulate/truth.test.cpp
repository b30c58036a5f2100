#include "simulate/truth.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

constexpr Time kStart{std::chrono::sys_days{std::chrono::year{2026} / 1 / 5}};

std::string written(const Truth& truth, const Options& options) {
  std::string text;
  truth.write(options, [&](std::string_view piece) { text += piece; });
  return text;
}

TEST_SUITE("simulate/truth") {
  TEST_CASE("repeats count, for the source and for the user") {
    Truth truth;
    const Subject source = truth.add_source(*parse_ip("203.0.113.9"), Role::Attacker);
    const Subject user = truth.add_user("root", Role::Benign);
    const Fact fact{Action::FailedPassword, source, user, Attack::SshBruteForce, 4};
    truth.record(fact, kStart, Stream::Auth, 100);
    truth.record({Action::FailedPassword, source}, kStart + std::chrono::seconds{2}, Stream::Auth,
                 100);
    CHECK(truth.count(source, Action::FailedPassword) == 5);
    CHECK(truth.count(user, Action::FailedPassword) == 4);
    CHECK(truth.count(user, Action::InvalidUser) == 0);
    CHECK(truth.lines() == 2);
  }

  TEST_CASE("the file has a row for who stands in a line, and none for who does not") {
    Truth truth;
    const Subject source = truth.add_source(*parse_ip("2001:db8:8000:1::7"), Role::Attacker);
    truth.add_source(*parse_ip("203.0.113.10"), Role::Benign);
    truth.record({Action::InvalidUser, source, Subject::None, Attack::SshUserEnumeration, 1},
                 kStart, Stream::Auth, 80);
    const std::string text = written(truth, options_for("auth"));
    CHECK(contains(text, R"({"entity":"2001:db8:8000:1::/64","role":"attacker",)"
                         R"("attacks":{"ssh-user-enumeration":1},"actions":{"invalid-user":1},)"
                         R"("lines":1,"first_seen":"2026-01-05T00:00:00Z",)"
                         R"("last_seen":"2026-01-05T00:00:00Z"})"));
    CHECK(contains(text, R"("auth.log":{"lines":1,"events":1,"bytes":80})"));
    CHECK_FALSE(contains(text, "203.0.113.10"));
  }

  TEST_CASE("nothing that was written is an empty truth") {
    const std::string text = written(Truth(), options_for("web"));
    CHECK(contains(text, R"("lines":0)"));
    CHECK(text.ends_with("\"users\":[\n]}\n"));
  }
}

}  // namespace
}  // namespace vedette::simulate
