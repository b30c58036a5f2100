// What the decoders of web servers' logs share: the fields of a request, of its sender and its
// answer, and the times such logs use. Set into the open event; nothing is copied but what
// decode_url() makes.
#pragma once

#include "base/time.h"
#include "decode/lines.h"
#include "model/event.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace vedette::decode {

/// Method, target and version of a request line as logged, and what the target consists of. False,
/// with nothing set, if it is no request line: TLS to a plain port, "-", nothing at all.
bool set_request_line(std::string_view request, EventBatch& out);
void set_method(std::string_view method, EventBatch& out);
/// "HTTP/1.1" or "1.1".
void set_http_version(std::string_view protocol, EventBatch& out);
/// url.original, .path, .query, .domain (of an absolute target only) and the decoded form.
void set_target(std::string_view target, EventBatch& out);
/// url.domain from a Host header or a virtual host's name: without port, unless it is "-", "_" or
/// empty.
void set_domain(std::string_view host, EventBatch& out);
/// source.ip and perhaps source.port from `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`,
/// `2001:db8::1`; any other name is source.address. Nothing for "-" and "".
void set_client(std::string_view text, EventBatch& out);
/// A list as in X-Forwarded-For. Whoever writes to us writes its head, our own proxies its tail:
/// the client is the last address that is not private, or else the first.
std::string_view client_of_list(std::string_view list);
/// The status and the outcome it means. False if it is no status.
bool set_status(std::string_view status, EventBatch& out);
/// A text that is not "-" nor empty.
void set_text(Field field, std::string_view text, EventBatch& out);
void set_count(Field field, std::string_view number, EventBatch& out);

/// The first quotation mark at or after `from` that no backslash escapes, or npos.
std::size_t find_quote(std::string_view text, std::size_t from);

/// `10/Oct/2000:13:55:36 -0700`, the 26 bytes at `text`.
std::optional<Time> parse_common_time(const char* text);
/// `10/Oct/2000:13:55:36 -0700`, with a fraction, with a blank before the hour, without a zone; RFC
/// 3339.
std::optional<Time> parse_web_time(std::string_view text, LocalZone& zone);
/// `13:55:36`, a fraction of a second behind it or not, taken from the front of `text`.
bool take_clock(std::string_view& text, Civil& civil);
/// `2000-10-10 13:55:36`, a fraction behind it or not, taken from the front of `text`; `between`
/// stands between the parts of the date. False too for a day or time that there is not.
bool take_date_and_clock(std::string_view& text, char between, Civil& civil);
/// `-0700` or `+07:00`, taken from the front of `text`: how far that is ahead of UTC.
std::optional<Duration> take_offset(std::string_view& text);
/// Exactly `digits` decimal digits, taken from the front of `text`.
bool take_number(std::string_view& text, std::size_t digits, unsigned& value);

}  // namespace vedette::decode
