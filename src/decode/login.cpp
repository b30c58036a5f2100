#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"
#include "decode/sshd.h"

namespace vedette::decode {
namespace {

void set_user(std::string_view name, EventBatch& out) {
  if (!name.empty()) out.set(Field::UserName, name);
}

/// `FAILED LOGIN (1)[ on '/dev/tty1'] FROM HOST FOR USER, REASON` and `FAILED LOGIN 1 FROM HOST FOR
/// USER, …` of login(1), shadow's and util-linux's.
bool read_failed_login(std::string_view text, EventBatch& out) {
  if (!take_prefix(text, "FAILED LOGIN ") && !take_prefix(text, "TOO MANY LOGIN TRIES "))
    return false;
  out.set_action(Action::FailedLogin);
  Peer peer;
  const std::size_t from =
      text.find(" FROM ") != std::string_view::npos ? text.find(" FROM ") : text.find(" from ");
  if (from == std::string_view::npos) return true;
  text.remove_prefix(from + 6);
  std::string_view rest = text;
  if (take_peer(rest, peer) && peer.host != "FOR") set_source(peer, out);
  std::size_t user = text.find("FOR ");
  if (user == std::string_view::npos) user = text.find("for ");
  if (user == std::string_view::npos) return true;
  std::string_view name = text.substr(user + 4);
  name = name.substr(0, name.rfind(", "));
  if (name.size() >= 2 && name.front() == '\'' && name.back() == '\'') {
    name = name.substr(1, name.size() - 2);
  }
  if (name != "UNKNOWN" && name != "(unknown)") set_user(name, out);
  return true;
}

/// `ROOT LOGIN ON tty2[ FROM HOST]`, `LOGIN ON pts/0 BY alice FROM HOST`, `DIALUP AT …`.
bool read_login(std::string_view text, EventBatch& out) {
  const bool root = take_prefix(text, "ROOT LOGIN");
  if (!root && !take_prefix(text, "LOGIN ON ")) return false;
  out.set_action(Action::AcceptedLogin);
  take_prefix(text, " ");
  take_prefix(text, "on ");
  take_prefix(text, "ON ");
  std::string_view tty = take_until(text, ' ');
  if (tty.size() >= 2 && tty.front() == '\'') tty = tty.substr(1, tty.size() - 2);
  if (!tty.empty()) out.set(Field::ProcessTty, tty);
  if (root) set_user("root", out);
  if (take_prefix(text, "BY ")) set_user(take_until(text, ' '), out);
  Peer peer;
  if ((take_prefix(text, "FROM ") || take_prefix(text, "from ")) && take_peer(text, peer)) {
    set_source(peer, out);
  }
  return true;
}

/// `HOST (NAME)` and `NAME [HOST]` as FTP and r-daemons name who connects: the address, if there is
/// one.
bool take_named_peer(std::string_view& text, Peer& peer) {
  if (!take_peer(text, peer)) return false;
  if (text.empty() || (text[0] != '(' && text[0] != '[')) return true;
  std::string_view inside = text.substr(1);
  inside = inside.substr(0, inside.find_first_of(")]"));
  if (is_host(inside) && !parse_ip(peer.host) && parse_ip(inside)) peer.host = inside;
  return true;
}

bool read_ftpd(std::string_view text, EventBatch& out) {
  Peer peer;
  if (take_prefix(text, "connection from ")) {
    if (!take_named_peer(text, peer)) return false;
    out.set_action(Action::ConnectionOpened);
  } else if (take_prefix(text, "ANONYMOUS FTP LOGIN FROM ")) {
    if (!take_named_peer(text, peer)) return false;
    out.set_action(Action::AcceptedLogin);
    set_user("anonymous", out);
  } else if (take_prefix(text, "FTP LOGIN FROM ")) {
    if (!take_named_peer(text, peer)) return false;
    out.set_action(Action::AcceptedLogin);
    const std::size_t as = text.rfind(' ');
    set_user(as == std::string_view::npos ? text : text.substr(as + 1), out);
  } else if (take_prefix(text, "FTP LOGIN FAILED FROM ") ||
             take_prefix(text, "FTP LOGIN REFUSED FROM ") ||
             take_prefix(text, "repeated login failures from ")) {
    if (!take_named_peer(text, peer)) return false;
    out.set_action(Action::FailedLogin);
  } else if (take_prefix(text, "failed login from ")) {  // wu-ftpd: `NAME [HOST]`
    if (!take_named_peer(text, peer)) return false;
    out.set_action(Action::FailedLogin);
  } else {
    return false;
  }
  set_source(peer, out);
  return true;
}

/// The Kerberos r-daemons: `Authentication failed from HOST (NAME): REASON`.
bool read_klogind(std::string_view text, EventBatch& out) {
  Peer peer;
  if (!take_prefix(text, "Authentication failed from ") || !take_named_peer(text, peer))
    return false;
  out.set_action(Action::FailedLogin);
  set_source(peer, out);
  return true;
}

/// macOS: `Authentication: FAILED :: User Name: bob :: Viewer Address: 192.0.2.7 :: Type: DH`.
bool read_screen_sharing(std::string_view text, EventBatch& out) {
  constexpr std::string_view kViewer = " :: Viewer Address: ";
  if (!take_prefix(text, "Authentication: ")) return false;
  const bool failed = text.starts_with("FAILED");
  const std::size_t name = text.find(" :: User Name: ");
  const std::size_t viewer = text.rfind(kViewer);
  if (name == std::string_view::npos || viewer == std::string_view::npos || viewer < name + 15) {
    return false;
  }
  const std::string_view rest = text.substr(viewer + kViewer.size());
  const std::string_view host = rest.substr(0, rest.find(' '));
  if (!is_host(host)) return false;
  out.set_action(failed ? Action::FailedLogin : Action::AcceptedLogin);
  set_user(text.substr(name + 15, viewer - name - 15), out);
  set_source({host, {}}, out);
  return true;
}

/// doas of OpenBSD: `alice ran command id as root from /home/alice`, `failed auth for alice`,
/// `failed command for alice: id`, `command not permitted for alice: id`.
bool read_doas(std::string_view text, EventBatch& out) {
  std::string_view rest = text;
  if (take_prefix(rest, "failed auth for ")) {
    out.set_action(Action::SudoFailed);
    set_user(rest, out);
    return true;
  }
  if (take_prefix(rest, "failed command for ") || take_prefix(rest, "command not permitted for ")) {
    out.set_action(Action::SudoDenied);
    set_user(take_until(rest, ':'), out);
    out.set(Field::ProcessCommandLine, trim(rest));
    return true;
  }
  const std::string_view user = take_until(rest, ' ');
  if (!take_prefix(rest, "ran command ")) return false;
  out.set_action(Action::SudoCommand);
  set_user(user, out);
  if (take_prefix(rest, "as ")) {  // before version 6.3: `ran command as root: id`
    out.set(Field::UserEffectiveName, take_until(rest, ':'));
    out.set(Field::ProcessCommandLine, trim(rest));
    return true;
  }
  const std::size_t from = rest.rfind(" from ");
  const std::size_t as = rest.rfind(" as ", from);
  if (as != std::string_view::npos) {
    const std::size_t end = from == std::string_view::npos ? rest.size() : from;
    out.set(Field::UserEffectiveName, rest.substr(as + 4, end - as - 4));
    if (from != std::string_view::npos) {
      out.set(Field::ProcessWorkingDirectory, rest.substr(from + 6));
    }
  }
  out.set(Field::ProcessCommandLine, rest.substr(0, as));
  return true;
}

}  // namespace

bool decode_login(const SyslogMessage& message, EventBatch& out) {
  std::string_view text = trim(message.text);
  take_prefix(text, "warning: ");
  // `combo  -- root[2421]: ROOT LOGIN ON tty2`: login(1) with a tag of its own.
  if (take_prefix(text, "-- ")) {
    const std::size_t end = text.substr(0, 64).find("]: ");
    if (end != std::string_view::npos) text.remove_prefix(end + 3);
  }
  bool known = false;
  if (text.starts_with("refused connect from ")) {
    known = read_refused_connect({text.substr(21)}, out);
  } else if (message.program == "doas") {
    known = read_doas(text, out);
  } else {
    known = read_failed_login(text, out) || read_login(text, out) || read_ftpd(text, out) ||
            read_klogind(text, out) || read_screen_sharing(text, out);
  }
  if (!known) return false;
  out.current().dataset = Dataset::Auth;
  return true;
}

}  // namespace vedette::decode
