// The HTTP/1.1 server under the API, event ingest and metrics: several io threads with an epoll
// each, TCP with or without TLS and a Unix socket, bounded everything (http_options.h). A request
// meets two hooks, both on its connection's io thread, where they must not block; the answer may
// come later and from another thread (reply.h). Small keep-alive exchanges allocate nothing here.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "net/http_counts.h"
#include "net/http_message.h"
#include "net/http_options.h"
#include "net/reply.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace vedette::net {

/// Whether the body of a request may come.
struct Admission {
  std::optional<HttpResponse> refusal{};        ///< sent instead of asking handle()
  std::optional<std::size_t> body_bytes_max{};  ///< instead of HttpOptions::body_bytes_max
};

struct HttpHooks {
  /// When the header is complete. May be absent: everything is admitted. After a refusal the
  /// connection closes if a body was coming.
  std::function<Admission(const HttpRequest& head)> admit{};
  /// When the body is complete. One that is HEAD is answered like GET; the body is left out here.
  std::function<void(const HttpRequest& request, Reply reply)> handle{};
  /// What the server says itself: 400, 408, 413, 414, 415, 417, 431, 500, 503, 505. May be absent:
  /// plain text. `detail` is a sentence without anything that the client sent.
  std::function<HttpResponse(unsigned status, std::string_view detail)> problem{};
};

class HttpServer {
 public:
  /// SocketFailed names the address, path or file. `clock` dates the responses and outlives this.
  static Result<std::unique_ptr<HttpServer>> start(HttpOptions options, HttpHooks hooks,
                                                   const Clock& clock);
  ~HttpServer();  ///< stop() without patience

  /// Accepts nothing more, ends streams and idle connections, lets exchanges under way finish for
  /// as long as `patience`, closes the rest and joins. Not from a hook. A second call does nothing.
  void stop(std::chrono::milliseconds patience);

  /// Reads certificate and key again, for connections to come. An error leaves the old ones.
  Result<void> reload_certificates();

  std::uint16_t port() const;  ///< 0: no TCP
  HttpCounts counts() const;   ///< any thread

 private:
  struct Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::net
