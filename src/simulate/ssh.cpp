#include "simulate/ssh.h"

namespace vedette::simulate {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSshd = "sshd";
constexpr std::uint32_t kLogindPid = 712;

}  // namespace

SshConnection::SshConnection(Script& script, const Peer& peer, Attack attack)
    : script_(script), peer_(peer), attack_(attack) {
  const std::uint32_t step = script.random.between(1, 9);
  pid_ = script.stage.next_pid(step);
  port_ = script.random.between(32'768, 60'999);  // the range Linux gives to clients
}

void SshConnection::ask_for(const Login& login) {
  if (login.known || named_unknown_) return;
  named_unknown_ = true;
  script_.syslog(kSshd, pid_, fact(Action::InvalidUser, login), "Invalid user {} from {} port {}",
                 login.name, peer_.text, port_);
}

void SshConnection::refuse_passwords(const Login& login, std::uint32_t count) {
  ask_for(login);
  const std::string_view unknown = login.known ? "" : "invalid user ";
  for (std::uint32_t i = 0; i < count; ++i) {
    script_.wait(60ms, 700ms);
    if (!login.known) {
      script_.syslog(kSshd, pid_, {.attack = attack_},
                     "pam_unix(sshd:auth): check pass; user unknown");
    }
    if (failures_ == 0) {  // PAM counts the others and tells their sum at the end
      script_.syslog(kSshd, pid_, fact(Action::PamAuthenticationFailure, login),
                     "pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh "
                     "ruser= rhost={} {}{}",
                     peer_.text, login.known ? " user=" : "", login.known ? login.name : "");
    }
    ++failures_;
    script_.wait(1200ms, 2600ms);
    const std::uint32_t left = count - 1 - i;
    if (login.known && i > 0 && left > 0) continue;  // rsyslog holds it back to count it
    if (login.known && i > 1) {
      script_.syslog(kSshd, pid_, fact(Action::FailedPassword, login, i),
                     "message repeated {} times: [ Failed password for {} from {} port {} ssh2]", i,
                     login.name, peer_.text, port_);
      continue;
    }
    script_.syslog(kSshd, pid_, fact(Action::FailedPassword, login),
                   "Failed password for {}{} from {} port {} ssh2", unknown, login.name, peer_.text,
                   port_);
  }
}

void SshConnection::end(const Login& login, SshEnd how) {
  const std::string_view kind = login.known ? "authenticating" : "invalid";
  const Fact left = fact(Action::PreauthDisconnect, login);
  script_.wait(50ms, 900ms);
  switch (how) {
    case SshEnd::Closed:
      script_.syslog(kSshd, pid_, left, "Connection closed by {} user {} {} port {} [preauth]",
                     kind, login.name, peer_.text, port_);
      break;
    case SshEnd::Bye:
      script_.syslog(kSshd, pid_, left, "Received disconnect from {} port {}:11: Bye Bye [preauth]",
                     peer_.text, port_);
      script_.syslog(kSshd, pid_, left, "Disconnected from {} user {} {} port {} [preauth]", kind,
                     login.name, peer_.text, port_);
      break;
    case SshEnd::Reset:
      script_.syslog(kSshd, pid_, left, "Connection reset by {} user {} {} port {} [preauth]", kind,
                     login.name, peer_.text, port_);
      break;
    case SshEnd::TooMany:
      script_.syslog(kSshd, pid_, fact(Action::MaximumAttemptsExceeded, login),
                     "error: maximum authentication attempts exceeded for {}{} from {} port {} "
                     "ssh2 [preauth]",
                     login.known ? "" : "invalid user ", login.name, peer_.text, port_);
      script_.syslog(kSshd, pid_, left,
                     "Disconnecting {} user {} {} port {}: Too many authentication failures "
                     "[preauth]",
                     kind, login.name, peer_.text, port_);
      break;
    case SshEnd::Timeout:
      script_.at += 120s;  // LoginGraceTime
      script_.syslog(kSshd, pid_, fact(Action::LoginTimeout, login),
                     "fatal: Timeout before authentication for {} port {}", peer_.text, port_);
      break;
  }
  if (failures_ < 2) return;
  script_.syslog(kSshd, pid_, fact(Action::PamAuthenticationFailure, login, failures_ - 1),
                 "PAM {} more authentication failure{}; logname= uid=0 euid=0 tty=ssh ruser= "
                 "rhost={} {}{}",
                 failures_ - 1, failures_ > 2 ? "s" : "", peer_.text, login.known ? " user=" : "",
                 login.known ? login.name : "");
  if (failures_ > 3) {
    script_.syslog(kSshd, pid_, {.attack = attack_},
                   "PAM service(sshd) ignoring max retries; {} > 3", failures_);
  }
}

void SshConnection::accept_key(const Account& account, std::string_view key_type) {
  script_.wait(80ms, 400ms);
  const Login login = Login::of(account);
  script_.syslog(kSshd, pid_, fact(Action::AcceptedPublickey, login),
                 "Accepted publickey for {} from {} port {} ssh2: {} {}", account.name, peer_.text,
                 port_, key_type, account.fingerprint);
  open_session(login);
}

void SshConnection::accept_password(const Login& login) {
  script_.wait(80ms, 400ms);
  script_.syslog(kSshd, pid_, fact(Action::AcceptedPassword, login),
                 "Accepted password for {} from {} port {} ssh2", login.name, peer_.text, port_);
  open_session(login);
}

void SshConnection::open_session(const Login& login) {
  logind_session_ = script_.stage.next_session();
  child_pid_ = script_.stage.next_pid(script_.random.between(40, 80));
  script_.wait(2ms, 20ms);
  script_.syslog(kSshd, pid_, about_user(Action::SessionOpened, login),
                 "pam_unix(sshd:session): session opened for user {}(uid={}) by (uid=0)",
                 login.name, login.uid);
  script_.wait(2ms, 20ms);
  script_.syslog("systemd-logind", kLogindPid, {.user = login.user, .attack = attack_},
                 "New session {} of user {}.", logind_session_, login.name);
  script_.wait(2ms, 20ms);
  script_.syslog("systemd", child_pid_ - 1, {.user = login.user, .attack = attack_},
                 "pam_unix(systemd-user:session): session opened for user {}(uid={}) by (uid=0)",
                 login.name, login.uid);
}

void SshConnection::close_session(const Login& login) {
  // What happens after the login is logged by the child without privileges, the end of the PAM
  // session by its parent.
  script_.syslog(kSshd, child_pid_, fact(Action::ConnectionClosed, login),
                 "Received disconnect from {} port {}:11: disconnected by user", peer_.text, port_);
  script_.syslog(kSshd, child_pid_, fact(Action::ConnectionClosed, login),
                 "Disconnected from user {} {} port {}", login.name, peer_.text, port_);
  script_.wait(1ms, 10ms);
  script_.syslog(kSshd, pid_, about_user(Action::SessionClosed, login),
                 "pam_unix(sshd:session): session closed for user {}", login.name);
  script_.wait(2ms, 20ms);
  script_.syslog("systemd-logind", kLogindPid, {.attack = attack_},
                 "Session {} logged out. Waiting for processes to exit.", logind_session_);
  script_.wait(1ms, 10ms);
  script_.syslog("systemd-logind", kLogindPid, {.attack = attack_}, "Removed session {}.",
                 logind_session_);
}

}  // namespace vedette::simulate
