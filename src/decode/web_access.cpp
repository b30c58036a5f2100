// Access logs: the Common Log Format and its many relatives. What a client may have written itself
// (user name, request, referrer, agent) is quoted or comes after what the server wrote; each field
// is found from the side that the client cannot reach.
#include "base/text.h"
#include "decode/lines.h"
#include "decode/web_access_other.h"
#include "decode/web_request.h"

#include <array>
#include <cstring>

namespace vedette::decode {
namespace {

using std::string_view;
constexpr auto kNone = string_view::npos;

bool is_status_end(string_view text, std::size_t at) {
  return at == text.size() || text[at] == ' ' || text[at] == '"' || text[at] == ',';
}

/// Whether a status (or "-" for one) stands behind the quotation mark at `quote`.
bool status_follows(string_view line, std::size_t quote) {
  const std::size_t at = quote + 2;
  if (at >= line.size() || line[quote + 1] != ' ') return false;
  if (line[at] == '-') return is_status_end(line, at + 1);
  return at + 3 <= line.size() && is_digit(line[at]) && is_digit(line[at + 1]) &&
         is_digit(line[at + 2]) && is_status_end(line, at + 3);
}

/// The quotation mark that ends the request which begins at `from`. Servers that escape nothing
/// leave marks of the client's inside; the real one has a status behind it.
std::size_t end_of_request(string_view line, std::size_t from) {
  const std::size_t first = find_quote(line, from);
  if (first != kNone && status_follows(line, first)) return first;
  for (auto at = line.find('"', from); at != kNone; at = line.find('"', at + 1)) {
    if (status_follows(line, at)) return at;
  }
  return first;
}

struct Bracketed {
  std::size_t open = kNone, close = kNone;
  Time time;
};

/// The time in brackets before the request. A user name may hold brackets too, so the last pair
/// that is a time counts; but right behind the first word (HAProxy) or in front of all no client
/// can write.
std::optional<Bracketed> find_time(string_view head, LocalZone& zone) {
  const auto first_blank = head.find(' ');
  const auto at_front = head.front() == '[' ? 0 : first_blank + 1;
  if (first_blank != kNone && at_front < head.size() && head[at_front] == '[') {
    const auto close = head.find(']', at_front);
    if (close == kNone) return {};
    const auto time = parse_web_time(head.substr(at_front + 1, close - at_front - 1), zone);
    if (time) return Bracketed{at_front, close, *time};
  }
  constexpr std::size_t kUsual = 26;  // `[10/Oct/2000:13:55:36 -0700] ` at the end
  if (head.size() > kUsual + 3 && head.ends_with("] ") && head[head.size() - kUsual - 3] == '[') {
    const auto open = head.size() - kUsual - 3;
    if (const auto time = parse_common_time(head.data() + open + 1)) {
      return Bracketed{open, open + kUsual + 1, *time};
    }
  }
  auto close = head.rfind(']');
  for (int tries = 0; tries < 4 && close != kNone && close > 0; ++tries) {
    const auto open = head.rfind('[', close);
    if (open == kNone) return {};
    if (const auto time = parse_web_time(head.substr(open + 1, close - open - 1), zone)) {
      return Bracketed{open, close, *time};
    }
    close = open == 0 ? kNone : head.rfind(']', open - 1);
  }
  return {};
}

struct Sender {
  string_view client, user, domain;
};

bool looks_like_ip(string_view word) {
  if (word.empty() || !(is_digit(word[0]) || word[0] == '[' || word.find(':') != kNone))
    return false;
  return parse_ip(word).has_value();
}

/// `client ident user`, with a virtual host in front, or with one in the place of ident (lighttpd).
Sender split_sender(string_view text) {
  Sender sender;
  text = trim(text);
  auto rest = text;
  const auto first = take_until(rest, ' ');
  if (first.ends_with(',')) {  // a list of forwarders
    const auto end = text.find(" - ");
    sender.client = client_of_list(text.substr(0, end));
    if (end != kNone) rest = text.substr(end + 3);
    sender.user = trim(rest);
    return sender;
  }
  const auto second = take_until(rest, ' ');
  if (second == "-" || (second.empty() && rest.empty())) {
    sender.client = first;
    sender.user = trim(rest);
    return sender;
  }
  const bool second_is_ip = looks_like_ip(second);
  const bool ident_behind = rest.starts_with("- ");  // `vhost client - user`
  if ((second_is_ip && (ident_behind || !looks_like_ip(first))) ||
      (ident_behind && !looks_like_ip(first))) {
    take_until(rest, ' ');
    return {second, trim(rest), first};
  }
  if (!looks_like_ip(first)) return sender;  // words of another kind of line
  sender.client = first;
  sender.user = trim(rest);
  if (second.find('.') != kNone) sender.domain = second;
  return sender;
}

/// One field behind the status: a quoted one without its marks, or a word.
struct Extra {
  string_view text;
  bool quoted = false;
};

std::optional<Extra> take_extra(string_view& rest) {
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  if (rest.empty()) return {};
  if (rest.front() != '"') return Extra{take_until(rest, ' '), false};
  std::size_t end = find_quote(rest, 1);
  // Marks of the client's in a field that was not escaped: the real one has a blank or nothing
  // behind it.
  while (end != kNone && end + 1 < rest.size() && rest[end + 1] != ' ')
    end = find_quote(rest, end + 1);
  const auto text = rest.substr(1, end == kNone ? kNone : end - 1);
  rest.remove_prefix(end == kNone ? rest.size() : end + 1);
  return Extra{text, true};
}

bool looks_like_referrer(string_view text) {
  return text.empty() || text == "-" || text[0] == '/' || text.starts_with("http");
}

/// `"referrer" "agent"` or `"agent"` alone, other fields before, between and behind them.
void set_extras(string_view rest, EventBatch& out) {
  if (!out.wants(Field::HttpReferrer) && !out.wants(Field::UserAgent)) return;
  std::optional<Extra> extra = take_extra(rest);
  while (extra && !extra->quoted) extra = take_extra(rest);
  if (!extra) return;
  while (!rest.empty() && rest.front() == ' ') rest.remove_prefix(1);
  if (rest.empty() && !looks_like_referrer(extra->text)) {
    return set_text(Field::UserAgent, extra->text, out);
  }
  set_text(Field::HttpReferrer, extra->text, out);
  if (const auto agent = take_extra(rest); agent && agent->quoted) {
    set_text(Field::UserAgent, agent->text, out);
  }
}

void set_request(string_view request, EventBatch& out) {
  if (set_request_line(request, out)) return;
  out.set_action(Action::HttpMalformed);
  set_text(Field::UrlOriginal, request, out);
}

/// nginx's catch-all formats: `[time] vhost client seconds "request" status bytes bytes referrer
/// agent`.
bool set_bare_extras(string_view rest, EventBatch& out) {
  while (true) {
    const auto before = rest;
    const auto word = take_until(rest, ' ');
    if (!word.empty() && is_digit(word[0])) continue;
    if (before.empty() || before.front() == '"') return false;
    if (word == "-" || word.starts_with("http")) {
      set_text(Field::HttpReferrer, word, out);
      set_text(Field::UserAgent, rest, out);
      return true;
    }
    return false;
  }
}

/// A time in front of all: the client is between it and the request, or behind the status (Envoy).
bool decode_time_first(string_view line, const Bracketed& when, std::size_t quote,
                       EventBatch& out) {
  const auto words = trim(line.substr(when.close + 1, quote - when.close - 1));
  const auto end = end_of_request(line, quote + 1);
  if (end == kNone) return false;
  if (decode_proxy_manager(words, line.substr(quote + 1), out)) return true;
  if (!status_follows(line, end)) return false;

  out.set_action(Action::HttpRequest);
  out.current().dataset = Dataset::WebAccess;
  set_request(line.substr(quote + 1, end - quote - 1), out);
  auto rest = line.substr(end + 2);
  set_status(take_until(rest, ' '), out);
  if (words.empty()) return set_envoy_fields(rest, out);
  string_view left = words, previous;
  while (!left.empty()) {
    const auto word = take_until(left, ' ');
    if (looks_like_ip(word)) {
      set_client(word, out);
      set_domain(previous, out);
      break;
    }
    previous = word;
  }
  auto bytes = rest;
  set_count(Field::HttpBodyBytes, take_until(bytes, ' '), out);
  if (!set_bare_extras(rest, out)) set_extras(rest, out);
  return true;
}

bool decode_common(string_view line, const Bracketed& when, std::size_t quote, EventBatch& out) {
  const std::size_t end = end_of_request(line, quote + 1);
  if (end == kNone || !status_follows(line, end)) return false;
  // Behind the time stands nothing but a virtual host, in some formats.
  const auto between = trim(line.substr(when.close + 1, quote - when.close - 1));
  const Sender sender = split_sender(line.substr(0, when.open));
  if (sender.client.empty()) return false;

  out.set_action(Action::HttpRequest);
  out.current().dataset = Dataset::WebAccess;
  set_client(sender.client, out);
  set_text(Field::UserName, sender.user, out);
  set_request(line.substr(quote + 1, end - quote - 1), out);
  set_domain(between.empty() ? sender.domain : between.substr(0, between.find(' ')), out);

  auto rest = line.substr(end + 2);
  set_status(take_until(rest, ' '), out);
  auto behind = rest;
  const auto bytes = take_until(behind, ' ');
  if (bytes.empty() || bytes.front() != '"') {
    set_count(Field::HttpBodyBytes, bytes, out);
    rest = behind;
  }
  set_extras(rest, out);
  return true;
}

/// A line that some tool wrapped whole in quotation marks: undoes doubled and backslashed marks.
string_view unwrap(string_view line, EventBatch& out) {
  line.remove_prefix(1);
  const auto first = line.find('"');
  if (first == kNone) return line;
  const bool backslashed = first > 0 && line[first - 1] == '\\';
  const bool doubled = !backslashed && line.substr(first).starts_with("\"\"") && first > 1 &&
                       line[first - 1] == ' ' && !line.substr(first).starts_with("\"\" ");
  if (!backslashed && !doubled) {
    // The closing mark, unless the format has none: then the last one belongs to the last field.
    const bool last_is_number = line.size() > 2 && line.back() == '"' &&
                                (is_digit(line[line.size() - 2]) || line.ends_with(" -\""));
    if (line.ends_with("\"\"") || last_is_number) line.remove_suffix(1);
    return line;
  }
  if (line.ends_with('"')) line.remove_suffix(1);
  char* const text = out.arena().allocate(line.size());
  char* end = text;
  const char skipped = backslashed ? '\\' : '"';
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == skipped && i + 1 < line.size() && (line[i + 1] == '"' || line[i + 1] == skipped))
      ++i;
    *end++ = line[i];
  }
  return {text, static_cast<std::size_t>(end - text)};
}

}  // namespace

bool decode_web_access(string_view line, LocalZone& zone, EventBatch& out) {
  if (line.size() < 20) return false;
  if (line.front() == '"') line = unwrap(line, out);
  line = trim(line);
  const auto quote = find_quote(line, 0);
  if (quote == kNone) return decode_unquoted_access(line, zone, out);
  if (quote == 0) return false;
  const auto head = line.substr(0, quote);
  const auto when = find_time(head, zone);
  if (!when) return decode_balancer(head, line.substr(quote), out);

  bool understood = false;
  if (when->open == 0) {
    understood = decode_time_first(line, *when, quote, out);
  } else if (line.find(' ') + 1 == when->open) {
    understood = decode_haproxy(line, when->open, when->close, quote, out);
    if (!understood) understood = decode_common(line, *when, quote, out);
  } else {
    understood = decode_common(line, *when, quote, out);
  }
  if (understood) out.current().time = when->time;
  return understood;
}

}  // namespace vedette::decode
