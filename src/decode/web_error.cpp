#include "decode/web_error.h"

#include "base/text.h"
#include "decode/web_request.h"

#include <array>

namespace vedette::decode {
namespace {

using std::string_view;
constexpr auto kNone = string_view::npos;

struct Level {
  string_view name;
  bool is_error;
};
constexpr auto kLevels = std::to_array<Level>({{"error", true},
                                               {"warn", true},
                                               {"crit", true},
                                               {"alert", true},
                                               {"emerg", true},
                                               {"notice", false},
                                               {"info", false},
                                               {"debug", false},
                                               {"stderr", true},
                                               {"fatal", true},
                                               {"warning", true},
                                               {"trace1", false},
                                               {"trace2", false},
                                               {"trace3", false},
                                               {"trace4", false},
                                               {"trace5", false},
                                               {"trace6", false},
                                               {"trace7", false},
                                               {"trace8", false}});

const Level* find_level(string_view text) {
  for (const Level& level : kLevels) {
    if (equals_ignore_case(level.name, text)) return &level;
  }
  return nullptr;
}

/// The value of ` [name "value"]`, or nothing.
string_view tag(string_view text, string_view opening) {
  const auto at = text.find(opening);
  if (at == kNone) return {};
  const auto from = at + opening.size();
  const auto end = text.find("\"]", from);
  return end == kNone ? string_view{} : text.substr(from, end - from);
}

/// `2011-12-25 17:09:20` and perhaps a fraction, taken off the front.
std::optional<Time> take_time(string_view& text, LocalZone& zone) {
  Civil civil;
  if (!take_date_and_clock(text, '-', civil)) return {};
  return zone.to_utc(civil);
}

void begin_error(Action action, EventBatch& out) {
  out.set_action(action);
  out.current().dataset = Dataset::WebError;
}

}  // namespace

bool is_error_level(string_view level) {
  const Level* const found = find_level(level);
  return found != nullptr && found->is_error;
}

bool is_level(string_view level) {
  return find_level(level) != nullptr;
}

void set_modsecurity(string_view text, EventBatch& out) {
  set_text(Field::EventCode, tag(text, " [id \""), out);
  set_text(Field::EventReason, tag(text, " [msg \""), out);
  set_text(Field::UrlDomain, tag(text, " [hostname \""), out);
  const auto uri = tag(text, " [uri \"");
  set_text(Field::UrlOriginal, uri, out);
  set_text(Field::UrlPath, uri.substr(0, uri.find('?')), out);
}

bool decode_lighttpd_error(string_view line, LocalZone& zone, EventBatch& out) {
  // 2018-01-16 14:10:32: (mod_auth.c.525) password doesn't match for /path username: name, IP:
  // 192.0.2.1
  auto rest = line;
  const auto time = take_time(rest, zone);
  if (time && !take_prefix(rest, ": ")) return false;
  const auto close = rest.find(") ");
  if (close == kNone || close > 40) return false;
  const auto place =
      rest.substr(rest.starts_with('(') ? 1 : 0, close - (rest.starts_with('(') ? 1 : 0));
  if (place.find(".c.") == kNone || place.find(' ') != kNone) return false;
  const auto message = rest.substr(close + 2);

  const bool auth = place.starts_with("mod_auth") || place.starts_with("http_auth");
  // The name is the client's own; the address is the last word.
  const auto ip = message.rfind("IP: ");
  const bool failed = auth && (message.starts_with("password doesn't match") ||
                               message.starts_with("digest: auth failed") ||
                               message.starts_with("get_password failed"));
  begin_error(failed ? Action::HttpLoginFailed : Action::HttpError, out);
  if (!failed) out.current().outcome = Outcome::Unknown;
  if (time) out.current().time = *time;
  out.set(Field::Message, message);
  if (!auth || ip == kNone) return true;
  set_client(message.substr(ip + 4), out);
  auto name = trim(message.substr(0, ip));
  take_suffix(name, ",");
  constexpr string_view kUser = " username: ";
  if (const auto at = name.find(kUser); at != kNone) {
    set_text(Field::UserName, name.substr(at + kUser.size()), out);
  } else if (take_prefix(name, "digest: auth failed for ") &&
             take_suffix(name, ": wrong password")) {
    set_text(Field::UserName, trim(name), out);
  }
  return true;
}

bool decode_litespeed_error(string_view line, LocalZone& zone, EventBatch& out) {
  // 2022-06-09 12:22:07.353044 [INFO] [1226038] [192.0.2.1:61120-5#Example] User 'name' failed to …
  auto rest = line;
  const auto time = take_time(rest, zone);
  if (!time || !take_prefix(rest, " [")) return false;
  const auto level = take_until(rest, ']');
  if (!is_level(level) || !take_prefix(rest, " [")) return false;
  const auto pid = take_until(rest, ']');
  if (!parse_int(pid)) return false;
  string_view client;
  if (take_prefix(rest, " [")) {
    const auto context = take_until(rest, ']');
    // 192.0.2.1:61120-5#vhost, 192.0.2.1:45164:HTTP2-41#vhost
    auto port = context.find_first_of("-#");
    if (const auto http = context.find(":HTTP"); http != kNone) port = http;
    client = context.substr(0, port);
  }
  auto message = trim(rest);
  begin_error(is_error_level(level) ? Action::HttpError : Action::None, out);
  constexpr string_view kFailed = "' failed to authenticate";
  constexpr string_view kAdmin = "Failed Login Attempt - username:";
  if (const auto at = message.find(kAdmin); at != kNone) {
    begin_error(Action::HttpLoginFailed, out);
    auto user = message.substr(at + kAdmin.size());
    set_text(Field::UserName, user.substr(0, user.rfind(" ip:")), out);
  } else if (message.starts_with("User '") && message.find(kFailed) != kNone) {
    begin_error(Action::HttpLoginFailed, out);
    set_text(Field::UserName, message.substr(6, message.rfind(kFailed) - 6), out);
  } else if (message.starts_with("File not found")) {
    begin_error(Action::HttpNotFound, out);
  }
  out.current().time = *time;
  set_client(client, out);
  set_text(Field::LogLevel, level, out);
  set_count(Field::ProcessPid, pid, out);
  out.set(Field::Message, message);
  return true;
}

bool decode_web_error(string_view line, LocalZone& zone, EventBatch& out) {
  line = trim(line);
  if (line.size() < 12) return false;
  if (line[0] == '[') return decode_apache_error(line, zone, out);
  if (!is_digit(line[0])) {
    return (line[0] == '(' || line.starts_with("mod_")) && decode_lighttpd_error(line, zone, out);
  }
  if (line[4] == '/') return decode_nginx_error(line, zone, out);
  if (line[4] != '-') return false;
  const auto mark = out.mark();
  if (decode_lighttpd_error(line, zone, out)) return true;
  out.rollback(mark);
  return decode_litespeed_error(line, zone, out);
}

}  // namespace vedette::decode
