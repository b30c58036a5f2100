#include "decode/web_request.h"

#include "base/text.h"
#include "decode/url.h"

#include <array>

namespace vedette::decode {
namespace {

constexpr std::size_t kMethodMax = 20;

bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_method_char(char c) {
  return is_upper(c) || c == '-' || c == '_';
}

/// Where the last blank stands, if any. Mostly it is the one before `HTTP/1.1`.
std::size_t last_blank_of(std::string_view request) {
  constexpr std::string_view kUsual = " HTTP/1.1";
  return request.ends_with(kUsual) ? request.size() - kUsual.size() : request.rfind(' ');
}

/// `HTTP/1.1`, `RTSP/1.0`: what may end a request line.
bool is_protocol(std::string_view text) {
  if (text == "HTTP/1.1") return true;
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || slash < 2 || slash > 8 || slash + 1 == text.size())
    return false;
  for (std::size_t i = 0; i < slash; ++i) {
    if (!is_upper(text[i])) return false;
  }
  for (std::size_t i = slash + 1; i < text.size(); ++i) {
    if (!is_digit(text[i]) && text[i] != '.') return false;
  }
  return true;
}

/// The methods of HTTP and WebDAV that a target without a slash may follow.
bool is_known_method(std::string_view method) {
  static constexpr auto kKnown = std::to_array<std::string_view>(
      {"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "TRACK", "CONNECT",
       "PROPFIND", "SEARCH", "DEBUG", "PURGE"});
  for (const auto known : kKnown) {
    if (method == known) return true;
  }
  return false;
}

bool looks_like_target(std::string_view target) {
  return target[0] == '/' || target == "*" || target.find("://") != std::string_view::npos;
}

bool is_private(const IpAddress& ip) {
  if (ip.is_loopback()) return true;
  if (!ip.is_v4())
    return (ip.bytes[0] & 0xFE) == 0xFC || (ip.bytes[0] == 0xFE && ip.bytes[1] >= 0x80);
  const auto a = ip.bytes[12], b = ip.bytes[13];
  return a == 10 || (a == 172 && (b & 0xF0) == 16) || (a == 192 && b == 168) ||
         (a == 169 && b == 254) || (a == 100 && (b & 0xC0) == 64);
}

struct Endpoint {
  std::optional<IpAddress> ip;
  std::string_view port;
};

Endpoint parse_endpoint(std::string_view text) {
  if (auto ip = parse_ip(text)) return {ip, {}};
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return {};
  const auto host = text.substr(0, colon), port = text.substr(colon + 1);
  if (!parse_int<std::uint16_t>(port)) return {};
  return {parse_ip(host), port};
}

}  // namespace

bool set_request_line(std::string_view request, EventBatch& out) {
  std::size_t length = 0;
  while (length < request.size() && length <= kMethodMax && is_method_char(request[length]))
    ++length;
  std::string_view protocol;
  const auto last_blank = last_blank_of(request);
  if (last_blank != std::string_view::npos && is_protocol(request.substr(last_blank + 1))) {
    protocol = request.substr(last_blank + 1);
    request = request.substr(0, last_blank);
  }
  if (length == 0 && protocol.starts_with("HTTP/")) {  // "get / HTTP/1.1": some servers answer it
    while (length < request.size() && is_method_char(static_cast<char>(request[length] & ~0x20))) {
      ++length;
    }
  }
  if (length < 2 || length > kMethodMax || length >= request.size() || request[length] != ' ') {
    return false;
  }
  const auto method = request.substr(0, length);
  auto target = request.substr(length + 1);
  while (!target.empty() && target.front() == ' ') target.remove_prefix(1);
  if (target.empty()) return false;
  if (protocol.empty() && !looks_like_target(target) && !is_known_method(method)) return false;
  set_method(method, out);
  set_target(target, out);
  set_http_version(protocol, out);
  return true;
}

void set_method(std::string_view method, EventBatch& out) {
  set_text(Field::HttpMethod, method, out);
}

void set_http_version(std::string_view protocol, EventBatch& out) {
  if (!out.wants(Field::HttpVersion)) return;
  if (!take_prefix(protocol, "HTTP/") && (protocol.empty() || !is_digit(protocol[0]))) return;
  out.set(Field::HttpVersion, protocol);
}

void set_target(std::string_view target, EventBatch& out) {
  if (target.empty()) return;
  out.set(Field::UrlOriginal, target);
  if (out.wants(Field::UrlDecoded)) {
    const auto decoded = decode_url(target, out.arena());
    if (!decoded.empty()) out.set(Field::UrlDecoded, decoded);
  }
  if (!out.wants(Field::UrlPath) && !out.wants(Field::UrlQuery) && !out.wants(Field::UrlDomain))
    return;

  auto path = target;
  if (target[0] != '/' && target != "*") {
    const auto scheme = target.find("://");
    if (scheme != std::string_view::npos && scheme < 16) {
      auto rest = target.substr(scheme + 3);
      const auto end = rest.find_first_of("/?#");
      auto host = rest.substr(0, end);
      if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
      set_domain(host, out);
      path = end == std::string_view::npos ? std::string_view{} : rest.substr(end);
    } else if (target.find('/') == std::string_view::npos &&
               target.find(':') != std::string_view::npos) {  // CONNECT host:port
      set_domain(target, out);
      return;
    }
  }
  const auto question = path.find('?');
  if (question != std::string_view::npos) {
    out.set(Field::UrlQuery, path.substr(question + 1));
    path = path.substr(0, question);
  }
  if (!path.empty()) out.set(Field::UrlPath, path);
}

void set_domain(std::string_view host, EventBatch& out) {
  if (!out.wants(Field::UrlDomain)) return;
  if (!host.empty() && host[0] == '[') {
    const auto end = host.find(']');
    if (end != std::string_view::npos) host = host.substr(1, end - 1);
  } else if (const auto colon = host.find(':');
             colon != std::string_view::npos &&
             host.find(':', colon + 1) == std::string_view::npos) {
    host = host.substr(0, colon);
  }
  if (host != "_") set_text(Field::UrlDomain, host, out);
}

void set_client(std::string_view text, EventBatch& out) {
  if (text.empty() || text == "-") return;
  if (!out.wants(Field::SourceIp) && !out.wants(Field::SourceAddress)) return;
  const auto [ip, port] = parse_endpoint(text);
  if (!ip) return out.set(Field::SourceAddress, text);
  out.set(Field::SourceIp, *ip);
  if (!port.empty()) set_count(Field::SourcePort, port, out);
}

std::string_view client_of_list(std::string_view list) {
  std::string_view first, last_public;
  while (!list.empty()) {
    const auto item = trim(take_until(list, ','));
    const auto ip = parse_endpoint(item).ip;
    if (!ip) continue;
    if (first.empty()) first = item;
    if (!is_private(*ip)) last_public = item;
  }
  return last_public.empty() ? first : last_public;
}

bool set_status(std::string_view status, EventBatch& out) {
  if (status.size() != 3 || !is_digit(status[0]) || !is_digit(status[1]) || !is_digit(status[2])) {
    return false;
  }
  const int value = (status[0] - '0') * 100 + (status[1] - '0') * 10 + (status[2] - '0');
  out.set(Field::HttpStatus, std::int64_t{value});
  // 0 is what some servers log when the client was gone before there was an answer.
  if (value > 0) out.current().outcome = value < 400 ? Outcome::Success : Outcome::Failure;
  return true;
}

void set_text(Field field, std::string_view text, EventBatch& out) {
  if (!text.empty() && text != "-") out.set(field, text);
}

void set_count(Field field, std::string_view number, EventBatch& out) {
  if (!out.wants(field)) return;
  if (const auto value = parse_int(number)) out.set(field, *value);
}

std::size_t find_quote(std::string_view text, std::size_t from) {
  while ((from = text.find('"', from)) != std::string_view::npos) {
    std::size_t slashes = 0;
    while (slashes < from && text[from - 1 - slashes] == '\\') ++slashes;
    if (slashes % 2 == 0) return from;
    ++from;
  }
  return from;
}

bool take_number(std::string_view& text, std::size_t digits, unsigned& value) {
  if (text.size() < digits) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(text[i])) return false;
    value = value * 10 + static_cast<unsigned>(text[i] - '0');
  }
  text.remove_prefix(digits);
  return true;
}

bool take_clock(std::string_view& text, Civil& civil) {
  if (!take_number(text, 2, civil.hour) || !take_prefix(text, ":") ||
      !take_number(text, 2, civil.minute) || !take_prefix(text, ":") ||
      !take_number(text, 2, civil.second)) {
    return false;
  }
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || !is_digit(text[1])) return true;
  text.remove_prefix(1);
  std::uint32_t scale = 100'000'000;
  while (!text.empty() && is_digit(text[0])) {
    civil.nanosecond += scale * static_cast<std::uint32_t>(text[0] - '0');
    scale /= 10;
    text.remove_prefix(1);
  }
  return true;
}

bool take_date_and_clock(std::string_view& text, char between, Civil& civil) {
  unsigned year = 0;
  const std::string_view mark(&between, 1);
  if (!take_number(text, 4, year) || !take_prefix(text, mark) ||
      !take_number(text, 2, civil.month) || !take_prefix(text, mark) ||
      !take_number(text, 2, civil.day) || !take_prefix(text, " ") || !take_clock(text, civil)) {
    return false;
  }
  civil.year = static_cast<int>(year);
  return is_valid(civil);
}

std::optional<Duration> take_offset(std::string_view& text) {
  const bool west = text.starts_with('-');
  unsigned hours = 0, minutes = 0;
  if (!west && !text.starts_with('+')) return {};
  text.remove_prefix(1);
  if (!take_number(text, 2, hours)) return {};
  take_prefix(text, ":");
  if (!take_number(text, 2, minutes) || hours > 23 || minutes > 59) return {};
  const Duration offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  return west ? -offset : offset;
}

std::optional<Time> parse_common_time(const char* text) {
  if (text[2] != '/' || text[6] != '/' || text[11] != ':' || text[14] != ':' || text[17] != ':' ||
      text[20] != ' ' || (text[21] != '+' && text[21] != '-')) {
    return {};
  }
  const Civil civil{.year = static_cast<int>(two_digits(text + 7) * 100 + two_digits(text + 9)),
                    .month = month_of({text + 3, 3}),
                    .day = two_digits(text),
                    .hour = two_digits(text + 12),
                    .minute = two_digits(text + 15),
                    .second = two_digits(text + 18),
                    .nanosecond = 0};
  const unsigned hours = two_digits(text + 22), minutes = two_digits(text + 24);
  if (!is_valid(civil) || hours > 23 || minutes > 59) return {};
  const auto offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
  return from_civil_utc(civil) - (text[21] == '-' ? -offset : Duration{offset});
}

std::optional<Time> parse_web_time(std::string_view text, LocalZone& zone) {
  if (text.size() < 19) return {};
  if (text.size() == 26) {
    if (const auto time = parse_common_time(text.data())) return time;
  }
  if (text[4] == '-') {
    if (const auto time = parse_rfc3339(text)) return time;
    Civil civil;
    unsigned year = 0;
    if (!take_number(text, 4, year) || !take_prefix(text, "-") ||
        !take_number(text, 2, civil.month) || !take_prefix(text, "-") ||
        !take_number(text, 2, civil.day) || text.empty()) {
      return {};
    }
    text.remove_prefix(1);
    civil.year = static_cast<int>(year);
    if (!take_clock(text, civil) || !text.empty() || !is_valid(civil)) return {};
    return zone.to_utc(civil);
  }
  Civil civil;
  unsigned year = 0;
  if (!take_number(text, 2, civil.day) || !take_prefix(text, "/")) return {};
  civil.month = month_of(text.substr(0, 3));
  text.remove_prefix(3);
  if (civil.month == 0 || !take_prefix(text, "/") || !take_number(text, 4, year)) return {};
  civil.year = static_cast<int>(year);
  if (text.empty() || (text[0] != ':' && text[0] != ' ')) return {};
  text.remove_prefix(1);
  if (!take_clock(text, civil) || !is_valid(civil)) return {};
  text = trim(text);
  if (text.empty()) return zone.to_utc(civil);
  if (text == "Z" || text == "UTC" || text == "GMT") return from_civil_utc(civil);
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return {};
  return from_civil_utc(civil) - *offset;
}

}  // namespace vedette::decode
