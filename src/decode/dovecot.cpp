// Dovecot: what its login processes say when a connection ends or somebody is let in, and what its
// authentication says about each attempt. A login process tells of every attempt that was refused,
// if only when the connection ends; what PAM and the authentication say about them before is no
// failure of its own.
#include "base/text.h"
#include "decode/lines.h"
#include "decode/peer.h"

#include <algorithm>

namespace vedette::decode {
namespace {

using std::string_view;

constexpr auto kNone = string_view::npos;
/// No connection has so many attempts; Dovecot's own limit is far below.
constexpr std::uint32_t kAttemptsMax = 1'000;

void take_level(string_view& text) {
  for (const string_view level : {"Info: ", "Warning: ", "Error: ", "Debug: "}) {
    if (take_prefix(text, level)) return;
  }
}

/// `imap-login: `, `auth-worker(304): `, `auth(default): `, `auth(USER,IP,sasl:login)<SESSION>: `.
/// `inside` is what stands in the parentheses, if anything does.
bool take_process(string_view& text, string_view& process, string_view& inside) {
  const auto of_name = [](char c) { return c == '-' || is_digit(c) || (c >= 'a' && c <= 'z'); };
  const auto end =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), of_name) - text.begin());
  if (end == 0) return false;
  process = text.substr(0, end);
  string_view rest = text.substr(end);
  inside = {};
  if (rest.starts_with('(')) {
    const std::size_t close = std::min(rest.find("): "), rest.find(")<"));
    if (close == kNone) return false;
    inside = rest.substr(1, close - 1);
    rest.remove_prefix(close + 1);
    if (rest.starts_with('<')) {
      const std::size_t session = rest.find(">: ");
      if (session == kNone) return false;
      rest.remove_prefix(session + 1);
    }
  }
  if (!take_prefix(rest, ":")) return false;
  text = trim(rest);
  return true;
}

/// How many attempts failed, as `(auth failed, 3 attempts` and `(2 authentication attempts` say; 0
/// where none did.
std::uint32_t attempts_of(string_view head) {
  const std::size_t failed = head.find("(auth failed");
  std::size_t at = failed != kNone ? failed : head.find('(');
  if (at == kNone) return 0;
  while (at < head.size() && head[at] != ')' && !is_digit(head[at])) ++at;
  std::size_t end = at;
  while (end < head.size() && is_digit(head[end])) ++end;
  const auto count = parse_int<std::uint32_t>(head.substr(at, end - at));
  const bool of_attempts = failed != kNone || head.substr(end).starts_with(" authentication ");
  if (!of_attempts) return 0;
  return std::clamp<std::uint32_t>(count.value_or(1), 1, kAttemptsMax);
}

/// Why a connection ended: what stands in parentheses, else behind "Disconnected: ".
string_view reason_of(string_view head) {
  const std::size_t open = head.rfind('(');
  if (open != kNone) {
    string_view reason = head.substr(open + 1);
    return reason.substr(0, reason.find(')'));
  }
  const std::size_t colon = head.find(": ");
  return colon == kNone ? string_view{} : head.substr(colon + 2);
}

/// `HEAD: user=<U>, method=PLAIN, rip=192.0.2.7, lip=192.0.2.1, …`. The name is the client's, so
/// the address is the last one: what follows it is Dovecot's.
bool read_login(string_view process, string_view text, EventBatch& out) {
  constexpr string_view kUser = "user=<", kRemote = "rip=", kLocal = ", lip=";
  const std::size_t remote = text.rfind(" rip=");
  if (remote == kNone) return false;
  const std::size_t user = text.find(" user=<");
  const std::size_t method = text.find(" method=");
  string_view head = trim(text.substr(0, std::min({user, method, remote})));
  take_suffix(head, ":");
  string_view rest = text.substr(remote + 1 + kRemote.size());
  Peer source, destination;
  source.host = rest.substr(0, rest.find_first_of(", "));
  if (!is_host(source.host)) return false;
  rest.remove_prefix(source.host.size());
  if (take_prefix(rest, kLocal)) destination.host = rest.substr(0, rest.find_first_of(", "));

  const std::uint32_t attempts = attempts_of(head);
  if (head == "Login") {
    out.set_action(Action::MailLogin);
  } else if (attempts > 0 || head.find("(proxy dest auth failed") != kNone) {
    out.set_action(Action::FailedLogin);
    out.current().repeats = std::max(attempts, 1u);
  } else {
    out.set_action(Action::PreauthDisconnect);
    if (const string_view reason = reason_of(head); !reason.empty()) {
      out.set(Field::EventReason, reason);
    }
  }
  if (user < remote) {
    const std::size_t begin = user + 1 + kUser.size();
    const std::size_t end = text.substr(0, remote).rfind('>');
    if (end != kNone && end > begin) out.set(Field::UserName, text.substr(begin, end - begin));
  }
  out.set(Field::ServiceType, process.substr(0, process.size() - 6));  // without "-login"
  set_source(source, out);
  if (is_host(destination.host)) set_destination(destination, out);
  return true;
}

bool is_refusal(string_view verdict) {
  for (const string_view words : {"nknown user", "assword mismatch", "nvalid credentials",
                                  "pam_authenticate() failed", "sername character disallowed"}) {
    if (verdict.find(words) != kNone) return true;
  }
  return false;
}

/// `USER,IP` and perhaps more behind a comma. Names may have commas, addresses have none.
bool split_who(string_view who, string_view& user, Peer& peer) {
  for (std::size_t comma = who.rfind(','); comma != kNone && comma > 0;
       comma = who.rfind(',', comma - 1)) {
    const string_view part = who.substr(comma + 1);
    peer.host = part.substr(0, part.find(','));
    user = who.substr(0, comma);
    if (parse_ip(peer.host)) return true;
  }
  return false;
}

/// `DRIVER(USER,IP[,<SESSION>]): VERDICT`, or `DRIVER: VERDICT` where the process named the user.
bool read_auth(string_view inside, string_view text, EventBatch& out) {
  string_view driver, who, user;
  if (text.starts_with("conn unix:")) {  // `conn unix:auth-worker (uid=143): auth-worker<13247>: `
    const std::size_t end = text.find(">: ");
    if (end == kNone) return false;
    text.remove_prefix(end + 3);
  }
  if (!take_process(text, driver, who)) return false;
  Peer peer;
  if (!split_who(who.empty() ? inside : who, user, peer)) return false;
  if (!is_refusal(text)) return false;
  out.set_action(Action::BackendRefused);
  out.set(Field::ServiceType, driver);
  if (!user.empty()) out.set(Field::UserName, user);
  set_source(peer, out);
  return true;
}

}  // namespace

bool decode_dovecot(const SyslogMessage& message, EventBatch& out) {
  string_view text = trim(message.text), process = message.program, inside;
  if (process == "dovecot" || process == "Info" || text.starts_with("auth(")) {
    take_prefix(text, "dovecot: ");
    take_level(text);
    if (!take_process(text, process, inside)) return false;
  }
  take_level(text);
  bool known = false;
  if (process.ends_with("-login")) {
    known = read_login(process, text, out);
  } else if (process.starts_with("auth")) {
    known = read_auth(inside, text, out);
  }
  if (known) out.current().dataset = Dataset::Auth;
  return known;
}

}  // namespace vedette::decode
