// Exim's main and reject log: who failed to log in, what it refused, and connections that came to
// nothing. A client stands as `NAME (HELO) [ADDRESS]:PORT`, name and HELO each perhaps missing;
// HELO is what it said itself, so the address counts only where nothing of the client's can stand
// for it.
#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"
#include "decode/web_request.h"

#include <algorithm>

namespace vedette::decode {
namespace {

using std::string_view;

constexpr auto kNone = string_view::npos;

bool take_client(string_view& text, Peer& peer) {
  string_view rest = text;
  if (!rest.starts_with('[') && !rest.starts_with('(')) {
    if (!is_host(take_until(rest, ' '))) return false;
  }
  if (rest.starts_with('(') && !take_until(rest, ' ').ends_with(')')) return false;
  if (!take_char(rest, '[')) return false;
  peer = {take_until(rest, ']'), {}};
  if (!is_host(peer.host)) return false;
  peer.port = take_port(rest);
  // A HELO or a name with this in it leaves no way to tell which address is the client's.
  if (rest.find(") [") != kNone) return false;
  text = rest;
  return true;
}

bool read_client(string_view& text, Action action, EventBatch& out) {
  Peer peer;
  if (!take_client(text, peer)) return false;
  out.set_action(action);
  set_source(peer, out);
  return true;
}

/// `login authenticator failed for CLIENT: 535 Incorrect authentication data (set_id=USER)`.
bool read_authenticator(string_view text, EventBatch& out) {
  constexpr string_view kUser = " (set_id=";
  text.remove_prefix(std::min(text.find(' '), text.size()));
  if (!take_prefix(text, " authenticator failed for ")) return false;
  if (!read_client(text, Action::FailedLogin, out)) return false;
  const std::size_t user = text.find(kUser);
  if (user != kNone && text.ends_with(')')) {
    text = text.substr(user + kUser.size());
    text.remove_suffix(1);
    if (!text.empty()) out.set(Field::UserName, text);
  }
  return true;
}

/// `H=CLIENT F=<a@b.example> rejected RCPT <c@d.example>: relay not permitted`, and the like.
bool read_refusal(string_view text, EventBatch& out) {
  if (text.starts_with("F=")) {
    const string_view sender = take_until(text, ' ');
    if (sender.find('"') != kNone) return false;  // a name with blanks may say anything
  }
  if (!take_prefix(text, "H=") || !read_client(text, Action::MailRejected, out)) return false;
  for (const string_view words :
       {" rejected ", " temporarily rejected ", " sender verify fail ", " dropped by "}) {
    if (const std::size_t at = text.find(words); at != kNone) {
      out.set(Field::EventReason, text.substr(at + 1));
      return true;
    }
  }
  return false;
}

/// `SMTP protocol error in "AUTH LOGIN" H=CLIENT AUTH command used when not advertised`,
/// `SMTP protocol synchronization error (…): rejected "RSET" H=CLIENT next input="…"`.
bool read_protocol_error(string_view text, EventBatch& out) {
  if (take_prefix(text, "error in \"")) {  // the command is the client's, what follows is not
    const std::size_t host = text.rfind(" H=");
    if (host == kNone) return false;
    text.remove_prefix(host + 3);
  } else {
    const std::size_t rejected = text.find("): rejected ");
    if (!text.starts_with("synchronization error (") || rejected == kNone) return false;
    text.remove_prefix(rejected + 12);
    if (!take_prefix(text, "connection from ")) take_until(text, ' ');
    if (!take_prefix(text, "H=")) return false;
  }
  return read_client(text, Action::ProtocolError, out);
}

/// `<= a@b.example H=CLIENT P=esmtpsa A=login:USER S=…`: a mail of somebody who logged in.
bool read_arrival(string_view text, EventBatch& out) {
  constexpr string_view kUser = " A=";
  if (take_until(text, ' ').find('"') != kNone) return false;
  if (!take_prefix(text, "H=") || !read_client(text, Action::MailLogin, out)) return false;
  const std::size_t user = text.find(kUser);
  if (user == kNone) return false;
  text.remove_prefix(user + kUser.size());
  string_view name = take_until(text, ' ');
  take_until(name, ':');
  if (!name.empty()) out.set(Field::UserName, name);
  return true;
}

bool read_connection(string_view text, EventBatch& out) {
  if (take_prefix(text, "SMTP call from ")) {
    return read_client(text, Action::ProtocolError, out) &&
           text.find(" dropped: too many ") != kNone;
  }
  if (take_prefix(text, "no MAIL in SMTP connection from ") ||
      take_prefix(text, "unexpected disconnection while reading SMTP command from ")) {
    return read_client(text, Action::PreauthDisconnect, out);
  }
  if (take_prefix(text, "SMTP connection from ")) {
    return read_client(text, Action::MailRejected, out) &&
           text.find(" closed by DROP in ACL") != kNone;
  }
  if (take_prefix(text, "no host name found for IP address ")) {
    if (!is_host(text)) return false;
    out.set_action(Action::ReverseMappingFailed);
    set_source({text, {}}, out);
    return true;
  }
  if (!text.starts_with("no IP address found for host ")) return false;
  const std::size_t from = text.rfind("(during SMTP connection from ");
  if (from == kNone) return false;
  text.remove_prefix(from + 29);
  return read_client(text, Action::ReverseMappingFailed, out);
}

/// `1PLKOW-00046U-EW`, or since 4.97 `1rjN1P-0000000GDmC-2xYZ`.
void take_message_id(string_view& text) {
  const std::size_t end = text.find(' ');
  if ((end == 16 || end == 23) && text[6] == '-') text.remove_prefix(end + 1);
}

bool read_any(string_view text, EventBatch& out) {
  if (text.starts_with("H=") || text.starts_with("F=")) return read_refusal(text, out);
  if (take_prefix(text, "<= ")) return read_arrival(text, out);
  if (take_prefix(text, "SMTP protocol ")) return read_protocol_error(text, out);
  if (text.starts_with("SMTP ") || text.starts_with("no ") || text.starts_with("unexpected ")) {
    return read_connection(text, out);
  }
  return read_authenticator(text, out);
}

/// `2026-06-07 03:04:05`, perhaps with a fraction and a zone.
bool take_time(string_view& text, LocalZone& zone, Time& time) {
  Civil civil;
  string_view rest = text;
  if (!take_date_and_clock(rest, '-', civil) || !take_prefix(rest, " ")) return false;
  time = zone.to_utc(civil);
  string_view behind = rest;
  if (const auto offset = take_offset(behind); offset && take_prefix(behind, " ")) {
    time = from_civil_utc(civil) - *offset;
    rest = behind;
  }
  text = rest;
  return true;
}

}  // namespace

bool decode_exim(string_view text, EventBatch& out) {
  text = trim(text);
  LocalZone unused;
  Time time;
  take_time(text, unused, time);  // the journal's lines may have Exim's own too
  if (text.starts_with('[') && text.size() > 1 && is_digit(text[1])) {  // `[29786] `
    string_view rest = text;
    const string_view pid = take_until(rest, ' ');
    if (pid.ends_with(']')) text = rest;
  }
  take_message_id(text);
  if (!read_any(text, out)) return false;
  const bool login = describe(out.current().action).category == Category::Authentication;
  out.current().dataset = login ? Dataset::Auth : Dataset::Syslog;
  return true;
}

bool decode_exim_line(string_view line, LocalZone& zone, EventBatch& out) {
  Time time;
  if (!take_time(line, zone, time) || !decode_exim(line, out)) return false;
  out.current().time = time;
  out.set(Field::ProcessName, string_view{"exim"});
  return true;
}

}  // namespace vedette::decode
