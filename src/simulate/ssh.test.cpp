#include "simulate/ssh.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

TEST_SUITE("simulate/ssh") {
  TEST_CASE("an unknown name: what sshd and PAM say, with one process id and one port") {
    Bench bench("auth");
    SshConnection connection(bench.script, bench.peer, Attack::SshPasswordSpray);
    connection.refuse_passwords({"oracle"}, 1);
    connection.end({"oracle"}, SshEnd::Bye);
    const auto lines = bench.messages();
    const std::string ip = bench.peer.text;
    const std::uint32_t pid = number_behind(lines.front(), "sshd[");
    const std::string port = std::to_string(number_behind(lines.front(), "port "));
    const std::string head = "sshd[" + std::to_string(pid) + "]: ";
    const std::vector<std::string> wanted{
        head + "Invalid user oracle from " + ip + " port " + port,
        head + "pam_unix(sshd:auth): check pass; user unknown",
        head +
            "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= "
            "rhost=" +
            ip + " ",
        head + "Failed password for invalid user oracle from " + ip + " port " + port + " ssh2",
        head + "Received disconnect from " + ip + " port " + port + ":11: Bye Bye [preauth]",
        head + "Disconnected from invalid user oracle " + ip + " port " + port + " [preauth]"};
    CHECK(lines == wanted);
  }

  TEST_CASE("equal lines in a row are counted as rsyslog counts them") {
    struct Case {
      std::uint32_t attempts;
      std::size_t lines;
      std::string_view repeated;
    };
    for (const Case& test : {Case{1, 1, ""},
                             {2, 2, ""},
                             {3, 2, "message repeated 2 times: [ Failed password for root"},
                             {6, 2, "message repeated 5 times: [ Failed password for root"}}) {
      CAPTURE(test.attempts);
      Bench bench("auth");
      SshConnection connection(bench.script, bench.peer, Attack::SshBruteForce);
      connection.refuse_passwords(Login::of(bench.world.root), test.attempts);
      std::size_t lines = 0;
      std::uint32_t failures = 0;
      std::string last;
      while (!bench.stage.empty()) {
        const Line& line = bench.stage.pop();
        if (line.fact.action != Action::FailedPassword) continue;
        ++lines;
        failures += line.fact.repeats;
        last = line.text;
      }
      CHECK(lines == test.lines);
      CHECK(failures == test.attempts);
      CHECK(contains(last, test.repeated));
      if (!test.repeated.empty()) CHECK(last.ends_with(" ssh2]"));
    }
  }

  TEST_CASE("six failures end the connection, and PAM tells the sum") {
    Bench bench("auth");
    const Login root = Login::of(bench.world.root);
    SshConnection connection(bench.script, bench.peer, Attack::SshBruteForce);
    connection.refuse_passwords(root, 6);
    connection.end(root, SshEnd::TooMany);
    const auto lines = bench.messages();
    REQUIRE(lines.size() == 7);
    CHECK(contains(lines[3], "error: maximum authentication attempts exceeded for root from "));
    CHECK(lines[4].ends_with(": Too many authentication failures [preauth]"));
    CHECK(contains(lines[5], "PAM 5 more authentication failures; logname= uid=0"));
    CHECK(lines[5].ends_with("  user=root"));
    CHECK(contains(lines[6], "PAM service(sshd) ignoring max retries; 6 > 3"));
  }

  TEST_CASE("a session is opened and closed by the same process, and logind knows it") {
    Bench bench("auth");
    const Account& account = bench.world.people.front();
    SshConnection connection(bench.script, bench.peer, Attack::None);
    connection.accept_key(account, "ED25519");
    connection.close_session(Login::of(account));
    const auto lines = bench.messages();
    REQUIRE(lines.size() == 9);
    CHECK(contains(lines[0], "Accepted publickey for ana from "));
    CHECK(lines[0].ends_with(" ssh2: ED25519 " + account.fingerprint));
    CHECK(contains(lines[1], "session opened for user ana(uid=1001) by (uid=0)"));
    CHECK(number_behind(lines[1], "sshd[") == number_behind(lines[0], "sshd["));
    CHECK(lines[4].find(":11: disconnected by user") != std::string::npos);
    CHECK(number_behind(lines[6], "sshd[") == number_behind(lines[0], "sshd["));
    CHECK(number_behind(lines[2], "New session ") == number_behind(lines[8], "Removed session "));
  }
}

}  // namespace
}  // namespace vedette::simulate
