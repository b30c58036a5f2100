// The kernel's LOG target (iptables, nftables, UFW, firewalld, Proxmox): a prefix that the
// administrator chose, then NAME=value words in a fixed order and lone words for flags.
#include "base/text.h"
#include "decode/lines.h"
#include "decode/web_request.h"

#include <array>
#include <cstring>

namespace vedette::decode {
namespace {

using std::string_view;
constexpr auto kNone = string_view::npos;

/// Whether `word` (lower case) is anywhere in `text`, in any case.
bool mentions(string_view text, string_view word) {
  if (text.size() < word.size()) return false;
  for (std::size_t i = 0; i + word.size() <= text.size(); ++i) {
    if (lower(text[i]) == word[0] && equals_ignore_case(text.substr(i, word.size()), word))
      return true;
  }
  return false;
}

/// What became of the packet: nothing in the line says so but the administrator's own words.
bool says_denied(string_view prefix) {
  static constexpr auto kWords = std::to_array<string_view>(
      {"block", "drop", "reject", "deny", "denied", "refuse", "discard", "banned", "blacklist"});
  const auto end = trim(prefix);
  if (end.ends_with("-D]") || end.ends_with("-R]")) return true;  // EdgeOS, UniFi: drop and reject
  for (const auto word : kWords) {
    if (mentions(prefix, word)) return true;
  }
  return false;
}

bool is_flag(string_view word) {
  static constexpr auto kFlags =
      std::to_array<string_view>({"SYN", "ACK", "FIN", "RST", "PSH", "URG", "ECE", "CWR"});
  for (const auto flag : kFlags) {
    if (word == flag) return true;
  }
  return false;
}

/// The names of RFC 790's list that the kernel itself writes, lower case; numbers for the common
/// others.
string_view transport_of(string_view proto, EventBatch& out) {
  struct Name {
    string_view logged, name;
  };
  static constexpr auto kNames = std::to_array<Name>({{"TCP", "tcp"},
                                                      {"UDP", "udp"},
                                                      {"ICMP", "icmp"},
                                                      {"ICMPv6", "ipv6-icmp"},
                                                      {"UDPLITE", "udplite"},
                                                      {"AH", "ah"},
                                                      {"ESP", "esp"},
                                                      {"SCTP", "sctp"},
                                                      {"2", "igmp"},
                                                      {"41", "ipv6"},
                                                      {"47", "gre"},
                                                      {"58", "ipv6-icmp"},
                                                      {"132", "sctp"}});
  for (const auto& name : kNames) {
    if (proto == name.logged) return name.name;
  }
  char* const text = out.arena().allocate(proto.size());
  for (std::size_t i = 0; i < proto.size(); ++i) text[i] = lower(proto[i]);
  return {text, proto.size()};
}

struct Packet {
  string_view in, out, mac, source, destination, length, protocol, source_port, destination_port,
      flags;
};

void take_field(string_view name, string_view value, Packet& packet) {
  const auto keep = [&](string_view& field) {
    if (field.empty()) field = value;  // UDP writes LEN twice; the first is the packet's
  };
  switch (name.size()) {
    case 2:
      if (name == "IN") keep(packet.in);
      break;
    case 3:
      if (name == "SRC") keep(packet.source);
      if (name == "DST") keep(packet.destination);
      if (name == "SPT") keep(packet.source_port);
      if (name == "DPT") keep(packet.destination_port);
      if (name == "LEN") keep(packet.length);
      if (name == "MAC") keep(packet.mac);
      if (name == "OUT") keep(packet.out);
      break;
    case 5:
      if (name == "PROTO") keep(packet.protocol);
      break;
    default:
      break;
  }
}

Packet parse_packet(string_view text) {
  Packet packet;
  while (!text.empty()) {
    const char* const begin = text.data();
    const auto word = take_until(text, ' ');
    if (word.starts_with('['))
      break;  // the packet that an ICMP error quotes: written by a stranger
    const auto equals = word.find('=');
    if (equals != kNone) {
      take_field(word.substr(0, equals), word.substr(equals + 1), packet);
    } else if (is_flag(word)) {
      const char* const first = packet.flags.empty() ? begin : packet.flags.data();
      packet.flags = {first, static_cast<std::size_t>(word.data() + word.size() - first)};
    }
  }
  return packet;
}

/// Where the words begin: `IN=`, or `OUT=` in Proxmox's log, with or without a blank behind the
/// prefix.
std::size_t find_packet(string_view text) {
  auto at = text.find("IN=");
  if (at != kNone && text.find("OUT=", at) == kNone && text.find("MAC=", at) == kNone) at = kNone;
  if (at == kNone || (at >= 4 && text.substr(at - 4).starts_with("PHYSIN=")))
    at = text.find("OUT=");
  return at;
}

/// Proxmox: `101 1 tap101i0-IN 20/Jun/2022:13:12:46 +0200 REJECT: `
void set_proxmox_time(string_view prefix, EventBatch& out) {
  const auto slash = prefix.find('/');
  if (slash == kNone || slash < 2 || prefix.size() < slash + 24) return;
  LocalZone unused;
  const auto time = parse_web_time(prefix.substr(slash - 2, 26), unused);
  if (time) out.current().time = *time;
}

}  // namespace

bool decode_netfilter(string_view text, EventBatch& out) {
  if (text.starts_with('[')) {  // seconds since the machine started
    const auto close = text.find(']');
    if (close != kNone && close < 24 && (text[1] == ' ' || is_digit(text[1]))) {
      text.remove_prefix(close + 1);
    }
  }
  const auto at = find_packet(text);
  if (at == kNone) return false;
  const Packet packet = parse_packet(text.substr(at));
  const auto source = parse_ip(packet.source), destination = parse_ip(packet.destination);
  if (!source || !destination) return false;

  const auto prefix = trim(text.substr(0, at));
  out.set_action(says_denied(prefix) ? Action::PacketDenied : Action::PacketLogged);
  out.current().dataset = Dataset::Netfilter;
  set_proxmox_time(prefix, out);
  out.set(Field::SourceIp, *source);
  out.set(Field::DestinationIp, *destination);
  set_count(Field::SourcePort, packet.source_port, out);
  set_count(Field::DestinationPort, packet.destination_port, out);
  if (!packet.protocol.empty() && out.wants(Field::NetworkTransport)) {
    out.set(Field::NetworkTransport, transport_of(packet.protocol, out));
  }
  set_count(Field::NetworkBytes, packet.length, out);
  set_text(Field::InterfaceIn, packet.in, out);
  set_text(Field::InterfaceOut, packet.out, out);
  if (packet.mac.size() >= 35) out.set(Field::SourceMac, packet.mac.substr(18, 17));
  set_text(Field::TcpFlags, packet.flags, out);
  set_text(Field::EventReason, prefix, out);
  return true;
}

}  // namespace vedette::decode
