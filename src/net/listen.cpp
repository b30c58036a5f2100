#include "net/listen.h"

#include "base/ip.h"

#include <fmt/core.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace vedette::net {
namespace {

union Address {
  sockaddr any;
  sockaddr_in v4;
  sockaddr_in6 v6;
};

socklen_t fill(Address& out, const IpAddress& ip, bool v4, std::uint16_t port) {
  out = {};
  if (v4) {
    out.v4.sin_family = AF_INET;
    out.v4.sin_port = htons(port);
    out.v4.sin_addr.s_addr = htonl(ip.v4());
    return sizeof out.v4;
  }
  out.v6.sin6_family = AF_INET6;
  out.v6.sin6_port = htons(port);
  std::memcpy(&out.v6.sin6_addr, ip.bytes.data(), ip.bytes.size());
  return sizeof out.v6;
}

bool set_option(int fd, int option) {
  const int on = 1;
  return ::setsockopt(fd, SOL_SOCKET, option, &on, sizeof on) == 0;
}

}  // namespace

Result<std::vector<UniqueFd>> listen_tcp(const std::string& address, std::uint16_t port,
                                         std::size_t count) {
  const auto failed = [&](const std::string& reason) {
    return Error{Errc::SocketFailed, fmt::format("{}:{}: {}", address, port, reason)};
  };
  const auto ip = parse_ip(address);
  if (!ip) return failed("not a numeric address, such as 127.0.0.1 or ::1");
  const bool v4 = ip->is_v4() && address.find(':') == std::string::npos;
  std::vector<UniqueFd> sockets;
  for (std::size_t i = 0; i < count; ++i) {
    UniqueFd fd(::socket(v4 ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd || !set_option(fd.get(), SO_REUSEADDR)) return failed(errno_text(errno));
    // The first binds alone, so that a port on which another server of this user listens is not
    // silently shared with it, and lets the others in after that.
    if (i > 0 && !set_option(fd.get(), SO_REUSEPORT)) return failed(errno_text(errno));
    Address to;
    const socklen_t size = fill(to, *ip, v4, i == 0 ? port : bound_port(sockets.front()));
    if (::bind(fd.get(), &to.any, size) != 0) return failed(errno_text(errno));
    if (i == 0 && count > 1 && !set_option(fd.get(), SO_REUSEPORT)) {
      return failed(errno_text(errno));
    }
    sockets.push_back(std::move(fd));
  }
  for (const UniqueFd& fd : sockets) {
    if (::listen(fd.get(), SOMAXCONN) != 0) return failed(errno_text(errno));
  }
  return sockets;
}

std::uint16_t bound_port(const UniqueFd& socket) {
  Address bound{};
  socklen_t size = sizeof bound;
  if (::getsockname(socket.get(), &bound.any, &size) != 0) return 0;
  return ntohs(bound.any.sa_family == AF_INET ? bound.v4.sin_port : bound.v6.sin6_port);
}

namespace {

/// Removes a socket file on which nobody answers. The reason why the path cannot be used, or "".
std::string clear_path(const sockaddr_un& address, socklen_t size) {
  struct stat found {};
  if (::lstat(address.sun_path, &found) != 0) return errno == ENOENT ? "" : errno_text(errno);
  if (!S_ISSOCK(found.st_mode)) return "there is a file that is no socket";
  const UniqueFd probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!probe) return errno_text(errno);
  if (::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), size) == 0 ||
      errno != ECONNREFUSED) {
    return "another process answers there";
  }
  return ::unlink(address.sun_path) == 0 ? "" : errno_text(errno);
}

std::uint64_t inode_of(const std::string& path) {
  struct stat found {};
  return ::lstat(path.c_str(), &found) == 0 ? found.st_ino : 0;
}

}  // namespace

Result<UnixListener> UnixListener::open(const std::string& path) {
  const auto failed = [&](const std::string& reason) {
    return Error{Errc::SocketFailed, fmt::format("{}: {}", path, reason)};
  };
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return failed(fmt::format("longer than {} bytes", sizeof address.sun_path - 1));
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const auto size = static_cast<socklen_t>(sizeof address);
  if (const std::string reason = clear_path(address, size); !reason.empty()) return failed(reason);
  UnixListener listener;
  listener.fd_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener.fd_) return failed(errno_text(errno));
  if (::bind(listener.fd_.get(), reinterpret_cast<sockaddr*>(&address), size) != 0) {
    return failed(errno_text(errno));
  }
  listener.path_ = path;
  listener.inode_ = inode_of(path);
  // Nobody can connect before listen(), so the mode that the umask gave is never of use.
  if (::chmod(path.c_str(), 0600) != 0 || ::listen(listener.fd_.get(), SOMAXCONN) != 0) {
    return failed(errno_text(errno));
  }
  return listener;
}

UnixListener::~UnixListener() {
  if (fd_ && inode_of(path_) == inode_) ::unlink(path_.c_str());
}

}  // namespace vedette::net
