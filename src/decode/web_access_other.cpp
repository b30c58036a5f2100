#include "decode/web_access_other.h"

#include "base/text.h"
#include "decode/web_request.h"

#include <array>
#include <cstring>

namespace vedette::decode {
namespace {

using std::string_view;
constexpr auto kNone = string_view::npos;

/// The words of a line, up to N of them; `rest` is what follows.
template <std::size_t N>
struct Words {
  std::array<string_view, N> word;
  std::size_t count = 0;
  explicit Words(string_view text) {
    while (count < N && !text.empty()) {
      const auto next = take_until(text, ' ');
      if (!next.empty()) word[count++] = next;
    }
  }
  string_view operator[](std::size_t i) const { return i < count ? word[i] : string_view{}; }
};

/// The last word of `text`, which loses it.
string_view take_last(string_view& text) {
  const auto at = text.rfind(' ');
  const auto word = at == kNone ? text : text.substr(at + 1);
  text = at == kNone ? string_view{} : text.substr(0, at);
  return word;
}

void begin_request(EventBatch& out) {
  out.set_action(Action::HttpRequest);
  out.current().dataset = Dataset::WebAccess;
}

void set_request_or_malformed(string_view request, EventBatch& out) {
  begin_request(out);
  if (set_request_line(request, out)) return;
  out.set_action(Action::HttpMalformed);
  set_text(Field::UrlOriginal, request, out);
}

/// HAProxy always writes a port, also behind an address without brackets: 2001:db8::1:8080.
void set_client_and_port(string_view text, EventBatch& out) {
  const auto colon = text.rfind(':');
  if (colon == kNone) return set_client(text, out);
  set_client(text.substr(0, colon), out);
  set_count(Field::SourcePort, text.substr(colon + 1), out);
}

bool is_number(string_view text) {
  return parse_int(text).has_value();
}

}  // namespace

bool decode_haproxy(string_view line, std::size_t open, std::size_t close, std::size_t quote,
                    EventBatch& out) {
  // frontend backend/server timers status bytes cookie cookie state connections queues {headers}
  const Words<6> words(line.substr(close + 1, quote - close - 1));
  if (words.count < 5 || words[1].find('/') == kNone || words[2].find('/') == kNone) return false;
  const auto end = find_quote(line, quote + 1);
  const auto length = end == kNone ? kNone : end - quote - 1;
  set_request_or_malformed(line.substr(quote + 1, length), out);
  set_client_and_port(trim(line.substr(0, open)), out);
  set_status(words[3], out);
  set_count(Field::HttpBodyBytes, words[4], out);
  return true;
}

bool decode_proxy_manager(string_view words, string_view behind, EventBatch& out) {
  // [cache [upstream]] status - METHOD scheme host "target" [Client 192.0.2.1] … "agent" "referrer"
  auto left = words;
  const auto host = take_last(left), scheme = take_last(left), method = take_last(left);
  if (take_last(left) != "-" || !scheme.starts_with("http")) return false;
  const auto status = take_last(left);
  const auto end = find_quote(behind, 0);
  constexpr string_view kClient = " [Client ";
  if (end == kNone || !behind.substr(end + 1).starts_with(kClient)) return false;
  auto rest = behind.substr(end + 1 + kClient.size());

  begin_request(out);
  set_status(status, out);
  set_method(method, out);
  set_target(behind.substr(0, end), out);
  set_domain(host, out);
  set_client(take_until(rest, ']'), out);
  if (take_prefix(rest, " [Length ")) set_count(Field::HttpBodyBytes, take_until(rest, ']'), out);
  const auto agent = rest.find('"');
  if (agent == kNone) return true;
  const auto agent_end = find_quote(rest, agent + 1);
  if (agent_end == kNone) return true;
  set_text(Field::UserAgent, rest.substr(agent + 1, agent_end - agent - 1), out);
  rest.remove_prefix(agent_end + 1);
  if (take_prefix(rest, " \"")) {
    set_text(Field::HttpReferrer, rest.substr(0, find_quote(rest, 0)), out);
  }
  return true;
}

bool set_envoy_fields(string_view rest, EventBatch& out) {
  // flags received sent duration upstream-duration "forwarded-for" "agent" "id" "authority"
  // "upstream"
  const auto quote = rest.find('"');
  if (quote == kNone) return true;
  auto left = trim(rest.substr(0, quote));
  take_last(left);
  take_last(left);
  set_count(Field::HttpBodyBytes, take_last(left), out);
  rest.remove_prefix(quote);
  std::array<string_view, 4> fields;
  for (auto& field : fields) {
    if (!take_prefix(rest, "\"")) break;
    const auto end = find_quote(rest, 0);
    field = rest.substr(0, end);
    rest.remove_prefix(end == kNone ? rest.size() : end + 1);
    take_prefix(rest, " ");
  }
  set_client(client_of_list(fields[0]), out);
  set_text(Field::UserAgent, fields[1], out);
  set_domain(fields[3], out);
  return true;
}

bool decode_balancer(string_view head, string_view rest, EventBatch& out) {
  // [type] time name client:port target:port three durations, status, target's status, received,
  // sent
  const Words<12> words(head);
  const std::size_t at = words.count == 12 ? 1 : 0;
  if (words.count < 11 || words[at].size() < 20 || words[at][4] != '-') return false;
  const auto time = parse_rfc3339(words[at]);
  if (!time || !is_number(words[at + 9]) || !is_number(words[at + 10])) return false;
  const auto end = find_quote(rest, 1);
  if (end == kNone) return false;
  set_request_or_malformed(rest.substr(1, end - 1), out);
  out.current().time = *time;
  set_client(words[at + 2], out);
  set_status(words[at + 7], out);
  set_count(Field::HttpBodyBytes, words[at + 10], out);
  rest.remove_prefix(end + 1);
  if (take_prefix(rest, " \""))
    set_text(Field::UserAgent, rest.substr(0, find_quote(rest, 0)), out);
  return true;
}

namespace {

/// `1386543323.000 4 192.0.2.1 TCP_DENIED/403 4099 GET http://… user HIER_NONE/- text/html`
bool decode_squid(string_view line, EventBatch& out) {
  constexpr std::int64_t kSecondsMax = 9'000'000'000;  // Time ends soon after, in 2262
  const Words<8> words(line);
  const auto dot = words[0].find('.');
  const auto slash = words[3].find('/');
  if (words.count < 8 || dot == kNone || dot < 9 || dot > 10 || slash == kNone) return false;
  const auto seconds = parse_int(words[0].substr(0, dot));
  const auto millis = parse_int(words[0].substr(dot + 1));
  if (!seconds || !millis || *seconds > kSecondsMax || !is_number(words[1])) return false;
  begin_request(out);
  out.current().time =
      Time{std::chrono::seconds{*seconds} + std::chrono::milliseconds{*millis % 1000}};
  if (!set_status(words[3].substr(slash + 1), out)) return false;
  set_client(words[2], out);
  set_count(Field::HttpBodyBytes, words[4], out);
  set_method(words[5], out);
  set_target(words[6], out);
  set_text(Field::UserName, words[7], out);
  return true;
}

/// The columns IIS writes unless told otherwise, all of W3C's extended format: date time server
/// method stem query port user client agent [referrer] status substatus win32-status
/// [milliseconds].
bool decode_iis(string_view line, EventBatch& out) {
  if (line[4] != '-' || line[7] != '-' || line[10] != ' ') return false;
  const Words<15> words(line);
  if (words.count < 13 || words[4].front() != '/' || !is_number(words[6])) return false;
  char stamp[20];
  if (words[0].size() != 10 || words[1].size() != 8) return false;
  std::memcpy(stamp, words[0].data(), 10);
  stamp[10] = 'T';
  std::memcpy(stamp + 11, words[1].data(), 8);
  stamp[19] = 'Z';
  const auto time = parse_rfc3339({stamp, 20});
  const std::size_t status = words.count == 15 || words[10].size() != 3 ? 11 : 10;
  begin_request(out);
  if (!time || !set_status(words[status], out)) return false;
  out.current().time = *time;
  set_method(words[3], out);
  if (words[5] == "-") {
    set_target(words[4], out);
  } else {
    char* const target = out.arena().allocate(words[4].size() + 1 + words[5].size());
    std::memcpy(target, words[4].data(), words[4].size());
    target[words[4].size()] = '?';
    std::memcpy(target + words[4].size() + 1, words[5].data(), words[5].size());
    set_target({target, words[4].size() + 1 + words[5].size()}, out);
  }
  set_text(Field::UserName, words[7], out);
  set_client(words[8], out);
  set_text(Field::UserAgent, words[9], out);
  if (status == 11) set_text(Field::HttpReferrer, words[10], out);
  return true;
}

/// `192.0.2.1:50033 [28/Feb/2025:02:43:10.123] frontend/1: SSL handshake failure`
bool decode_haproxy_message(string_view line, LocalZone& zone, EventBatch& out) {
  const auto open = line.find(" [");
  if (open == kNone || open > 60) return false;
  const auto close = line.find("] ", open);
  if (close == kNone) return false;
  const auto message = line.substr(close + 2);
  const auto colon = message.find(": ");
  if (colon == kNone || message.substr(0, colon).find('/') == kNone ||
      message.substr(0, colon).find(' ') != kNone) {
    return false;
  }
  const auto time = parse_web_time(line.substr(open + 2, close - open - 2), zone);
  if (!time) return false;
  out.set_action(Action::ProtocolError);
  out.current().dataset = Dataset::WebError;
  out.current().time = *time;
  set_client_and_port(line.substr(0, open), out);
  out.set(Field::Message, message.substr(colon + 2));
  return true;
}

}  // namespace

bool decode_unquoted_access(string_view line, LocalZone& zone, EventBatch& out) {
  if (line.size() < 30 || !(is_digit(line[0]) || line.find(':') < 8)) return false;
  return decode_squid(line, out) || decode_iis(line, out) ||
         decode_haproxy_message(line, zone, out);
}

}  // namespace vedette::decode
