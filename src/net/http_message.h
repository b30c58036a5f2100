// What goes over HTTP, as the server's users see it: a request that points into the connection's
// buffers, and a response that owns what it says.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::net {

/// Names and values as they are to be sent. Control characters in a value are sent as blanks.
using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

/// One field of a request's header; the value without blanks around it.
struct HttpField {
  std::string_view name;
  std::string_view value;
};

/// All views live until the Reply is sent or dropped, or the server has stopped.
struct HttpRequest {
  std::string_view method;  ///< a token, as sent: "GET"
  std::string_view target;  ///< path and query as sent, "/a%20b?c"; "*" only for OPTIONS
  std::string_view body;    ///< unpacked; empty while only the header is there
  std::string_view peer;    ///< "203.0.113.7", "2001:db8::7", or "unix"
  std::optional<std::uint32_t> peer_uid;  ///< the other process's user; Unix socket only
  bool tls = false;
  std::vector<HttpField> fields;  ///< in the order sent

  /// The value of the first field of that name, in whatever case; "" if there is none.
  std::string_view header(std::string_view name) const;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";  ///< "": no such field
  /// Besides Date, Content-Type, Content-Length, Connection, Vary and the server's own.
  HttpHeaders headers{};
  std::string body{};
  /// Sent instead of `body` if there is one: for answers that many clients get.
  std::shared_ptr<const std::string> shared_body{};

  std::string_view content() const { return shared_body ? *shared_body : body; }
};

/// "Not Found" for 404; "Unknown" for what has no name here.
std::string_view reason_phrase(unsigned status);

}  // namespace vedette::net
