// Listening sockets: TCP, shared by several threads, and Unix. Non-blocking and close-on-exec.
#pragma once

#include "base/file.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vedette::net {

/// `count` sockets on the same address and port, between which the kernel divides the connections.
/// `address`: numeric, IPv4 or IPv6. Port 0: any free one. SocketFailed names address and reason,
/// also when another server, even of the same user, listens there.
Result<std::vector<UniqueFd>> listen_tcp(const std::string& address, std::uint16_t port,
                                         std::size_t count);
std::uint16_t bound_port(const UniqueFd& socket);

/// A socket file of mode 0600 that goes with its owner. One that is left over is replaced; one
/// that somebody answers on, and a file of another kind, is SocketFailed.
class UnixListener {
 public:
  static Result<UnixListener> open(const std::string& path);
  UnixListener() = default;
  UnixListener(UnixListener&&) noexcept = default;
  UnixListener& operator=(UnixListener&& other) noexcept {
    std::swap(fd_, other.fd_);
    std::swap(path_, other.path_);
    std::swap(inode_, other.inode_);
    return *this;
  }
  ~UnixListener();  ///< removes the file, unless it is another's by now

  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
  std::string path_;
  std::uint64_t inode_ = 0;
};

}  // namespace vedette::net
