#include "base/text.h"
#include "decode/peer.h"
#include "decode/sshd.h"

namespace vedette::decode {
namespace {

/// OpenSSH logs at most so many characters of a name (`%.100s`), escaped by vis(3).
constexpr std::size_t kUserCharactersMax = 100;
constexpr std::size_t kUserBytesMax = 4 * kUserCharactersMax;
constexpr std::size_t kPeerBytesMax = 300;

/// `METHOD for [invalid user ]USER from HOST port N ssh2[: INFO]`, as auth_log() writes it.
struct Login {
  std::string_view method, user, info;
  Peer peer;
  bool invalid_user = false;
};

bool take_protocol(std::string_view& text) {
  return take_suffix(text, " ssh2") || take_suffix(text, " ssh1") || take_suffix(text, " ssh");
}

/// `USER from HOST port N ssh2` up to the end of the text.
bool split_at_end(std::string_view text, Login& login) {
  Peer peer;
  if (!take_protocol(text) || !take_peer_from_right(text, peer) || peer.port.empty() ||
      !take_suffix(text, " from")) {
    return false;
  }
  login.user = text;
  login.peer = peer;
  return true;
}

/// `USER from HOST port N ssh2: INFO`. Both USER and INFO may hold more of the same form; the last
/// place that a name of legal length leaves possible is the one that the daemon wrote.
bool split_before_info(std::string_view text, Login& login) {
  std::size_t at = std::min(text.size(), kUserBytesMax + kPeerBytesMax);
  while ((at = text.rfind(": ", at)) != std::string_view::npos && at > 0) {
    Login found = login;
    if (split_at_end(text.substr(0, at), found) &&
        unescaped_length(found.user) <= kUserCharactersMax) {
      login = found;
      login.info = text.substr(at + 2);
      return true;
    }
    --at;
  }
  return false;
}

/// Very old daemons: `USER from HOST[ port N]`.
bool split_without_protocol(std::string_view text, Login& login) {
  Peer peer;
  if (!take_peer_from_right(text, peer) || !take_suffix(text, " from")) return false;
  login.user = text;
  login.peer = peer;
  return true;
}

bool take_invalid(std::string_view& text) {
  return take_prefix(text, "invalid user ") || take_prefix(text, "illegal user ");
}

/// Everything but the method.
bool split_user_and_peer(std::string_view text, Login& login) {
  login.invalid_user = take_invalid(text);
  if (!split_at_end(text, login) && !split_before_info(text, login) &&
      !split_without_protocol(text, login)) {
    return false;
  }
  if (login.user == "<invalid username>") {  // Solaris
    login.invalid_user = true;
    login.user = {};
  } else if (!login.invalid_user && login.user.starts_with("user ")) {
    login.user.remove_prefix(5);  // no account has a blank in its name
  }
  return true;
}

bool split_login(std::string_view text, Login& login) {
  login.method = take_until(text, ' ');
  return !login.method.empty() && take_prefix(text, "for ") && split_user_and_peer(text, login);
}

void set_login(const Login& login, EventBatch& out) {
  if (!login.user.empty()) out.set(Field::UserName, login.user);
  set_source(login.peer, out);
  if (!login.method.empty()) out.set(Field::SshMethod, login.method);
  if (login.info.empty()) return;
  std::string_view info = login.info;  // RSA SHA256:…[ ID …], RSA 8c:e3:…[, client user …]
  take_until(info, ' ');
  std::string_view fingerprint = take_until(info, ' ');
  take_suffix(fingerprint, ",");
  if (fingerprint.find(':') != std::string_view::npos) out.set(Field::SshFingerprint, fingerprint);
}

enum class Method { Password, KeyboardInteractive, Publickey, None, Other };

Method method_of(std::string_view text) {
  if (text == "password") return Method::Password;
  if (text == "publickey") return Method::Publickey;
  if (text.starts_with("keyboard-interactive")) return Method::KeyboardInteractive;
  return text == "none" ? Method::None : Method::Other;
}

/// A line about a login that names nobody's address repeats what another line of the same
/// connection says with it: no failure of its own.
void set_outcome_by_peer(const Peer& peer, EventBatch& out) {
  if (peer.host.empty()) out.current().outcome = Outcome::Unknown;
}

}  // namespace

bool read_failed(SshdMessage message, EventBatch& out) {
  Login login;
  if (!split_login(message.text, login)) return false;
  switch (method_of(login.method)) {
    case Method::Password:
      out.set_action(Action::FailedPassword);
      break;
    case Method::KeyboardInteractive:
      out.set_action(Action::FailedKeyboardInteractive);
      break;
    case Method::Publickey:
      out.set_action(Action::FailedPublickey);
      break;
    case Method::None:
      out.set_action(Action::FailedNone);
      break;
    case Method::Other:
      out.set_action(Action::FailedLogin);
      break;
  }
  const Action action = out.current().action;
  if (action == Action::FailedPublickey || action == Action::FailedNone) {
    // Clients offer key after key, and begin with "none" to learn which methods there are: for a
    // user who exists neither says that a login failed.
    out.current().outcome = login.invalid_user ? Outcome::Failure : Outcome::Unknown;
  }
  set_login(login, out);
  return true;
}

bool read_accepted(SshdMessage message, EventBatch& out) {
  Login login;
  if (!split_login(message.text, login)) return false;
  switch (method_of(login.method)) {
    case Method::Password:
      out.set_action(Action::AcceptedPassword);
      break;
    case Method::KeyboardInteractive:
      out.set_action(Action::AcceptedKeyboardInteractive);
      break;
    case Method::Publickey:
      out.set_action(Action::AcceptedPublickey);
      break;
    case Method::None:
    case Method::Other:
      out.set_action(Action::AcceptedLogin);
      break;
  }
  set_login(login, out);
  return true;
}

bool read_postponed(SshdMessage message, EventBatch& out) {
  Login login;
  if (!split_login(message.text, login)) return false;
  out.set_action(login.method == "publickey" ? Action::PostponedPublickey : Action::PostponedLogin);
  set_login(login, out);
  return true;
}

bool read_invalid_user(SshdMessage message, EventBatch& out) {
  Login login;
  if (!split_without_protocol(message.text, login)) {
    if (message.text != "from" && !message.text.empty()) return false;
    login = {};
  }
  out.set_action(Action::InvalidUser);
  set_outcome_by_peer(login.peer, out);
  set_login(login, out);
  return true;
}

bool read_invalid_user_request(SshdMessage message, EventBatch& out) {
  out.set_action(Action::InvalidUser);
  out.current().outcome = Outcome::Unknown;
  if (const auto user = trim(message.text); !user.empty()) out.set(Field::UserName, user);
  return true;
}

bool read_user(SshdMessage message, EventBatch& out) {
  constexpr std::string_view kNotAllowed = " not allowed because ";
  const std::size_t at = message.text.rfind(kNotAllowed);
  if (at == std::string_view::npos) return false;
  Login login;
  const std::string_view who = message.text.substr(0, at);
  if (!split_without_protocol(who, login)) login.user = who;
  out.set_action(Action::UserNotAllowed);
  set_outcome_by_peer(login.peer, out);
  set_login(login, out);
  out.set(Field::EventReason, message.text.substr(at + kNotAllowed.size()));
  return true;
}

bool read_maximum_attempts(SshdMessage message, EventBatch& out) {
  Login login;
  if (!split_user_and_peer(message.text, login)) return false;
  out.set_action(Action::MaximumAttemptsExceeded);
  set_login(login, out);
  return true;
}

bool read_root_refused(SshdMessage message, EventBatch& out) {
  Login login;
  if (!take_peer(message.text, login.peer)) return false;
  login.user = "root";
  out.set_action(Action::UserNotAllowed);
  set_login(login, out);
  return true;
}

/// `Authentication failure for [illegal user ]USER from HOST[ via HOST]`: what the PAM device of
/// keyboard-interactive says of each refused login.
bool read_pam_error(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  const std::size_t at = text.find(" for ");
  if (at == std::string_view::npos) return false;
  const std::string_view reason = text.substr(0, at);
  text.remove_prefix(at + 5);
  take_prefix(text, "service for ");  // "… exhausted maximum number of retries for service"
  Login login;
  login.invalid_user = take_invalid(text);
  if (!take_peer_from_right(text, login.peer)) return false;
  if (take_suffix(text, " via") && !take_peer_from_right(text, login.peer)) return false;
  if (!take_suffix(text, " from")) return false;
  login.user = text;
  out.set_action(Action::PamAuthenticationFailure);
  set_login(login, out);
  out.set(Field::EventReason, reason);
  return true;
}

/// AIX: `Login restricted for USER: REASON`.
bool read_login_restricted(SshdMessage message, EventBatch& out) {
  out.set_action(Action::UserNotAllowed);
  out.current().outcome = Outcome::Unknown;
  out.set(Field::UserName, take_until(message.text, ':'));
  out.set(Field::EventReason, trim(message.text));
  return true;
}

/// `USER with correct key but not from a permitted host (host=…, ip=…, required=…).`
bool read_wrong_host(SshdMessage message, EventBatch& out) {
  const std::size_t with = message.text.find(" with correct key ");
  const std::size_t ip = message.text.rfind(", ip=");
  if (with == std::string_view::npos || ip == std::string_view::npos) return false;
  Login login;
  login.user = message.text.substr(0, with);
  std::string_view address = message.text.substr(ip + 5);
  address = address.substr(0, address.find_first_of(",)"));
  if (!is_host(address)) return false;
  login.peer.host = address;
  out.set_action(Action::UserNotAllowed);
  set_login(login, out);
  return true;
}

/// `USER by PAM account configuration`.
bool read_access_denied(SshdMessage message, EventBatch& out) {
  out.set_action(Action::UserNotAllowed);
  out.current().outcome = Outcome::Unknown;
  out.set(Field::UserName, message.text.substr(0, message.text.rfind(" by PAM")));
  return true;
}

}  // namespace vedette::decode
