// A connection's socket, plain or under TLS, behind one way of reading and writing. Never blocks.
// One thread.
#pragma once

#include "base/file.h"
#include "net/tls.h"

#include <cstddef>
#include <memory>
#include <string_view>

namespace vedette::net {

class Transport {
 public:
  /// `tls` may be absent: plain. It must outlive nothing: the session keeps what it needs.
  Transport(UniqueFd fd, const TlsContext* tls);

  int fd() const { return fd_.get(); }
  bool is_open() const { return static_cast<bool>(fd_); }
  bool has_tls() const { return tls_ != nullptr; }

  Io handshake() { return tls_ ? tls_->handshake() : Io::Done; }
  /// Done with 0 bytes: the peer has ended its side.
  Io read(char* out, std::size_t size, std::size_t& done);
  /// As much as can be written of `first`, then of `second`.
  Io write(std::string_view first, std::string_view second, std::size_t& done);
  void end_output();  ///< the peer sees the end; reading goes on
  void close();

 private:
  UniqueFd fd_;
  std::unique_ptr<TlsSession> tls_;  // after fd_: goes first
};

}  // namespace vedette::net
