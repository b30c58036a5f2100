#include "net/transport.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <utility>

namespace vedette::net {

Transport::Transport(UniqueFd fd, const TlsContext* tls) : fd_(std::move(fd)) {
  if (tls != nullptr) tls_ = std::make_unique<TlsSession>(*tls, fd_.get());
}

Io Transport::read(char* out, std::size_t size, std::size_t& done) {
  done = 0;
  if (tls_) return tls_->read(out, size, done);
  for (;;) {
    const ssize_t count = ::recv(fd_.get(), out, size, 0);
    if (count >= 0) {
      done = static_cast<std::size_t>(count);
      return Io::Done;
    }
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? Io::Wait : Io::Closed;
  }
}

Io Transport::write(std::string_view first, std::string_view second, std::size_t& done) {
  done = 0;
  if (tls_) {
    const std::string_view bytes = first.empty() ? second : first;
    return tls_->write(bytes.data(), bytes.size(), done);
  }
  for (;;) {
    ssize_t count = 0;
    if (second.empty()) {
      count = ::send(fd_.get(), first.data(), first.size(), MSG_NOSIGNAL);
    } else {
      std::array<iovec, 2> parts{{{const_cast<char*>(first.data()), first.size()},
                                  {const_cast<char*>(second.data()), second.size()}}};
      msghdr message{};
      message.msg_iov = parts.data();
      message.msg_iovlen = parts.size();
      count = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
    }
    if (count >= 0) {
      done = static_cast<std::size_t>(count);
      return Io::Done;
    }
    if (errno == EINTR) continue;
    return errno == EAGAIN || errno == EWOULDBLOCK ? Io::Wait : Io::Closed;
  }
}

void Transport::end_output() {
  if (tls_) tls_->say_goodbye();
  ::shutdown(fd_.get(), SHUT_WR);
}

void Transport::close() {
  tls_.reset();
  fd_ = UniqueFd();
}

}  // namespace vedette::net
