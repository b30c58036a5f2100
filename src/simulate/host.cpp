#include "simulate/host.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kSudoTries = 3;  // passwd_tries

Fact fact(const Shell& shell, Action action) {
  return {action, Subject::None, shell.account.user, shell.attack, 1};
}

std::uint32_t new_pid(Script& script) {
  const std::uint32_t step = script.random.between(1, 5);
  return script.stage.next_pid(step);
}

}  // namespace

void run_sudo(Script& script, const Shell& shell, std::string_view command,
              std::uint32_t wrong_passwords) {
  const Account& account = shell.account;
  if (wrong_passwords > 0) {
    script.syslog("sudo", 0, fact(shell, Action::None),
                  "pam_unix(sudo:auth): authentication failure; logname={} uid={} euid=0 "
                  "tty=/dev/pts/{} ruser={} rhost=  user={}",
                  account.name, account.uid, shell.tty, account.name, account.name);
    script.wait(3s, 9s);
  }
  script.syslog("sudo", 0, fact(shell, Action::SudoCommand),
                "{:>8} : TTY=pts/{} ; PWD={} ; USER=root ; COMMAND={}", account.name, shell.tty,
                shell.directory, command);
  script.wait(2ms, 20ms);
  script.syslog("sudo", 0, {.action = Action::SessionOpened, .attack = shell.attack},
                "pam_unix(sudo:session): session opened for user root(uid=0) by {}(uid={})",
                account.name, account.uid);
  script.wait(20ms, 20s);
  script.syslog("sudo", 0, {.action = Action::SessionClosed, .attack = shell.attack},
                "pam_unix(sudo:session): session closed for user root");
}

void fail_sudo(Script& script, const Shell& shell, std::string_view command) {
  const Account& account = shell.account;
  script.syslog("sudo", 0, fact(shell, Action::None),
                "pam_unix(sudo:auth): authentication failure; logname={} uid={} euid=0 "
                "tty=/dev/pts/{} ruser={} rhost=  user={}",
                account.name, account.uid, shell.tty, account.name, account.name);
  script.wait(8s, 15s);
  script.syslog("sudo", 0,
                {Action::SudoFailed, Subject::None, account.user, shell.attack, kSudoTries},
                "{:>8} : {} incorrect password attempts ; TTY=pts/{} ; PWD={} ; USER=root ; "
                "COMMAND={}",
                account.name, kSudoTries, shell.tty, shell.directory, command);
}

void deny_sudo(Script& script, const Shell& shell, std::string_view command) {
  script.syslog("sudo", 0, fact(shell, Action::SudoDenied),
                "{:>8} : user NOT in sudoers ; TTY=pts/{} ; PWD={} ; USER=root ; COMMAND={}",
                shell.account.name, shell.tty, shell.directory, command);
}

void run_su(Script& script, const Shell& shell) {
  const std::uint32_t pid = new_pid(script);
  script.syslog("su", pid, fact(shell, Action::SuSucceeded), "(to root) {} on pts/{}",
                shell.account.name, shell.tty);
  script.syslog("su", pid, {.action = Action::SessionOpened, .attack = shell.attack},
                "pam_unix(su-l:session): session opened for user root(uid=0) by {}(uid={})",
                shell.account.name, shell.account.uid);
  script.wait(30s, 20min);
  script.syslog("su", pid, {.action = Action::SessionClosed, .attack = shell.attack},
                "pam_unix(su-l:session): session closed for user root");
}

void fail_su(Script& script, const Shell& shell) {
  const std::uint32_t pid = new_pid(script);
  script.syslog("su", pid, {.attack = shell.attack},
                "pam_unix(su-l:auth): authentication failure; logname={} uid={} euid=0 "
                "tty=/dev/pts/{} ruser={} rhost=  user=root",
                shell.account.name, shell.account.uid, shell.tty, shell.account.name);
  script.wait(1s, 3s);
  script.syslog("su", pid, fact(shell, Action::SuFailed), "FAILED SU (to root) {} on pts/{}",
                shell.account.name, shell.tty);
}

void create_account(Script& script, const Shell& shell, const NewAccount& account) {
  const std::uint32_t pid = new_pid(script);
  const auto made = [&](Action action) { return Fact{.action = action, .attack = shell.attack}; };
  script.syslog("useradd", pid, made(Action::GroupCreated), "new group: name={}, GID={}",
                account.name, account.uid);
  script.syslog("useradd", pid, made(Action::UserCreated),
                "new user: name={}, UID={}, GID={}, home=/home/{}, shell=/bin/bash, "
                "from=/dev/pts/{}",
                account.name, account.uid, account.uid, account.name, shell.tty);
  script.wait(5s, 20s);
  script.syslog("passwd", new_pid(script), made(Action::PasswordChanged),
                "pam_unix(passwd:chauthtok): password changed for {}", account.name);
  if (account.group.empty()) return;
  script.wait(5s, 20s);
  const std::uint32_t usermod = new_pid(script);
  script.syslog("usermod", usermod, made(Action::GroupMemberAdded), "add '{}' to group '{}'",
                account.name, account.group);
  script.syslog("usermod", usermod, made(Action::GroupMemberAdded), "add '{}' to shadow group '{}'",
                account.name, account.group);
}

}  // namespace vedette::simulate
