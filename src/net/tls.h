// TLS for the server's connections: TLS 1.2 and 1.3, forward secrecy only, no renegotiation. The
// only file that knows OpenSSL.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

struct ssl_st;
struct ssl_ctx_st;

namespace vedette::net {

enum class Io : std::uint8_t { Done, Wait, Closed };  ///< Closed: by the peer, or broken

/// Certificate and key, frozen; a new one is made when they change. Any thread.
class TlsContext {
 public:
  /// Both in PEM; the certificate with those between it and the root. SocketFailed names the file.
  static Result<std::shared_ptr<const TlsContext>> load(const std::string& certificate_file,
                                                        const std::string& key_file);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

 private:
  friend class TlsSession;
  explicit TlsContext(ssl_ctx_st* context) : context_(context) {}
  ssl_ctx_st* context_;
};

/// One connection's. The socket is the caller's, non-blocking, and outlives it. One thread.
class TlsSession {
 public:
  TlsSession(const TlsContext& context, int fd);
  ~TlsSession();
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;

  Io handshake();
  /// Done: `done` bytes, at least one. Wait: until the socket is ready for whatever it was not.
  Io read(char* out, std::size_t size, std::size_t& done);
  Io write(const char* bytes, std::size_t size, std::size_t& done);
  void say_goodbye();  ///< close_notify, if it can be sent at once

 private:
  Io failed(int result);
  ssl_st* ssl_;
};

}  // namespace vedette::net
