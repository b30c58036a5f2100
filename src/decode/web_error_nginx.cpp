#include "base/text.h"
#include "decode/web_error.h"
#include "decode/web_request.h"

#include <array>

namespace vedette::decode {
namespace {

using std::string_view;
constexpr auto kNone = string_view::npos;

/// More places that look like the client's than this, and nobody can say which one is.
constexpr std::size_t kCandidatesMax = 8;
constexpr string_view kClient = ", client: ";

/// What nginx appends to every message that has a connection:
/// `, client: …, server: …, request: "…", upstream: "…", host: "…", referrer: "…"`.
struct Tail {
  string_view message;  ///< what stands before it
  string_view client, server, request, host, referrer, login;
};

/// A text in marks, up to the mark before `behind` or the end. nginx does not escape marks inside.
bool take_marked(string_view& text, string_view& inside, string_view behind) {
  if (!take_prefix(text, "\"")) return false;
  std::size_t end = 0;
  while (true) {
    end = text.find('"', end);
    if (end == kNone) return false;
    const auto rest = text.substr(end + 1);
    if (rest.empty() || rest.starts_with(behind)) break;
    ++end;
  }
  inside = text.substr(0, end);
  text.remove_prefix(end + 1);
  return true;
}

bool has_mark_or_blank(string_view text) {
  return text.find_first_of("\" ") != kNone;
}

/// Whether all that follows `at` is such an appendix and nothing else, with what nginx can have let
/// in: a request of three words, a host without blanks. Only the referrer, which is last, may hold
/// anything.
bool parse_tail(string_view line, std::size_t at, Tail& tail) {
  tail = {};
  tail.message = line.substr(0, at);
  auto rest = line.substr(at + kClient.size());
  const auto comma = rest.find(", ");
  tail.client = rest.substr(0, comma);
  if (!parse_ip(tail.client) && !tail.client.starts_with("unix:")) return false;
  rest.remove_prefix(comma == kNone ? rest.size() : comma);
  if (take_prefix(rest, ", server: ")) {
    const auto end = rest.find(", ");
    tail.server = rest.substr(0, end);
    if (tail.server.find('"') != kNone) return false;
    rest.remove_prefix(end == kNone ? rest.size() : end);
  }
  if (take_prefix(rest, ", login: ")) return take_marked(rest, tail.login, ", upstream: ");
  if (take_prefix(rest, ", request: ")) {
    if (!take_marked(rest, tail.request, ", ")) return false;
    if (tail.request.find(kClient) != kNone) return false;
  }
  string_view ignored;
  if (take_prefix(rest, ", subrequest: ") && !take_marked(rest, ignored, ", ")) return false;
  if (take_prefix(rest, ", upstream: ") && !take_marked(rest, ignored, ", ")) return false;
  if (take_prefix(rest, ", host: ")) {
    if (!take_marked(rest, tail.host, ", ") || has_mark_or_blank(tail.host)) return false;
  }
  if (take_prefix(rest, ", referrer: ")) {
    if (!take_prefix(rest, "\"") || !take_suffix(rest, "\"")) return false;
    tail.referrer = rest;
    return true;
  }
  return rest.empty() || rest.starts_with(", bytes from");
}

/// Messages that hold nothing a client wrote: the first appendix behind them is nginx's own.
bool is_fixed_message(string_view message) {
  return message.starts_with("limiting ") || message.starts_with("delaying ") ||
         (message.find_first_of("\"'`") == kNone && !message.starts_with("[lua]"));
}

/// Finds the appendix. Where user, path or referrer were made to look like one and it cannot be
/// told which is nginx's, none is: an address that a client can choose is worse than no address.
bool find_tail(string_view line, Tail& tail) {
  std::size_t at = line.find(kClient);
  if (at == kNone) return false;
  if (is_fixed_message(line.substr(0, at))) {
    if (!parse_tail(line, at, tail)) {
      const auto rest = line.substr(at + kClient.size());
      tail = {};
      tail.message = line.substr(0, at);
      tail.client = rest.substr(0, rest.find(", "));
    }
    return true;
  }
  Tail first, candidate;
  bool found = false, doubtful = false;
  for (std::size_t seen = 0; at != kNone; at = line.find(kClient, at + kClient.size())) {
    if (++seen > kCandidatesMax) return false;
    if (!parse_tail(line, at, candidate)) continue;
    doubtful = found && (doubtful || candidate.client != first.client);
    if (!found) first = candidate;
    found = true;
  }
  // The name in a header of basic authentication ends at its first colon, so it holds no appendix.
  const bool is_login =
      first.message.starts_with("user \"") || first.message.starts_with("PAM: user '");
  if (!found || (doubtful && !is_login)) return false;
  tail = first;
  return true;
}

/// The text between the marks that begin at the front of `text` and the mark before `behind`, from
/// the right.
string_view marked_before(string_view text, string_view behind) {
  const auto end = text.rfind(behind);
  return end == kNone ? string_view{} : text.substr(0, end);
}

bool contains(string_view text, string_view part) {
  return text.find(part) != kNone;
}

/// A refused login, by the modules that check one. False if it is none.
bool decode_refused_login(string_view message, const Tail& tail, EventBatch& out) {
  string_view user = tail.login;
  auto text = message;
  if (take_prefix(text, "user \"")) {
    user = marked_before(text, "\": password mismatch");
    if (user.empty()) user = marked_before(text, "\" was not found in \"");
    if (user.empty() && !contains(text, "password mismatch") &&
        !contains(text, "was not found in")) {
      return false;
    }
  } else if (take_prefix(text, "PAM: user '")) {
    user = marked_before(text, "' - not authenticated");
  } else if (!message.starts_with("client login failed") &&
             !message.starts_with("no user/password was provided") &&
             !message.starts_with("auth request unexpected status: 401")) {
    return false;
  }
  // No credentials at all is how every browser begins.
  const bool tried = !message.starts_with("no user/password");
  out.set_action(tried ? Action::HttpLoginFailed : Action::HttpDenied);
  set_text(Field::UserName, user, out);
  return true;
}

Action action_of(string_view message, bool is_error) {
  if (message.starts_with("access forbidden by rule") ||
      message.starts_with("directory index of ") ||
      contains(message, "failed (13: Permission denied)")) {
    return Action::HttpDenied;
  }
  if (message.starts_with("limiting ") || message.starts_with("delaying ")) {
    return Action::HttpRateLimited;
  }
  if (contains(message, "(2: No such file or directory)") ||
      contains(message, "Primary script unknown")) {
    return Action::HttpNotFound;
  }
  if (message.starts_with("client sent ") || message.starts_with("client intended to send") ||
      (message.starts_with("SSL_") && contains(message, ") while ")) ||
      contains(message, "while SSL handshaking")) {
    return Action::HttpError;
  }
  return is_error ? Action::HttpError : Action::None;
}

/// Takes `123#456: *789 ` off the front.
bool take_worker(string_view& text, string_view& pid) {
  const auto colon = text.find(": ");
  if (colon == kNone || colon > 42) return false;
  auto worker = text.substr(0, colon);
  pid = take_until(worker, '#');
  if (!parse_int(pid) || !parse_int(worker)) return false;
  text.remove_prefix(colon + 2);
  if (text.starts_with('*')) take_until(text, ' ');
  return true;
}

std::optional<Time> take_nginx_time(string_view& text, LocalZone& zone) {
  Civil civil;
  if (!take_date_and_clock(text, '/', civil) || !take_prefix(text, " [")) return {};
  return zone.to_utc(civil);
}

}  // namespace

bool decode_nginx_error(string_view line, LocalZone& zone, EventBatch& out) {
  auto rest = line;
  const auto time = take_nginx_time(rest, zone);
  if (!time) return false;
  const auto level = take_until(rest, ']');
  string_view pid;
  if (!is_level(level) || !take_prefix(rest, " ") || !take_worker(rest, pid)) return false;

  Tail tail;
  const bool has_tail = find_tail(rest, tail);
  const auto message = has_tail ? tail.message : rest;
  out.current().dataset = Dataset::WebError;
  out.current().time = *time;
  if (message.starts_with("ModSecurity: ")) {
    out.set_action(Action::HttpDenied);
    set_modsecurity(message, out);
  } else if (!decode_refused_login(message, tail, out)) {
    const Action action = action_of(message, is_error_level(level));
    if (action != Action::None) out.set_action(action);
  }
  set_client(tail.client, out);
  set_domain(tail.host.empty() ? tail.server : tail.host, out);
  set_text(Field::LogLevel, level, out);
  set_count(Field::ProcessPid, pid, out);
  set_request_line(tail.request, out);
  set_text(Field::HttpReferrer, tail.referrer, out);
  out.set(Field::Message, message);
  return true;
}

}  // namespace vedette::decode
