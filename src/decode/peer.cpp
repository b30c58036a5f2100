#include "decode/peer.h"

#include "base/text.h"

#include <array>

namespace vedette::decode {
namespace {

constexpr std::size_t kHostBytesMax = 255;

constexpr std::array<bool, 256> kHostBytes = [] {
  std::array<bool, 256> is{};
  for (unsigned char c = '0'; c <= '9'; ++c) is[c] = true;
  for (unsigned char c = 'a'; c <= 'z'; ++c) is[c] = true;
  for (unsigned char c = 'A'; c <= 'Z'; ++c) is[c] = true;
  for (const char c : {'.', ':', '-', '_', '%'}) is[static_cast<unsigned char>(c)] = true;
  return is;
}();

std::int64_t port_number(std::string_view text) {
  if (text.empty() || text.size() > 5) return -1;
  std::int64_t value = 0;
  for (const char c : text) {
    if (!is_digit(c)) return -1;
    value = value * 10 + (c - '0');
  }
  return value <= 65'535 ? value : -1;
}

bool is_nobody(std::string_view host) {
  return host == "?" || equals_ignore_case(host, "UNKNOWN") || host == "(null)";
}

/// Whether the host, which reads as the address, is spelled as format_ip() would.
bool is_usual(std::string_view host, const IpAddress& ip) {
  if (ip.is_v4()) {
    std::size_t length = 3;  // of a dotted quad without leading zeros: all else is longer
    for (std::size_t i = 12; i < 16; ++i) length += 1u + (ip.bytes[i] > 9) + (ip.bytes[i] > 99);
    return host.size() == length;
  }
  char usual[48];
  return host == std::string_view{usual, static_cast<std::size_t>(format_ip(ip, usual) - usual)};
}

void set_end(const Peer& peer, Field ip_field, Field address_field, Field port_field,
             EventBatch& out) {
  if (peer.host.empty()) return;
  if (const auto ip = parse_ip(peer.host)) {
    out.set(ip_field, *ip);
    if (!is_usual(peer.host, *ip)) out.set(address_field, peer.host);
  } else if (!is_nobody(peer.host)) {
    out.set(address_field, peer.host);
  }
  if (const auto port = port_number(peer.port); port >= 0) out.set(port_field, port);
}

}  // namespace

bool is_host(std::string_view text) {
  if (text.empty() || text.size() > kHostBytesMax) return false;
  for (const char c : text) {
    if (!kHostBytes[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

bool take_peer(std::string_view& text, Peer& peer) {
  std::string_view host = text.substr(0, text.find(' '));
  std::string_view rest = text.substr(host.size());
  const bool ended =
      !host.empty() && (host.back() == ':' || host.back() == ',') && !host.ends_with("::");
  if (ended) host.remove_suffix(1);
  if (!is_host(host)) return false;
  peer = {host, {}};
  if (!ended && rest.starts_with(" port ")) {
    std::size_t end = 6;
    while (end < rest.size() && is_digit(rest[end])) ++end;
    peer.port = rest.substr(6, end - 6);
    rest.remove_prefix(end);
    if (!rest.empty() && (rest.front() == ':' || rest.front() == ',')) rest.remove_prefix(1);
  }
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  text = rest;
  return true;
}

std::string_view take_port(std::string_view& text) {
  std::size_t end = 1;
  while (end < text.size() && is_digit(text[end])) ++end;
  if (end == 1 || text[0] != ':') return {};
  const std::string_view port = text.substr(1, end - 1);
  text.remove_prefix(end);
  return port;
}

std::string_view transport_of(std::string_view protocol) {
  for (const std::string_view name : {"tcp", "udp", "icmp", "ipv6-icmp", "sctp"}) {
    if (equals_ignore_case(protocol, name)) return name;
  }
  return {};
}

bool take_peer_from_right(std::string_view& text, Peer& peer) {
  std::string_view rest = text;
  const char* const begin = text.data();
  const char* end = begin + text.size();
  const char* port = end;
  while (port != begin && is_digit(port[-1])) --port;
  peer.port = {};
  rest.remove_suffix(static_cast<std::size_t>(end - port));
  if (port != end && take_suffix(rest, " port ")) {
    peer.port = {port, static_cast<std::size_t>(end - port)};
    end = begin + rest.size();
  }
  const char* host = end;
  while (host != begin && kHostBytes[static_cast<unsigned char>(host[-1])]) --host;
  const auto size = static_cast<std::size_t>(end - host);
  if (size == 0 || size > kHostBytesMax || (host != begin && host[-1] != ' ')) return false;
  peer.host = {host, size};
  text = host == begin ? std::string_view{}
                       : std::string_view{begin, static_cast<std::size_t>(host - begin - 1)};
  return true;
}

void set_source(const Peer& peer, EventBatch& out) {
  set_end(peer, Field::SourceIp, Field::SourceAddress, Field::SourcePort, out);
}

void set_destination(const Peer& peer, EventBatch& out) {
  set_end(peer, Field::DestinationIp, Field::DestinationAddress, Field::DestinationPort, out);
}

std::size_t unescaped_length(std::string_view text) {
  std::size_t length = 0;
  for (std::size_t i = 0; i < text.size(); ++length) {
    const bool octal = text[i] == '\\' && i + 3 < text.size() && is_digit(text[i + 1]) &&
                       is_digit(text[i + 2]) && is_digit(text[i + 3]);
    const bool doubled = text[i] == '\\' && i + 1 < text.size() && text[i + 1] == '\\';
    i += octal ? 4 : doubled ? 2 : 1;
  }
  return length;
}

}  // namespace vedette::decode
