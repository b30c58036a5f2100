// Alerts of Suricata and Snort as lines of text: `fast.log`, and what they send to syslog. What a
// rule says stands between brackets of their own; nothing of the traffic is in the line.
#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"
#include "decode/web_request.h"

namespace vedette::decode {
namespace {

using std::string_view;

constexpr auto kNone = string_view::npos;

/// `[1:2221028:1] `: generator, rule, revision.
bool take_rule_id(string_view& text, string_view& id) {
  string_view rest = text;
  if (!take_char(rest, '[')) return false;
  const std::size_t close = rest.substr(0, 40).find("] ");
  if (close == kNone) return false;
  string_view inside = rest.substr(0, close);
  const string_view generator = take_until(inside, ':');
  id = take_until(inside, ':');
  for (const string_view number : {generator, id, inside}) {
    if (!parse_int<std::uint32_t>(number)) return false;
  }
  text = rest.substr(close + 2);
  return true;
}

/// The text behind `name` up to the next `]`, or "".
string_view bracketed(string_view text, string_view name) {
  const std::size_t at = text.find(name);
  if (at == kNone) return {};
  text.remove_prefix(at + name.size());
  return text.substr(0, text.find(']'));
}

/// `192.0.2.7:80`, `[2001:db8::7]:80`, `2001:db8::7:80`; ICMP has no ports, or its type in their
/// place.
Peer end_of(string_view text, string_view transport) {
  Peer peer{text, {}};
  const bool ports = transport == "tcp" || transport == "udp" || transport == "sctp";
  const std::size_t colon = text.rfind(':');
  if (colon != kNone && !parse_ip(text)) peer = {text.substr(0, colon), text.substr(colon + 1)};
  if (colon != kNone && ports) peer = {text.substr(0, colon), text.substr(colon + 1)};
  if (!ports) peer.port = {};
  if (peer.host.starts_with('[') && peer.host.ends_with(']')) {
    peer.host = peer.host.substr(1, peer.host.size() - 2);
  }
  return peer;
}

/// `{TCP} 192.0.2.7:4000 -> 192.0.2.1:80`, at the right end.
bool read_ends(string_view text, EventBatch& out) {
  const std::size_t open = text.rfind('{');
  if (open == kNone) return false;
  text.remove_prefix(open + 1);
  const string_view transport = transport_of(take_until(text, '}'));
  text = trim(text);
  const std::size_t arrow = text.find(" -> ");
  if (arrow == kNone) return false;
  const Peer source = end_of(text.substr(0, arrow), transport);
  const Peer destination = end_of(trim(text.substr(arrow + 4)), transport);
  if (!parse_ip(source.host) || !parse_ip(destination.host)) return false;
  if (!transport.empty()) out.set(Field::NetworkTransport, transport);
  set_source(source, out);
  set_destination(destination, out);
  return true;
}

/// `07/11/2026-10:29:01.860293`, Snort's without the year: then the latest that is not in the
/// future.
bool take_time(string_view& text, Time written_by, LocalZone& zone, Time& time) {
  Civil civil;
  string_view rest = text;
  if (!take_number(rest, 2, civil.month) || !take_prefix(rest, "/") ||
      !take_number(rest, 2, civil.day)) {
    return false;
  }
  unsigned year = 0;
  bool named = false;
  if (take_prefix(rest, "/")) {
    const std::size_t digits = rest.substr(0, 5).find('-') == 2 ? 2 : 4;
    if (!take_number(rest, digits, year)) return false;
    if (digits == 2) year += 2000;
    named = true;
  }
  if (!take_prefix(rest, "-") || !take_clock(rest, civil) || !take_prefix(rest, " ")) return false;
  civil.year = named ? static_cast<int>(year) : to_civil_utc(written_by).year;
  if (!is_valid(civil)) return false;
  time = zone.to_utc(civil);
  if (!named && time > written_by + std::chrono::days{1}) {
    --civil.year;
    if (!is_valid(civil)) return false;
    time = zone.to_utc(civil);
  }
  skip_blanks(rest);
  text = rest;
  return true;
}

}  // namespace

bool decode_ids(string_view text, EventBatch& out) {
  for (const string_view verdict : {"[Drop] ", "[wDrop] ", "[Reject] "}) take_prefix(text, verdict);
  take_prefix(text, "[**] ");
  string_view id;
  if (!take_rule_id(text, id)) return false;
  std::size_t end = text.find(" [**]");
  if (end == kNone) end = text.find(" [Classification: ");
  if (end == kNone) end = text.find(" [Priority: ");
  if (end == kNone || !read_ends(text.substr(end), out)) return false;
  string_view name = text.substr(0, end);
  take_prefix(name, "\"");  // Snort 3
  take_suffix(name, "\"");
  text.remove_prefix(end);
  out.set_action(Action::IntrusionAlert);
  out.current().dataset = Dataset::Ids;
  out.set(Field::RuleId, id);
  if (!name.empty()) out.set(Field::RuleName, name);
  const string_view category = bracketed(text, "[Classification: ");
  if (!category.empty()) out.set(Field::RuleCategory, category);
  if (const auto priority = parse_int(bracketed(text, "[Priority: "))) {
    out.set(Field::EventSeverity, *priority);
  }
  return true;
}

bool decode_ids_line(string_view line, Time written_by, LocalZone& zone, EventBatch& out) {
  Time time;
  if (!take_time(line, written_by, zone, time) || !decode_ids(line, out)) return false;
  out.current().time = time;
  return true;
}

}  // namespace vedette::decode
