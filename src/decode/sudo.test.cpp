#include "decode/test_lines.h"

#include <doctest/doctest.h>

namespace vedette::decode {
using testing::line;
using testing::OneLine;

TEST_SUITE_BEGIN("decode/sudo");

TEST_CASE("a command has who ran it, as whom, where, and the whole of it") {
  const OneLine run = line(
      "sudo:    bob : TTY=pts/4 ; PWD=/home/bob ; USER=root ; GROUP=adm ; TSID=00AA ; "
      "COMMAND=/bin/sh -c a ; COMMAND=b");
  CHECK(run.action() == Action::SudoCommand);
  CHECK(run.outcome() == Outcome::Success);
  CHECK(run.event().dataset == Dataset::Auth);
  CHECK(run.text(Field::UserName) == "bob");
  CHECK(run.text(Field::UserEffectiveName) == "root");
  CHECK(run.text(Field::GroupName) == "adm");
  CHECK(run.text(Field::ProcessTty) == "pts/4");
  CHECK(run.text(Field::ProcessWorkingDirectory) == "/home/bob");
  CHECK(run.text(Field::ProcessCommandLine) == "/bin/sh -c a ; COMMAND=b");
  const OneLine hosted =
      line("sudo[9]: EX\\bob smith : HOST=web ; TTY=unknown ; PWD=/ ; USER=www ; COMMAND=/bin/id");
  CHECK(hosted.action() == Action::SudoCommand);
  CHECK(hosted.text(Field::UserName) == "EX\\bob smith");
}

TEST_CASE("refused passwords count each, refused users and commands once, with the reason") {
  const OneLine three = line(
      "sudo:    bob : 3 incorrect password attempts ; TTY=pts/4 ; PWD=/ ; USER=root ; "
      "COMMAND=/bin/ls");
  CHECK(three.action() == Action::SudoFailed);
  CHECK(three.event().repeats == 3);
  CHECK(three.text(Field::ProcessCommandLine) == "/bin/ls");
  CHECK(line("sudo: bob : 1 incorrect password attempt ; TTY=pts/4 ; PWD=/ ; USER=root ; "
             "COMMAND=/bin/ls")
            .event()
            .repeats == 1);
  CHECK(
      line("sudo: bob : 9999999 incorrect password attempts ; TTY=x ; USER=root ; COMMAND=/bin/ls")
          .event()
          .repeats == 100'000);
  for (const std::string_view reason :
       {"user NOT in sudoers", "user NOT authorized on host", "command not allowed",
        "a password is required", "sorry, you must have a tty to run sudo",
        "PAM account management error: Permission denied"}) {
    CAPTURE(reason);
    const OneLine denied = line("sudo: bob : " + std::string(reason) +
                                " ; TTY=pts/4 ; PWD=/ ; USER=root ; COMMAND=/bin/ls");
    CHECK(denied.action() == Action::SudoDenied);
    CHECK(denied.outcome() == Outcome::Failure);
    CHECK(denied.text(Field::EventReason) == reason);
  }
}

TEST_CASE("the rest of a long command is no second command") {
  const OneLine rest = line("sudo:    bob : (command continued) more of it");
  CHECK(rest.action() == Action::None);
  CHECK(rest.event().dataset == Dataset::Auth);
  CHECK(rest.text(Field::ProcessCommandLine) == "more of it");
}

TEST_CASE("other lines of sudo are left to PAM or stay lines of the log") {
  CHECK(line("sudo: pam_unix(sudo:session): session closed for user root").action() ==
        Action::SessionClosed);
  for (const std::string_view text :
       {"sudo: ", "sudo: x", "sudo: a : b", "sudo:  : ", "sudo: unable to resolve host web"}) {
    CAPTURE(text);
    CHECK(line(text).event().dataset == Dataset::Syslog);
  }
}

TEST_CASE("su in the words of each system") {
  struct {
    std::string_view text;
    Action action;
    Outcome outcome;
    std::string_view from, to, tty;
  } const cases[] = {
      {"su[1]: Successful su for root by bob", Action::SuSucceeded, Outcome::Success, "bob", "root",
       ""},
      {"su[1]: FAILED su for root by bob", Action::SuFailed, Outcome::Failure, "bob", "root", ""},
      {"su: (to root) bob on pts/0", Action::SuSucceeded, Outcome::Success, "bob", "root", "pts/0"},
      {"su: FAILED SU (to root) bob on pts/0", Action::SuFailed, Outcome::Failure, "bob", "root",
       "pts/0"},
      {"su[1]: + pts/0 bob:root", Action::SessionOpened, Outcome::Success, "bob", "root", "pts/0"},
      {"su[1]: - pts/0 bob:root", Action::SuFailed, Outcome::Unknown, "bob", "root", "pts/0"},
      {"su[1]: + ??? root-news", Action::SessionOpened, Outcome::Success, "root", "news", "???"},
      {"su: BAD SU bob to root on /dev/ttyp0", Action::SuFailed, Outcome::Failure, "bob", "root",
       "/dev/ttyp0"},
      {"su: bob to root on /dev/ttyp0", Action::SuSucceeded, Outcome::Success, "bob", "root",
       "/dev/ttyp0"},
      {"su: 'su root' succeeded for bob on /dev/pts/1", Action::SuSucceeded, Outcome::Success,
       "bob", "root", "/dev/pts/1"},
      {"su: 'su root' failed for bob on /dev/pts/1", Action::SuFailed, Outcome::Failure, "bob",
       "root", "/dev/pts/1"},
      {"su[1]: failed: ttyq4 changing from bob to root", Action::SuFailed, Outcome::Failure, "bob",
       "root", "ttyq4"},
      {"su[1]: Authentication failed for root", Action::SuFailed, Outcome::Failure, "", "root", ""},
      {"su: pam_unix(su:session): session opened for user root(uid=0) by bob(uid=1000)",
       Action::SessionOpened, Outcome::Success, "bob", "root", ""},
  };
  for (const auto& c : cases) {
    CAPTURE(c.text);
    const OneLine decoded = line(c.text);
    CHECK(describe(decoded.action()).text == describe(c.action).text);
    CHECK(decoded.outcome() == c.outcome);
    CHECK(decoded.text(Field::UserName) == c.from);
    CHECK(decoded.text(Field::UserEffectiveName) == c.to);
    CHECK(decoded.text(Field::ProcessTty) == c.tty);
  }
  for (const std::string_view text :
       {"su: ", "su: +", "su: - ", "su: + x", "su: (to", "su: 'su", "su: hello"}) {
    CAPTURE(text);
    CHECK(line(text).event().dataset == Dataset::Syslog);
  }
}

TEST_SUITE_END();

}  // namespace vedette::decode
