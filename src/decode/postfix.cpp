// Postfix's servers for SMTP: who connected, whom they let in, and what they refused. The client
// stands as `NAME[ADDRESS]`, perhaps with `:PORT`, before anything that it sent.
#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"

#include <algorithm>

namespace vedette::decode {
namespace {

using std::string_view;

constexpr auto kNone = string_view::npos;

/// `unknown[192.0.2.7]`, `h.example[2001:db8::7]:4000`, `[192.0.2.7]:4000`.
bool take_client(string_view& text, Peer& peer) {
  const std::size_t open = text.find('[');
  if (open == kNone || (open > 0 && !is_host(text.substr(0, open)))) return false;
  string_view rest = text.substr(open + 1);
  const std::size_t close = rest.find(']');
  if (close == kNone) return false;
  peer = {rest.substr(0, close), {}};
  if (!is_host(peer.host)) return false;
  rest.remove_prefix(close + 1);
  peer.port = take_port(rest);
  text = rest;
  return true;
}

bool read_client(string_view text, Action action, EventBatch& out) {
  Peer peer;
  if (!take_client(text, peer)) return false;
  out.set_action(action);
  set_source(peer, out);
  return true;
}

/// `CLIENT: SASL LOGIN authentication failed: REASON[, sasl_username=U]`.
bool read_sasl(string_view text, EventBatch& out) {
  constexpr string_view kFailed = " authentication failed:", kUser = ", sasl_username=";
  Peer peer;
  if (!take_client(text, peer) || !take_prefix(text, ": SASL ")) return false;
  text.remove_prefix(std::min(text.find(' '), text.size()));  // the mechanism
  if (!take_prefix(text, kFailed)) return false;
  out.set_action(Action::FailedLogin);
  set_source(peer, out);
  skip_blanks(text);
  if (const std::size_t user = text.find(kUser); user != kNone) {
    if (user + kUser.size() < text.size()) {
      out.set(Field::UserName, text.substr(user + kUser.size()));
    }
    text = text.substr(0, user);
  }
  // The server could not ask: that says nothing about the client.
  if (text.starts_with("Connection lost to authentication server") ||
      text.starts_with("Temporary authentication failure")) {
    out.current().outcome = Outcome::Unknown;
  }
  if (!text.empty()) out.set(Field::EventReason, text);
  return true;
}

/// `RCPT from CLIENT: 454 4.7.1 <a@b.example>: Relay access denied; from=<…> to=<…> …`.
bool read_reject(string_view text, EventBatch& out) {
  const std::size_t from = text.find(" from ");
  Peer peer;
  if (from == kNone || from > 16) return false;
  text.remove_prefix(from + 6);
  if (!take_client(text, peer) || !take_prefix(text, ": ")) return false;
  out.set_action(Action::MailRejected);
  set_source(peer, out);
  const string_view code = text.substr(0, 3);
  if (code.size() == 3 && std::all_of(code.begin(), code.end(), is_digit)) {
    out.set(Field::EventCode, code);
    text = trim(text.substr(3));
  }
  const string_view reason = text.substr(0, text.find("; from=<"));
  if (!reason.empty()) out.set(Field::EventReason, reason);
  // Who is asked to come back later does, if it is a mail server.
  if (reason.find("reylist") != kNone) out.current().outcome = Outcome::Unknown;
  return true;
}

/// Whether a connection that ended after this command had not got further than to greet.
bool is_early(string_view command) {
  constexpr string_view kEarly[] = {"CONNECT", "EHLO", "HELO", "AUTH", "STARTTLS", "UNKNOWN"};
  return std::find(std::begin(kEarly), std::end(kEarly), command) != std::end(kEarly);
}

/// `COMMAND from CLIENT`, behind "lost connection after" and the like.
bool read_after(string_view text, Action action, EventBatch& out) {
  const std::size_t from = text.find(" from ");
  if (from == kNone) return false;
  const string_view command = text.substr(0, text.find(' '));
  if (action == Action::PreauthDisconnect && !is_early(command)) action = Action::ConnectionClosed;
  if (!read_client(text.substr(from + 6), action, out)) return false;
  out.set(Field::EventReason, command);
  return true;
}

/// `client=CLIENT, sasl_method=LOGIN, sasl_username=U`: a mail of somebody who logged in.
bool read_sender(string_view text, EventBatch& out) {
  constexpr string_view kUser = ", sasl_username=";
  Peer peer;
  if (!take_client(text, peer)) return false;
  const std::size_t user = text.find(kUser);
  if (user == kNone || user + kUser.size() >= text.size()) return false;
  out.set_action(Action::MailLogin);
  set_source(peer, out);
  const string_view name = text.substr(user + kUser.size());
  out.set(Field::UserName, name.substr(0, name.find(", ")));
  return true;
}

struct Form {
  string_view beginning;
  Action action;
  bool (*read)(string_view rest, Action action, EventBatch& out);
};

constexpr Form kForms[] = {
    {"connect from ", Action::ConnectionOpened, read_client},
    {"CONNECT from ", Action::ConnectionOpened, read_client},  // postscreen
    {"disconnect from ", Action::ConnectionClosed, read_client},
    {"DISCONNECT ", Action::ConnectionClosed, read_client},
    {"lost connection after ", Action::PreauthDisconnect, read_after},
    {"timeout after ", Action::PreauthDisconnect, read_after},
    {"too many errors after ", Action::ProtocolError, read_after},
    {"improper command pipelining after ", Action::ProtocolError, read_after},
    {"non-SMTP command from ", Action::ProtocolMismatch, read_client},
    {"SSL_accept error from ", Action::NegotiationFailed, read_client},
};

bool read_any(string_view text, EventBatch& out) {
  for (const Form& form : kForms) {
    string_view rest = text;
    if (take_prefix(rest, form.beginning)) return form.read(rest, form.action, out);
  }
  string_view rest = text;
  const string_view queue = take_until(rest, ' ');  // `NOQUEUE:`, `4F2B1A3C5D:`
  if (!queue.ends_with(':')) return false;
  if (take_prefix(rest, "reject: ") || take_prefix(rest, "milter-reject: ")) {
    return read_reject(rest, out);
  }
  return take_prefix(rest, "client=") && read_sender(rest, out);
}

}  // namespace

bool decode_postfix(string_view text, EventBatch& out) {
  text = trim(text);
  take_prefix(text, "warning: ");
  const std::size_t mark = out.mark();
  Event& event = out.current();
  if (!read_any(text, out)) {
    out.rollback(mark);
    if (!read_sasl(text, out)) return false;
  }
  const bool login = describe(event.action).category == Category::Authentication;
  event.dataset = login ? Dataset::Auth : Dataset::Syslog;
  return true;
}

}  // namespace vedette::decode
