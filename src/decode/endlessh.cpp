// Endlessh, a tar pit for ssh clients: `ACCEPT host=::ffff:192.0.2.7 port=4000 fd=4 n=1/4096` and
// `CLOSE host=… port=… fd=4 time=20.017 bytes=20`.
#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"

namespace vedette::decode {

bool decode_endlessh(std::string_view text, EventBatch& out) {
  const bool opened = take_prefix(text, "ACCEPT ");
  if (!opened && !take_prefix(text, "CLOSE ")) return false;
  Peer peer;
  if (!take_prefix(text, "host=")) return false;
  peer.host = take_until(text, ' ');
  if (!take_prefix(text, "port=") || !is_host(peer.host)) return false;
  peer.port = take_until(text, ' ');
  if (!text.starts_with("fd=")) return false;
  out.set_action(opened ? Action::ConnectionOpened : Action::ConnectionClosed);
  out.current().dataset = Dataset::Auth;
  set_source(peer, out);
  return true;
}

}  // namespace vedette::decode
