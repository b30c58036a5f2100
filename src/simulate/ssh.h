// One connection to sshd, as OpenSSH 9 with PAM logs it: what belongs together bears one process id
// and one port. Used by honest users and by attackers alike; what they do differs, not how sshd
// says it.
#pragma once

#include "simulate/actor.h"

#include <cstdint>
#include <string_view>

namespace vedette::simulate {

/// Whom someone tries to be. `name` must outlive the connection.
struct Login {
  std::string_view name;
  bool known = false;  ///< the machine has this account
  std::uint32_t uid = 0;
  Subject user = Subject::None;

  static Login of(const Account& account) {
    return {account.name, true, account.uid, account.user};
  }
};

enum class SshEnd : std::uint8_t { Closed, Bye, Reset, TooMany, Timeout };

class SshConnection {
 public:
  SshConnection(Script& script, const Peer& peer, Attack attack);

  /// `count` refused passwords for one name. Equal lines in a row become "message repeated N
  /// times", as rsyslog makes them.
  void refuse_passwords(const Login& login, std::uint32_t count);
  /// sshd learns a name that it does not know, and no password follows.
  void ask_for(const Login& login);
  void end(const Login& login, SshEnd how);

  void accept_key(const Account& account, std::string_view key_type);
  void accept_password(const Login& login);
  /// After accept…(): what is logged when the session begins, and when its owner leaves.
  void open_session(const Login& login);
  void close_session(const Login& login);

 private:
  Fact fact(Action action, const Login& login, std::uint32_t repeats = 1) const {
    return {action, peer_.source, login.user, attack_, repeats};
  }
  Fact about_user(Action action, const Login& login) const {
    return {action, Subject::None, login.user, attack_, 1};
  }

  Script& script_;
  const Peer& peer_;
  Attack attack_;
  std::uint32_t pid_;
  std::uint32_t child_pid_ = 0, logind_session_ = 0;
  std::uint32_t port_;
  std::uint32_t failures_ = 0;
  bool named_unknown_ = false;  // "Invalid user" is said once in a connection
};

}  // namespace vedette::simulate
