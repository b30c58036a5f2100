#include "base/text.h"
#include "decode/peer.h"
#include "decode/sshd.h"

#include <algorithm>

namespace vedette::decode {
namespace {

// `[invalid |authenticating ]user USER` is cut at 200 characters.
constexpr std::size_t kUserCharactersMax = 187;
constexpr std::size_t kUserCharactersCut = 180;
constexpr std::size_t kUserBytesMax = 4 * kUserCharactersMax;
constexpr std::size_t kPeerBytesMax = 300;
constexpr std::string_view kUsernameChanged = "Change of username or service not allowed: (";

/// Who hung up, as ssh_packet's fmt_connection_id() writes it: `[authenticating |invalid ][user
/// USER ]HOST port N`.
struct Remote {
  std::string_view user;
  Peer peer;
  bool before_login = false;
};

bool split_remote(std::string_view text, Remote& remote) {
  remote = {};
  const bool invalid = take_prefix(text, "invalid user ") || take_prefix(text, "illegal user ");
  const bool authenticating = !invalid && take_prefix(text, "authenticating user ");
  const bool named = invalid || authenticating || take_prefix(text, "user ");
  remote.before_login = invalid || authenticating;
  if (!take_peer_from_right(text, remote.peer)) return false;
  remote.user = text;
  return named ? !remote.peer.port.empty() : text.empty();
}

void set_remote(const Remote& remote, EventBatch& out) {
  if (!remote.user.empty()) out.set(Field::UserName, remote.user);
  set_source(remote.peer, out);
}

bool closed(std::string_view text, bool preauth, EventBatch& out) {
  Remote remote;
  if (!split_remote(text, remote)) return false;
  out.set_action(preauth || remote.before_login ? Action::PreauthDisconnect
                                                : Action::ConnectionClosed);
  set_remote(remote, out);
  return true;
}

enum class Fit { No, Possible, Certain };

/// Whether a reason can stand behind this remote. One of them repeats the name, and names another
/// that the stranger chose, so that it can hold what looks like a remote and a reason.
Fit fit_of(const Remote& remote, std::string_view reason) {
  const std::size_t length = unescaped_length(remote.user);
  if (length > kUserCharactersMax) return Fit::No;
  if (reason == "Too many authentication failures") return Fit::Certain;
  if (!take_prefix(reason, kUsernameChanged)) return Fit::Possible;
  const bool same =
      take_prefix(reason, remote.user) && (reason.starts_with(',') || length >= kUserCharactersCut);
  return same ? Fit::Certain : Fit::No;
}

/// `REMOTE: REASON`. USER and REASON may both hold more of the same form; the last place that fits
/// is the one that the daemon wrote.
bool split_remote_and_reason(std::string_view text, Remote& remote, std::string_view& reason) {
  bool found = false;
  std::size_t at = std::min(text.size(), kUserBytesMax + kPeerBytesMax);
  while ((at = text.rfind(": ", at)) != std::string_view::npos && at > 0) {
    Remote here;
    const std::string_view behind = text.substr(at + 2);
    if (split_remote(text.substr(0, at), here)) {
      const Fit fit = fit_of(here, behind);
      if (fit == Fit::Certain || (fit == Fit::Possible && !found)) {
        remote = here;
        reason = behind;
        found = true;
      }
      if (fit == Fit::Certain) break;
    }
    --at;
  }
  return found;
}

/// `…HOST[ port N]` behind the last ` from `.
bool take_from_at_end(std::string_view text, Peer& peer) {
  return take_peer_from_right(text, peer) && (text.ends_with(" from") || text == "from");
}

}  // namespace

bool read_connection(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  if (take_prefix(text, "closed by ") || take_prefix(text, "reset by ")) {
    return closed(text, message.preauth, out);
  }
  if (take_suffix(text, " timed out")) {
    return (take_prefix(text, "from ") || take_prefix(text, "to ")) &&
           closed(text, message.preauth, out);
  }
  Peer peer, local;
  if (!take_prefix(text, "from ") || !take_peer(text, peer)) return false;
  if (!text.empty() && (!take_prefix(text, "on ") || !take_peer(text, local))) return false;
  out.set_action(Action::ConnectionOpened);
  set_source(peer, out);
  if (!local.host.empty()) set_destination(local, out);
  return true;
}

bool read_disconnected(SshdMessage message, EventBatch& out) {
  return closed(message.text, message.preauth, out);
}

bool read_disconnecting(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  std::string_view reason;
  Remote remote;
  if (take_prefix(text, ": ")) {  // before OpenSSH 7.5: no address
    reason = text;
    if (take_prefix(text, "Too many authentication failures for ")) remote.user = text;
  } else if (!take_prefix(text, " ") ||
             (!split_remote_and_reason(text, remote, reason) && !split_remote(text, remote))) {
    return false;
  }
  out.set_action(Action::PreauthDisconnect);
  // "Too many authentication failures" follows "maximum authentication attempts exceeded", which
  // counts. Whoever tries the next name on the same connection, though, has given up on the one
  // before.
  if (reason.starts_with(kUsernameChanged)) out.current().outcome = Outcome::Failure;
  set_remote(remote, out);
  if (!reason.empty()) out.set(Field::EventReason, reason);
  return true;
}

/// `HOST[ port N]: CODE: TEXT`. The text is the client's own.
bool read_received_disconnect(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  Peer peer;
  if (!take_peer(text, peer)) return false;
  const std::string_view code = trim(take_until(text, ':'));
  const std::string_view reason = trim(text);
  // What clients say when every login they had was refused. With keys only there is no other line.
  const bool failed =
      (code == "3" && reason.find("Auth fail") != std::string_view::npos) ||
      (code == "14" && reason.find("authentication methods") != std::string_view::npos);
  out.set_action(message.preauth || failed ? Action::PreauthDisconnect : Action::ConnectionClosed);
  if (failed) out.current().outcome = Outcome::Failure;
  set_source(peer, out);
  if (!code.empty() && code.size() <= 10) out.set(Field::EventCode, code);
  if (!reason.empty()) out.set(Field::EventReason, reason);
  return true;
}

/// `Closing connection to HOST[ port N]`, `Timeout, client not responding[ from REMOTE]`.
bool read_closing(SshdMessage message, EventBatch& out) {
  std::string_view text = trim(message.text);
  take_suffix(text, ".");
  take_prefix(text, "from ");
  if (!text.empty()) return closed(text, message.preauth, out);
  out.set_action(Action::ConnectionClosed);
  return true;
}

bool read_no_identification(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  Peer peer;
  if (take_prefix(text, " from ") && !take_peer(text, peer)) return false;
  out.set_action(Action::ProtocolMismatch);
  set_source(peer, out);
  return true;
}

/// `'TEXT' from HOST[ port N]`. The text is the client's own.
bool read_bad_identification(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  Peer peer;
  if (!take_peer_from_right(text, peer) || !take_suffix(text, " from")) return false;
  out.set_action(Action::ProtocolMismatch);
  set_source(peer, out);
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    out.set(Field::SshClient, text.substr(1, text.size() - 2));
  }
  return true;
}

bool read_versions_differ(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  Peer peer;
  if (take_prefix(text, " for ") && !take_peer(text, peer)) return false;
  out.set_action(Action::ProtocolMismatch);
  set_source(peer, out);
  return true;
}

/// `HOST with SSH-1.0-SSHD_Scanner.  Don't panic.`
bool read_scanned(SshdMessage message, EventBatch& out) {
  Peer peer;
  if (!take_peer(message.text, peer) || !take_prefix(message.text, "with ")) return false;
  out.set_action(Action::ProtocolMismatch);
  set_source(peer, out);
  out.set(Field::SshClient, message.text.substr(0, message.text.find(' ')));
  return true;
}

/// `Connection from REMOTE: REASON`, behind `banner exchange: ` or the name of a function.
bool read_fatal_connection(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  std::string_view reason;
  Remote remote;
  if (!take_prefix(text, "Connection ") ||
      !(take_prefix(text, "from ") || take_prefix(text, "to ")) ||
      !split_remote_and_reason(text, remote, reason)) {
    return false;
  }
  // At the very start only two things are told apart: another protocol, and a connection that
  // ended.
  const bool banner = reason == "invalid format" || reason == "could not read protocol version";
  out.set_action(banner ? Action::ProtocolMismatch : Action::ProtocolError);
  set_remote(remote, out);
  out.set(Field::EventReason, reason);
  return true;
}

bool read_cannot_negotiate(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  Peer peer;
  if (take_prefix(text, "with ")) {
    for (const std::string_view stage : {"authenticating user ", "invalid user ", "user "}) {
      if (take_prefix(text, stage)) take_until(text, ' ');  // a second exchange of keys
    }
    if (!take_peer(text, peer)) return false;
    out.set(Field::EventReason, text);
  } else if (!text.starts_with("a key exchange method")) {
    return false;
  }
  out.set_action(Action::NegotiationFailed);
  set_source(peer, out);
  return true;
}

/// `mac found: client … server …`: the end of the line before OpenSSH 6.7, without an address.
bool read_no_matching(SshdMessage message, EventBatch& out) {
  if (message.text.find(" found") == std::string_view::npos) return false;
  out.set_action(Action::NegotiationFailed);
  return true;
}

/// ` for HOST[ port N]`, ` for connection from HOST to HOST, pid = N`.
bool read_timeout(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  Peer peer;
  if (take_prefix(text, " for ")) {
    take_prefix(text, "connection from ");
    if (!take_peer(text, peer)) return false;
  }
  out.set_action(Action::LoginTimeout);
  set_source(peer, out);
  return true;
}

/// What the other side did, in lines that do not say who it was.
bool read_broken_protocol(SshdMessage message, EventBatch& out) {
  const std::string_view text = message.text;
  const bool other_protocol = text.find("identifier") != std::string_view::npos ||
                              text.starts_with("banner line") || text.starts_with('"');
  const bool gone =
      text.starts_with("Connection ") || text.starts_with("read: ") || text.starts_with("write: ");
  out.set_action(other_protocol ? Action::ProtocolMismatch
                 : gone         ? Action::PreauthDisconnect
                                : Action::ProtocolError);
  return true;
}

/// `(N) on obfuscated handshake from HOST port N`.
bool read_obfuscated(SshdMessage message, EventBatch& out) {
  Peer peer;
  if (!take_from_at_end(message.text, peer)) return false;
  out.set_action(Action::ProtocolError);
  set_source(peer, out);
  return true;
}

bool read_lost(SshdMessage message, EventBatch& out) {
  out.set_action(message.preauth ? Action::PreauthDisconnect : Action::ConnectionClosed);
  return true;
}

/// `REMOTE: REASON`, or `HOST: REASON`.
bool read_read_error(SshdMessage message, EventBatch& out) {
  Remote remote;
  std::string_view reason;
  if (!split_remote_and_reason(message.text, remote, reason)) return false;
  out.set_action(message.preauth || remote.before_login ? Action::PreauthDisconnect
                                                        : Action::ConnectionClosed);
  set_remote(remote, out);
  return true;
}

/// `#N from [HOST]:PORT on [HOST]:PORT past MaxStartups`, or `penalty: …`.
bool read_dropped(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  const std::size_t from = text.find(" from [");
  Peer peer;
  if (from != std::string_view::npos) {
    text.remove_prefix(from + 7);
    peer.host = take_until(text, ']');
    if (!is_host(peer.host)) return false;
    if (take_prefix(text, ":")) peer.port = take_until(text, ' ');
  }
  out.set_action(Action::ConnectionRefused);
  set_source(peer, out);
  return true;
}

bool read_throttling(SshdMessage, EventBatch& out) {
  out.set_action(Action::ConnectionRefused);
  return true;
}

/// libwrap: `HOST`, `NAME (HOST)`, `USER@NAME (HOST)`. The user is what the other side's identd
/// says.
bool read_refused_connect(SshdMessage message, EventBatch& out) {
  std::string_view text = trim(message.text);
  if (text.ends_with(')')) {
    const std::size_t open = text.rfind('(');
    if (open == std::string_view::npos) return false;
    text = text.substr(open + 1, text.size() - open - 2);
  } else if (const std::size_t at = text.rfind('@'); at != std::string_view::npos) {
    text.remove_prefix(at + 1);
  }
  if (!is_host(text)) return false;
  out.set_action(Action::ConnectionRefused);
  set_source({text, {}}, out);
  return true;
}

/// `HOST maps to NAME, but this does not map back to the address`.
bool read_address_maps(SshdMessage message, EventBatch& out) {
  Peer peer;
  if (!take_peer(message.text, peer) || !message.text.starts_with("maps to ")) return false;
  out.set_action(Action::ReverseMappingFailed);
  set_source(peer, out);
  return true;
}

/// `NAME [HOST] failed - POSSIBLE BREAK-IN ATTEMPT!`, `"NAME" is set up for HOST, ignoring`.
bool read_reverse_mapping(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  Peer peer;
  const std::size_t failed = text.rfind("] failed");
  if (failed != std::string_view::npos) {
    const std::size_t open = text.rfind('[', failed);
    if (open != std::string_view::npos) peer.host = text.substr(open + 1, failed - open - 1);
  } else if (const std::size_t set_up = text.rfind("\" is set up for ");
             set_up != std::string_view::npos) {
    text.remove_prefix(set_up + 16);
    take_peer(text, peer);
  }
  if (!is_host(peer.host)) peer = {};
  out.set_action(Action::ReverseMappingFailed);
  set_source(peer, out);
  return true;
}

}  // namespace vedette::decode
