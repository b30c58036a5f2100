// What people and attackers do once they are on the machine, as sudo, su, the account tools and PAM
// log it.
#pragma once

#include "simulate/actor.h"

#include <cstdint>
#include <string_view>

namespace vedette::simulate {

/// Someone at a terminal.
struct Shell {
  const Account& account;
  std::uint32_t tty = 0;  ///< pts/N
  std::string_view directory = "/tmp";
  Attack attack = Attack::None;
};

/// A command as root; `wrong_passwords` before sudo lets it through.
void run_sudo(Script& script, const Shell& shell, std::string_view command,
              std::uint32_t wrong_passwords = 0);
/// sudo refuses the command: three wrong passwords, or a user who may do nothing.
void fail_sudo(Script& script, const Shell& shell, std::string_view command);
void deny_sudo(Script& script, const Shell& shell, std::string_view command);
/// su to root, which works or fails.
void run_su(Script& script, const Shell& shell);
void fail_su(Script& script, const Shell& shell);

/// A new account with its group and password; a member of `group` unless that is empty.
struct NewAccount {
  std::string_view name;
  std::uint32_t uid;
  std::string_view group;
};
void create_account(Script& script, const Shell& shell, const NewAccount& account);

}  // namespace vedette::simulate
