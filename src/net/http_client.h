// A small HTTP/1.1 client for the command line: one request, one connection, blocking, bounded in
// time and bytes. Over a Unix socket, or plain TCP; no TLS, no redirects, no proxies. One thread at
// a time.
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "net/http_message.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace vedette::net {

struct HttpClientRequest {
  std::string method = "GET";
  std::string target = "/";  ///< path and query, escaped
  /// Besides Host, Connection and Content-Length. Control characters in a value are sent as blanks.
  HttpHeaders headers{};
  std::string body{};
};

struct HttpClientResponse {
  unsigned status = 0;
  HttpHeaders headers{};
  std::string body{};

  /// The value of the first field of that name, in whatever case; "" if there is none.
  std::string_view header(std::string_view name) const;
};

struct HttpClientOptions {
  /// For a whole exchange; for a stream, to its header, and from then on between two lines.
  std::chrono::milliseconds time_max{30'000};
  std::size_t response_bytes_max = 64u << 20;
  std::size_t line_bytes_max = 1u << 20;  ///< of a stream
};

/// All errors are ServerUnreachable, with address and reason. A status such as 404 is no error.
class HttpClient {
 public:
  /// `where`: "http://host:port", or the path of a socket ("unix:/run/x" or "/run/x"). UsageError
  /// if it is neither. Connects to nothing yet.
  static Result<HttpClient> to(std::string_view where, const HttpClientOptions& options = {});

  Result<HttpClientResponse> ask(const HttpClientRequest& request) const;

  /// The lines of a body as they come, without their ends, to `line`, until that returns false or
  /// the server ends. Of a status other than 200 the body is in the response, and not in lines.
  Result<HttpClientResponse> follow(const HttpClientRequest& request,
                                    const std::function<bool(std::string_view)>& line) const;

 private:
  HttpClient() = default;
  Result<UniqueFd> connect() const;

  HttpClientOptions options_;
  std::string where_;  // as people read it
  std::string socket_path_;
  std::string host_;
  std::string port_;
};

}  // namespace vedette::net
