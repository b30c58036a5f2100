#include "simulate/host.h"

#include "simulate/testing.h"

namespace vedette::simulate {
namespace {

TEST_SUITE("simulate/host") {
  TEST_CASE("sudo pads the name, and PAM says who became root") {
    Bench bench("auth");
    run_sudo(bench.script, {bench.world.people.front(), 2, "/home/ana"}, "/usr/bin/id");
    const auto lines = bench.messages();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] ==
          "sudo:      ana : TTY=pts/2 ; PWD=/home/ana ; USER=root ; COMMAND=/usr/bin/id");
    CHECK(lines[1] ==
          "sudo: pam_unix(sudo:session): session opened for user root(uid=0) by "
          "ana(uid=1001)");
    CHECK(lines[2] == "sudo: pam_unix(sudo:session): session closed for user root");
  }

  TEST_CASE("what sudo and su refuse is blamed on the user") {
    Bench bench("auth");
    const Account& ana = bench.world.people.front();
    const Shell shell{ana, 1, "/tmp", Attack::SshCompromise};
    fail_sudo(bench.script, shell, "/usr/bin/bash");
    deny_sudo(bench.script, shell, "/usr/bin/bash");
    fail_su(bench.script, shell);
    std::vector<Action> actions;
    while (!bench.stage.empty()) {
      const Line& line = bench.stage.pop();
      if (line.fact.action == Action::None) continue;
      CHECK(line.fact.user == ana.user);
      CHECK(line.fact.attack == Attack::SshCompromise);
      actions.push_back(line.fact.action);
    }
    CHECK(actions == std::vector{Action::SudoFailed, Action::SudoDenied, Action::SuFailed});
  }

  TEST_CASE("a new account has a group, a password, and its memberships") {
    Bench bench("auth");
    create_account(bench.script, {bench.world.people.front(), 1}, {"kim", 5001, "sudo"});
    const auto lines = bench.messages();
    REQUIRE(lines.size() == 5);
    CHECK(lines[0].ends_with("]: new group: name=kim, GID=5001"));
    CHECK(
        lines[1].ends_with("]: new user: name=kim, UID=5001, GID=5001, home=/home/kim, "
                           "shell=/bin/bash, from=/dev/pts/1"));
    CHECK(lines[2].ends_with("]: pam_unix(passwd:chauthtok): password changed for kim"));
    CHECK(lines[3].ends_with("]: add 'kim' to group 'sudo'"));
    CHECK(lines[4].ends_with("]: add 'kim' to shadow group 'sudo'"));
  }

  TEST_CASE("su that works opens and closes a session of root") {
    Bench bench("auth");
    run_su(bench.script, {bench.world.people.front(), 0});
    const auto lines = bench.messages();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0].ends_with("]: (to root) ana on pts/0"));
    CHECK(contains(lines[2], "pam_unix(su-l:session): session closed for user root"));
  }
}

}  // namespace
}  // namespace vedette::simulate
