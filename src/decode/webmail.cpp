// Horde and its IMP, and Roundcube: who logged in to webmail, and who did not. They name the
// client; the mail server's own lines name the web server.
#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"
#include "decode/web_request.h"

#include <algorithm>
#include <cstring>

namespace vedette::decode {
namespace {

using std::string_view;

constexpr auto kNone = string_view::npos;

/// `… (192.0.2.7)` or `… [192.0.2.7]` at the right end: leaves what stands before.
bool take_client(string_view& text, string_view& host) {
  if (!text.ends_with(')') && !text.ends_with(']')) return false;
  const std::size_t open = text.rfind(text.back() == ')' ? '(' : '[');
  if (open == kNone || open == 0) return false;
  host = text.substr(open + 1, text.size() - open - 2);
  text = trim(text.substr(0, open));
  return is_host(host);
}

/// Where the last of the words stands that begin what Horde says of itself, or npos.
std::size_t find_place(string_view text) {
  const std::size_t pid = text.rfind(" [pid "), line = text.rfind(" [on line ");
  if (pid == kNone) return line;
  return line == kNone ? pid : std::max(pid, line);
}

/// `[imp] FAILED LOGIN for USER (IP) to {imap://…} [pid …]`, `[horde] FAILED LOGIN for USER to
/// horde (IP) [pid …]`, before version 4 `FAILED LOGIN for USER [IP] to Horde [on line …]`.
bool read_horde(string_view text, EventBatch& out) {
  const bool imp = text.starts_with("[imp] ");
  if (!imp && !text.starts_with("[horde] ")) return false;
  take_until(text, ' ');
  const bool failed = take_prefix(text, "FAILED LOGIN for ");
  if (!failed && !take_prefix(text, "Login success for ")) return false;
  text = trim(text.substr(0, find_place(text)));
  const bool modern = text.ends_with(')') || text.find(") to ") != kNone;
  string_view before = text, host;
  if (text.find("forwarded for [") != kNone) {
    before = {};  // what a client says of itself stands behind its address: nobody is named
  } else if (take_client(before, host)) {
    if (const std::size_t to = before.rfind(" to "); to != kNone) before = before.substr(0, to);
  } else {
    before = text.substr(0, text.rfind(" to "));
    if (!take_client(before, host)) return false;
  }
  // IMP is what Horde asks; since version 4 both always tell of it.
  const bool backend = imp && modern;
  out.set_action(failed ? (backend ? Action::BackendRefused : Action::FailedLogin)
                        : Action::AcceptedLogin);
  set_text(Field::UserName, before, out);
  set_source({host, {}}, out);
  return true;
}

/// `IMAP Error: Login failed for USER [against HOST] from IP[(X-Real-IP: …)]. AUTHENTICATE …`,
/// `Failed login for USER from IP in session …`, `Successful login for USER (ID: 1) from IP in …`.
bool read_roundcube(string_view text, EventBatch& out) {
  constexpr string_view kAnswer = ". AUTHENTICATE ", kFrom = " from ", kAgainst = " against ";
  if (text.starts_with('<')) {  // the session
    const std::size_t close = text.substr(0, 40).find("> ");
    if (close == kNone) return false;
    text.remove_prefix(close + 2);
  }
  bool accepted = false;
  if (take_prefix(text, "IMAP Error: Login failed for ")) {
    // The server's answer may hold the name again. A name that looks like the beginning of an
    // answer leaves no way to tell which address is the client's; old versions log no answer.
    const std::size_t answer = text.find(kAnswer);
    if (answer != kNone && text.find(kAnswer, answer + 1) != kNone) return false;
    const std::size_t last = text.rfind(kFrom);
    const bool ends = last != kNone && is_host(text.substr(last + kFrom.size()));
    if (!ends) text = text.substr(0, answer);
  } else {
    accepted = take_prefix(text, "Successful login for ");
    if (!accepted && !take_prefix(text, "Failed login for ") &&
        !take_prefix(text, "FAILED login for ")) {
      return false;
    }
    text = text.substr(0, text.rfind(" in session "));
  }
  const std::size_t from = text.rfind(kFrom);
  if (from == kNone) return false;
  string_view host = text.substr(from + kFrom.size());
  host = host.substr(0, host.find_first_of("( "));
  take_suffix(host, ".");
  if (!is_host(host)) return false;
  string_view user = text.substr(0, from);
  if (accepted) user = user.substr(0, user.rfind(" (ID: "));
  if (!accepted) user = user.substr(0, user.rfind(kAgainst));
  out.set_action(accepted ? Action::AcceptedLogin : Action::FailedLogin);
  set_text(Field::UserName, user, out);
  set_source({host, {}}, out);
  return true;
}

}  // namespace

bool decode_webmail(string_view text, EventBatch& out) {
  text = trim(text);
  const std::size_t mark = out.mark();
  if (!read_horde(text, out)) {
    out.rollback(mark);
    if (!read_roundcube(text, out)) return false;
  }
  out.current().dataset = Dataset::Auth;
  return true;
}

/// `[07-Jun-2026 03:04:05 +0200]: TEXT`.
bool decode_roundcube_line(string_view line, LocalZone& zone, EventBatch& out) {
  if (!take_char(line, '[')) return false;
  const std::size_t close = line.substr(0, 48).find("]: ");
  if (close == kNone || close < 20 || line[2] != '-' || line[6] != '-') return false;
  char stamp[48];
  std::memcpy(stamp, line.data(), close);
  stamp[2] = stamp[6] = '/';
  const auto time = parse_web_time({stamp, close}, zone);
  if (!time || !decode_webmail(line.substr(close + 3), out)) return false;
  out.current().time = *time;
  out.set(Field::ProcessName, string_view{"roundcube"});
  return true;
}

}  // namespace vedette::decode
