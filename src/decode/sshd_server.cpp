#include "base/text.h"
#include "decode/peer.h"
#include "decode/sshd.h"

namespace vedette::decode {

/// `HOST port N.`
bool read_listening(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  take_suffix(text, ".");
  Peer peer;
  out.set_action(Action::ServerStarted);
  if (take_peer(text, peer)) set_destination(peer, out);
  return true;
}

/// `Received signal 15; terminating.`, `Received SIGHUP; restarting.`: "Server listening" follows
/// that one.
bool read_signal(SshdMessage, EventBatch& out) {
  out.set_action(Action::ServerStopped);
  return true;
}

bool read_host_key(SshdMessage, EventBatch& out) {
  out.set_action(Action::HostKeyProblem);
  return true;
}

/// `sftp[ by user USER][ failed, subsystem not found]`.
bool read_subsystem(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  out.set_action(Action::SubsystemRequested);
  if (take_suffix(text, " failed, subsystem not found")) out.current().outcome = Outcome::Failure;
  const std::size_t by = text.rfind(" by user ");
  if (by != std::string_view::npos) out.set(Field::UserName, text.substr(by + 9));
  return true;
}

/// `shell on pts/0 for USER from HOST port N id 0`, `command for USER from …`.
bool read_session_start(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  Peer peer;
  if (const std::size_t id = text.rfind(" id "); id != std::string_view::npos) {
    text = text.substr(0, id);
  }
  if (!take_peer_from_right(text, peer) || !take_suffix(text, " from")) return false;
  const std::size_t user = text.rfind(" for ");
  if (user == std::string_view::npos) return false;
  out.set_action(Action::SessionOpened);
  out.set(Field::UserName, text.substr(user + 5));
  set_source(peer, out);
  const std::size_t tty = text.rfind(" on ", user);
  if (tty != std::string_view::npos) {
    out.set(Field::ProcessTty, text.substr(tty + 4, user - tty - 4));
  }
  return true;
}

/// `user USER from HOST port N id 0`.
bool read_session_end(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  Peer peer;
  if (const std::size_t id = text.rfind(" id "); id != std::string_view::npos) {
    text = text.substr(0, id);
  }
  if (!take_prefix(text, "user ") || !take_peer_from_right(text, peer) ||
      !take_suffix(text, " from")) {
    return false;
  }
  out.set_action(Action::SessionClosed);
  out.set(Field::UserName, text);
  set_source(peer, out);
  return true;
}

/// The audit patch of some distributions:
/// `Ltype: Version;Remote: 192.0.2.1-1780;Protocol: 2.0;Client: libssh2_1.4.3`.
bool read_patched_client(SshdMessage message, EventBatch& out) {
  std::string_view text = message.text;
  if (!take_prefix(text, "Ltype: Version;Remote: ")) return false;
  const std::string_view remote = take_until(text, ';');
  const std::size_t dash = remote.rfind('-');
  if (dash == std::string_view::npos || !is_host(remote.substr(0, dash))) return false;
  out.set_action(Action::ConnectionOpened);
  set_source({remote.substr(0, dash), remote.substr(dash + 1)}, out);
  const std::size_t client = text.find("Client: ");
  if (client != std::string_view::npos) out.set(Field::SshClient, text.substr(client + 8));
  return true;
}

}  // namespace vedette::decode
