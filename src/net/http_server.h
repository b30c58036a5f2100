// A small HTTP/1.1 server for what programs ask a daemon: health and metrics. One thread of its
// own, short requests, bounded everything (connections, header and body size, time).
#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace vedette::net {

struct HttpRequest {
  std::string method;
  std::string target;  ///< path with query, as sent
  std::string body;
};

struct HttpResponse {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

struct HttpOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8420;  ///< 0: any free one
  std::size_t connections_max = 64;
  std::size_t header_bytes_max = 8 * 1024;
  std::size_t body_bytes_max = 64 * 1024;
  std::chrono::seconds idle_max{15};
};

class HttpServer {
 public:
  /// Called on the server's thread; must not block.
  using Handler = std::function<HttpResponse(const HttpRequest&)>;

  static Result<std::unique_ptr<HttpServer>> start(const HttpOptions& options, Handler handler);
  ~HttpServer();  ///< stops and joins

  std::uint16_t port() const;

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::net
