#include "base/text.h"
#include "decode/web_error.h"
#include "decode/web_request.h"

namespace vedette::decode {
namespace {

using std::string_view;
constexpr auto kNone = string_view::npos;

/// `Wed Oct 11 14:32:52.123456 2000`, also in the order of ISO 8601.
std::optional<Time> parse_apache_time(string_view text, LocalZone& zone) {
  if (text.size() < 24 || text[3] != ' ') return parse_web_time(text, zone);
  text.remove_prefix(4);
  Civil civil;
  civil.month = month_of(text.substr(0, 3));
  text.remove_prefix(3);
  if (civil.month == 0 || !take_prefix(text, " ")) return {};
  unsigned year = 0;
  const std::size_t day_digits = take_prefix(text, " ") ? 1 : 2;
  if (!take_number(text, day_digits, civil.day) || !take_prefix(text, " ") ||
      !take_clock(text, civil) || !take_prefix(text, " ") || !take_number(text, 4, year) ||
      !text.empty()) {
    return {};
  }
  civil.year = static_cast<int>(year);
  if (!is_valid(civil)) return {};
  return zone.to_utc(civil);
}

/// What the server wrote in front of the message, in this order.
struct Head {
  std::optional<Time> time;
  string_view module, level, pid, client;
};

/// One `[…]` off the front of `text`, and the blank behind it. An address may be in brackets
/// itself.
bool take_bracketed(string_view& text, string_view& inside) {
  if (text.empty() || text[0] != '[') return false;
  auto close = text.find(']');
  if (close != kNone && (text.starts_with("[client [") || text.starts_with("[remote ["))) {
    close = text.find(']', close + 1);
  }
  if (close == kNone) return false;
  inside = text.substr(1, close - 1);
  text.remove_prefix(close + 1);
  take_prefix(text, " ");
  return true;
}

/// `(13)Permission denied: ` stands in front of the client. Its wording is the system's, never the
/// client's.
void skip_system_error(string_view& text) {
  if (!text.starts_with('(')) return;
  const auto close = text.find(')');
  if (close == kNone || close > 12) return;
  const auto client = text.find(" [client ", close);
  const auto remote = text.find(" [remote ", close);
  const auto at = client < remote ? client : remote;
  if (at == kNone || at > 160) return;
  text.remove_prefix(at + 1);
}

bool take_head(string_view& text, LocalZone& zone, Head& head) {
  string_view inside;
  auto rest = text;
  if (!take_bracketed(rest, inside)) return false;
  head.time = parse_apache_time(inside, zone);
  if (head.time && !take_bracketed(rest, inside)) return false;
  const auto colon = inside.find(':');
  head.level = colon == kNone ? inside : inside.substr(colon + 1);
  if (colon != kNone) head.module = inside.substr(0, colon);
  if (!is_level(head.level)) return false;
  // Without a time, when Apache logs to syslog, the client or process must follow.
  if (!head.time && !rest.starts_with("[client ") && !rest.starts_with("[pid ")) return false;
  if (rest.starts_with("[pid ") && take_bracketed(rest, inside)) {
    head.pid = inside.substr(4, inside.find(':') - 4);
  }
  skip_system_error(rest);
  if ((rest.starts_with("[client ") || rest.starts_with("[remote ")) &&
      take_bracketed(rest, inside)) {
    head.client = inside.substr(7);
    if (rest.starts_with("[client "))
      take_bracketed(rest, inside);  // ModSecurity says it once more
  }
  text = rest;
  return true;
}

/// Takes `AH01617: ` off the front.
string_view take_code(string_view& text) {
  if (!text.starts_with("AH")) return {};
  const auto colon = text.find(": ");
  if (colon != 7) return {};
  const auto code = text.substr(0, colon);
  text.remove_prefix(colon + 2);
  return code;
}

/// `user NAME…`, `user `NAME' in realm…`: the name, which may hold anything.
string_view user_of(string_view text, string_view behind) {
  const auto end = text.find(behind);
  return end == kNone ? string_view{} : text.substr(0, end);
}

bool contains(string_view text, string_view part) {
  return text.find(part) != kNone;
}

/// Since 2.4 (which names the process) a port follows, also behind an IPv6 address without
/// brackets.
void set_apache_client(const Head& head, EventBatch& out) {
  const auto colon = head.client.rfind(':');
  const bool bare_v6 =
      colon != kNone && colon > 0 && head.client[0] != '[' && head.client.find(':') != colon;
  if (bare_v6 && !head.pid.empty() && head.client[colon - 1] != ':' &&
      parse_int<std::uint16_t>(head.client.substr(colon + 1)) &&
      parse_ip(head.client.substr(0, colon))) {
    set_client(head.client.substr(0, colon), out);
    return set_count(Field::SourcePort, head.client.substr(colon + 1), out);
  }
  set_client(head.client, out);
}

/// The messages of the modules that check who someone is. False if it is none of them.
bool decode_login(string_view message, EventBatch& out) {
  if (take_prefix(message, "Digest: ") && take_prefix(message, "invalid nonce ")) {
    // A nonce with a wrong hash was made before the server's last start: any browser does that.
    const bool forged = contains(message, "length is not") || contains(message, "time travel");
    out.set_action(forged ? Action::HttpLoginFailed : Action::HttpError);
    return true;
  }
  if (take_prefix(message, "user ")) {
    string_view name;
    Action action = Action::HttpLoginFailed;
    if (take_prefix(message, "`")) {
      name = user_of(message, "' in realm ");
    } else if (!(name = user_of(message, ": authorization failure for ")).empty()) {
      action = Action::HttpDenied;  // the password was right
    } else if ((name = user_of(message, ": authentication failure for ")).empty() &&
               (name = user_of(message, ": password mismatch: ")).empty() &&
               (name = user_of(message, " authentication failure")).empty()) {
      name = user_of(message, " not found: ");
      if (name.empty() && !contains(message, "not found")) return false;
    }
    out.set_action(action);
    set_text(Field::UserName, trim(name), out);
    return true;
  }
  if (take_prefix(message, "auth_ldap authenticate: user ")) {
    out.set_action(Action::HttpLoginFailed);
    set_text(Field::UserName, user_of(message, " authentication failed; URI "), out);
    return true;
  }
  if (take_prefix(message, "Authorization of user ")) {
    out.set_action(Action::HttpDenied);
    set_text(Field::UserName, user_of(message, " to access "), out);
    return true;
  }
  if (message.starts_with("client used wrong authentication scheme") ||
      message.starts_with("realm mismatch - got") || message.starts_with("invalid qop") ||
      message.starts_with("unknown algorithm") || message.starts_with("uri mismatch") ||
      message.starts_with("need Digest") || message.starts_with("PAM: user ")) {
    out.set_action(Action::HttpLoginFailed);
    return true;
  }
  return false;
}

bool is_denied(string_view message) {
  return message.starts_with("client denied by server configuration") ||
         message.starts_with("Directory index forbidden") ||
         message.starts_with("Cannot serve directory") || message.starts_with("access to ") ||
         message.starts_with("Symbolic link not allowed") ||
         message.starts_with("Options ExecCGI is off") ||
         message.starts_with("attempt to invoke directory");
}

bool is_not_found(string_view message) {
  return message.starts_with("File does not exist") || message.starts_with("script not found") ||
         (message.starts_with("script '") && contains(message, "' not found or unable to stat")) ||
         (message.starts_with("stderr from ") &&
          contains(message, "script not found or unable to stat")) ||
         contains(message, "Primary script unknown") ||
         message.starts_with("Attempt to serve directory");
}

Action server_action(string_view message) {
  if (contains(message, "resuming normal operations")) return Action::ServerStarted;
  if (contains(message, ", shutting down")) return Action::ServerStopped;
  return Action::None;
}

void decode_message(string_view message, const Head& head, EventBatch& out) {
  if (decode_login(message, out)) return;
  if (take_prefix(message, "ModSecurity: ") || take_prefix(message, "mod_security: ")) {
    out.set_action(contains(message, "Warning. ") || contains(message, "Access denied")
                       ? Action::HttpDenied
                       : Action::HttpError);
    return set_modsecurity(message, out);
  }
  if (is_denied(message)) {
    const bool flood = head.module.starts_with("evasive");
    return out.set_action(flood ? Action::HttpRateLimited : Action::HttpDenied);
  }
  if (head.module == "evasive" || message.starts_with("mod_qos(")) {
    return out.set_action(Action::HttpRateLimited);
  }
  if (is_not_found(message)) return out.set_action(Action::HttpNotFound);
  if (take_prefix(message, "Invalid URI in request ")) {
    out.set_action(Action::HttpError);
    set_request_line(trim(message), out);
    return;
  }
  constexpr string_view kPath = "invalid URI path (";
  if (take_prefix(message, kPath)) {
    out.set_action(Action::HttpError);
    set_target(message.substr(0, message.rfind(')')), out);
    return;
  }
  if (head.client.empty()) {
    if (const Action action = server_action(message); action != Action::None)
      return out.set_action(action);
  }
  if (is_error_level(head.level)) out.set_action(Action::HttpError);
}

}  // namespace

bool decode_apache_error(string_view line, LocalZone& zone, EventBatch& out) {
  Head head;
  auto message = line;
  if (!take_head(message, zone, head)) return false;
  out.current().dataset = Dataset::WebError;
  if (head.time) out.current().time = *head.time;
  set_apache_client(head, out);
  set_text(Field::LogLevel, head.level, out);
  set_count(Field::ProcessPid, head.pid, out);
  set_text(Field::EventCode, take_code(message), out);
  out.set(Field::Message, message);
  constexpr string_view kReferrer = ", referer: ";
  if (const auto at = message.rfind(kReferrer); at != kNone) {
    set_text(Field::HttpReferrer, message.substr(at + kReferrer.size()), out);
    message = message.substr(0, at);
  }
  decode_message(message, head, out);
  return true;
}

}  // namespace vedette::decode
