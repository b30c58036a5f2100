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

  TEST_CASE("a planted attack tells when it was, whose doing, and who was only tried") {
    Truth truth;
    const Subject source = truth.add_source(*parse_ip("203.0.113.9"), Role::Attacker);
    const Subject ana = truth.add_user("ana", Role::Benign);
    const Subject bela = truth.add_user("bela", Role::Benign);
    const Attack attack = Attack::SshLoginElsewhere;
    const auto plant = [&](Action action, Subject user, std::string_view host, int seconds) {
      truth.record_planted(1, {action, source, user, attack, 1}, host,
                           kStart + std::chrono::seconds{seconds});
    };
    plant(Action::FailedPassword, bela, "elm", 0);
    plant(Action::FailedPassword, ana, "fir", 1);
    plant(Action::AcceptedPassword, ana, "fir", 7);
    const std::string text = written(truth, options_for("auth"));
    CHECK(contains(text, R"({"name":"ssh-login-elsewhere","begin":"2026-01-05T00:00:00Z",)"
                         R"("end":"2026-01-05T00:00:07Z","lines":3,"entities":[)"
                         R"({"type":"source.ip","value":"203.0.113.9","lines":3},)"
                         R"({"type":"user.name","value":"ana","lines":2},)"
                         R"({"type":"host.name","value":"fir","lines":2}],"targets":[)"
                         R"({"type":"user.name","value":"bela","lines":1},)"
                         R"({"type":"host.name","value":"elm","lines":1}]})"));
  }

  TEST_CASE("nothing that was written is an empty truth") {
    const std::string text = written(Truth(), options_for("web"));
    CHECK(contains(text, R"("lines":0)"));
    CHECK(text.ends_with("\"users\":[\n]}\n"));
  }
}

}  // namespace
}  // namespace vedette::simulate
