// The other end of a connection as daemons write it into their logs: an address or a name, perhaps
// with a port. Texts that a stranger chose (user names, client versions) often stand to its left,
// so it can be read from the right end, where only the daemon writes.
#pragma once

#include "model/event.h"

#include <string_view>

namespace vedette::decode {

struct Peer {
  std::string_view host;
  std::string_view port;  ///< empty when the line names none
};

/// Whether the text could be an address or a host name: letters, digits and .:-_% only.
bool is_host(std::string_view text);

/// Takes `HOST`, `HOST port N` or (old daemons) `HOST:N` off the left end of `text`, and what ends
/// it (a blank, or a colon or comma and a blank). Leaves `text` alone when no host stands there.
bool take_peer(std::string_view& text, Peer& peer);
/// The same from the right end; the blank before the host goes with it. Nothing may follow the
/// host.
bool take_peer_from_right(std::string_view& text, Peer& peer);

/// `:4000` off the front of what follows an address: the digits, or "" where there are none.
std::string_view take_port(std::string_view& text);

/// network.transport for "TCP", "UDP" and the like, however they are written; "" for others.
std::string_view transport_of(std::string_view protocol);

/// source.ip when the host is an address, else source.address; both when the address is spelled in
/// a way that is not its usual one (leading zeros, ::ffff:192.0.2.1, a zone). source.port when
/// there is one. "UNKNOWN", "?" and the like set nothing.
void set_source(const Peer& peer, EventBatch& out);
void set_destination(const Peer& peer, EventBatch& out);

/// The text of a log may hold a byte as `\ooo` or `\\` (OpenSSH writes names so): its length
/// without.
std::size_t unescaped_length(std::string_view text);

}  // namespace vedette::decode
