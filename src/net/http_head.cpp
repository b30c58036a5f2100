#include "net/http_head.h"

#include "base/text.h"

#include <array>
#include <cstring>

namespace vedette::net {
namespace {

constexpr std::size_t kMethodBytesMax = 32;
constexpr std::size_t kVersionBytes = 8;      // "HTTP/1.1"
constexpr std::size_t kEmptyLinesMax = 4;     // before a request line; some clients send one
constexpr std::size_t kLengthDigitsMax = 18;  // fits into 64 bits

using Table = std::array<bool, 256>;

constexpr Table make_table(bool (*holds)(unsigned char)) {
  Table table{};
  for (unsigned i = 0; i < 256; ++i) table[i] = holds(static_cast<unsigned char>(i));
  return table;
}
constexpr bool is_alnum(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_one_of(unsigned char c, std::string_view those) {
  return those.find(static_cast<char>(c)) != std::string_view::npos;
}

// RFC 9110, 5.6.2 (tchar) and 5.5 (field-value); RFC 3986, 3.2.2 (host), without user information.
constexpr Table kToken =
    make_table([](unsigned char c) { return is_alnum(c) || is_one_of(c, "!#$%&'*+-.^_`|~"); });
constexpr Table kValue =
    make_table([](unsigned char c) { return c == '\t' || (c >= 0x20 && c != 0x7F); });
constexpr Table kTarget =
    make_table([](unsigned char c) { return c > 0x20 && c < 0x7F && c != '#'; });
constexpr Table kHost =
    make_table([](unsigned char c) { return is_alnum(c) || is_one_of(c, "-._~%!$&'()*+,;=:[]"); });

bool all_in(const Table& table, std::string_view text) {
  for (const char c : text) {
    if (!table[static_cast<unsigned char>(c)]) return false;
  }
  return true;
}

std::optional<Refusal> bad(std::string_view detail) {
  return Refusal{400, detail};
}

/// Takes one line out of `head`, which ends with a line feed; false for a bare one.
bool take_line(std::string_view& head, std::string_view& line) {
  const auto* feed = static_cast<const char*>(std::memchr(head.data(), '\n', head.size()));
  if (feed == nullptr || feed == head.data() || feed[-1] != '\r') return false;
  const auto size = static_cast<std::size_t>(feed - head.data());
  line = head.substr(0, size - 1);
  head.remove_prefix(size + 1);
  return true;
}

std::optional<Refusal> parse_version(std::string_view version, Framing& framing) {
  if (version == "HTTP/1.1") return {};
  if (version == "HTTP/1.0") {
    framing.http_1_1 = framing.keep_alive = false;
    return {};
  }
  if (version.size() == kVersionBytes && version.starts_with("HTTP/") && is_digit(version[5]) &&
      version[6] == '.' && is_digit(version[7])) {
    return Refusal{505, "only HTTP/1.1 and HTTP/1.0 are spoken here"};
  }
  return bad("the version is not HTTP/1.1");
}

/// Reduces a whole URL to path and query. `authority` becomes what it says of the host.
std::optional<Refusal> parse_target(HttpRequest& request, std::string_view& authority) {
  std::string_view& target = request.target;
  if (target.starts_with('/')) return {};
  if (target == "*" && request.method == "OPTIONS") return {};
  const std::string_view scheme = request.tls ? "https://" : "http://";
  if (!equals_ignore_case(target.substr(0, scheme.size()), scheme)) {
    return bad("the target is neither a path nor a URL of this server");
  }
  target.remove_prefix(scheme.size());
  authority = target.substr(0, target.find_first_of("/?"));
  target.remove_prefix(authority.size());
  if (authority.empty() || !all_in(kHost, authority)) return bad("the host of the URL is not one");
  if (target.empty()) target = "/";
  if (target.front() == '?') return bad("the URL has no path");
  return {};
}

std::optional<Refusal> parse_request_line(std::string_view line, const HeadLimits& limits,
                                          HttpRequest& request, Framing& framing,
                                          std::string_view& authority) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return bad("the request line is not one");
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  if (first == 0 || first > kMethodBytesMax || !all_in(kToken, request.method)) {
    return bad("the method is not one");
  }
  if (request.target.size() > limits.target_bytes_max) {
    return Refusal{414, "the target is too long"};
  }
  if (request.target.empty() || !all_in(kTarget, request.target)) {
    return bad("the target has characters that must be written with %");
  }
  if (auto refusal = parse_version(line.substr(last + 1), framing)) return refusal;
  return parse_target(request, authority);
}

void note_connection(std::string_view value, Framing& framing, bool& close) {
  while (!value.empty()) {
    const std::string_view token = trim(take_until(value, ','));
    if (equals_ignore_case(token, "close")) close = true;
    if (equals_ignore_case(token, "keep-alive")) framing.keep_alive = true;
  }
}

/// Counts of fields that may stand there only once, and what they said together.
struct Seen {
  unsigned hosts = 0;
  unsigned transfer_encodings = 0;
  unsigned content_encodings = 0;
  bool close = false;
  std::string_view host;
};

std::optional<Refusal> note_content_length(std::string_view value, Framing& framing) {
  if (framing.content_length) return bad("there is more than one Content-Length");
  if (value.empty() || value.size() > kLengthDigitsMax) return bad("Content-Length is no length");
  std::uint64_t length = 0;
  for (const char c : value) {
    if (!is_digit(c)) return bad("Content-Length is no length");
    length = length * 10 + static_cast<std::uint64_t>(c - '0');
  }
  framing.content_length = length;
  return {};
}

std::optional<Refusal> note(const HttpField& field, Framing& framing, Seen& seen) {
  const auto is = [&](std::string_view name) { return equals_ignore_case(field.name, name); };
  switch (field.name.size()) {
    case 4:
      if (is("host")) {
        ++seen.hosts;
        seen.host = field.value;
      }
      break;
    case 6:
      if (is("expect")) {
        framing.expect =
            equals_ignore_case(field.value, "100-continue") ? Expect::Continue : Expect::Unknown;
      }
      break;
    case 10:
      if (is("connection")) note_connection(field.value, framing, seen.close);
      break;
    case 14:
      if (is("content-length")) return note_content_length(field.value, framing);
      break;
    case 15:
      if (is("accept-encoding")) framing.accept_encoding = field.value;
      break;
    case 16:
      if (is("content-encoding")) {
        framing.content_encoding = ++seen.content_encodings == 1 ? field.value : "several";
      }
      break;
    case 17:
      if (is("transfer-encoding")) {
        framing.chunked =
            ++seen.transfer_encodings == 1 && equals_ignore_case(field.value, "chunked");
      }
      break;
    default:
      break;
  }
  return {};
}

std::optional<Refusal> judge(const Framing& framing, const Seen& seen, std::string_view authority) {
  if (seen.transfer_encodings > 0) {
    if (framing.content_length) return bad("Content-Length stands beside Transfer-Encoding");
    if (!framing.http_1_1) return bad("HTTP/1.0 has no Transfer-Encoding");
    if (!framing.chunked) return bad("the only transfer coding known here is chunked");
  }
  if (seen.hosts > 1) return bad("there is more than one Host");
  if (seen.hosts == 0 && framing.http_1_1) return bad("there is no Host");
  if (!all_in(kHost, seen.host)) return bad("Host is not one");
  if (!authority.empty() && seen.hosts == 1 && !equals_ignore_case(authority, seen.host)) {
    return bad("Host differs from the host of the URL");
  }
  return {};
}

}  // namespace

HeadScanner::State HeadScanner::refuse(unsigned status, std::string_view detail) {
  refusal_ = {status, detail};
  return State::Refused;
}

HeadScanner::State HeadScanner::scan(std::string_view bytes) {
  while (at_ < bytes.size()) {
    const auto* feed =
        static_cast<const char*>(std::memchr(bytes.data() + at_, '\n', bytes.size() - at_));
    if (feed == nullptr) break;
    const auto at = static_cast<std::size_t>(feed - bytes.data());
    if (at == line_ || feed[-1] != '\r') return refuse(400, "a line does not end with CR LF");
    at_ = at + 1;
    const bool empty = at == line_ + 1;
    line_ = at_;
    if (!empty) continue;
    if (at - 1 != begin_) {
      end_ = at_;
      if (end_ - begin_ > limits_->bytes_max) return refuse(431, "the header is too large");
      return State::Complete;
    }
    begin_ = at_;
    if (begin_ > 2 * kEmptyLinesMax) return refuse(400, "there are only empty lines");
  }
  at_ = bytes.size();
  return check_incomplete(bytes);
}

HeadScanner::State HeadScanner::check_incomplete(std::string_view bytes) {
  const std::size_t size = bytes.size() - begin_;
  if (size == 0) return State::More;
  const auto first = static_cast<unsigned char>(bytes[begin_]);
  // What does not begin like a method (TLS, a scanner of ports) need not be waited for.
  if (!kToken[first] && first != '\r') return refuse(400, "this is not HTTP");
  if (line_ == begin_ && size > limits_->target_bytes_max + kMethodBytesMax + kVersionBytes + 4) {
    return refuse(414, "the target is too long");
  }
  if (size > limits_->bytes_max) return refuse(431, "the header is too large");
  return State::More;
}

bool parse_field(std::string_view line, HttpField& field) {
  std::size_t colon = 0;
  while (colon < line.size() && kToken[static_cast<unsigned char>(line[colon])]) ++colon;
  if (colon == 0 || colon == line.size() || line[colon] != ':') return false;
  field.name = line.substr(0, colon);
  line.remove_prefix(colon + 1);
  skip_blanks(line);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  field.value = line;
  return all_in(kValue, line);
}

std::optional<Refusal> parse_head(std::string_view head, const HeadLimits& limits,
                                  HttpRequest& request, Framing& framing) {
  framing = {};
  request.fields.clear();
  std::string_view line;
  std::string_view authority;
  if (!take_line(head, line)) return bad("a line does not end with CR LF");
  if (auto refusal = parse_request_line(line, limits, request, framing, authority)) return refusal;
  Seen seen;
  for (;;) {
    if (!take_line(head, line)) return bad("a line does not end with CR LF");
    if (line.empty()) break;
    HttpField field;
    if (!parse_field(line, field)) return bad("a line of the header is not `name: value`");
    if (request.fields.size() >= limits.fields_max) {
      return Refusal{431, "the header has too many fields"};
    }
    request.fields.push_back(field);
    if (auto refusal = note(field, framing, seen)) return refusal;
  }
  if (seen.close) framing.keep_alive = false;
  return judge(framing, seen, authority);
}

}  // namespace vedette::net
