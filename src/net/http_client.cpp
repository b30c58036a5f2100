#include "net/http_client.h"

#include "base/text.h"
#include "net/chunked.h"
#include "net/http_head.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <optional>
#include <poll.h>
#include <utility>

namespace vedette::net {
namespace {

constexpr std::size_t kHeadBytesMax = 64 * 1024;
constexpr std::size_t kPiece = 64 * 1024;

using Instant = std::chrono::steady_clock::time_point;

Error unreachable(const std::string& where, const std::string& reason) {
  return Error{Errc::ServerUnreachable, fmt::format("{}: {}", where, reason)};
}

/// Waits until the socket is ready. False at the deadline.
bool wait(int fd, short events, Instant deadline) {
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd one{.fd = fd, .events = events, .revents = 0};
    const auto milliseconds = std::min<std::int64_t>(left.count(), 3'600'000);
    const int ready = ::poll(&one, 1, static_cast<int>(milliseconds));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the call that follows says what is wrong
  }
}

/// A value cannot end its line.
std::string on_one_line(std::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  return out;
}

std::string to_bytes(const HttpClientRequest& request, const std::string& host) {
  std::string out = fmt::format("{} {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
                                on_one_line(request.method), on_one_line(request.target), host);
  for (const auto& [name, value] : request.headers) {
    out += fmt::format("{}: {}\r\n", on_one_line(name), on_one_line(value));
  }
  if (!request.body.empty() || request.method == "POST" || request.method == "PATCH") {
    out += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return out + "\r\n" + request.body;
}

/// One exchange on one connection: bytes out, then the response piece by piece.
class Exchange {
 public:
  Exchange(UniqueFd fd, std::string where, const HttpClientOptions& options)
      : fd_(std::move(fd)), where_(std::move(where)), options_(options) {
    more_time();
  }

  void more_time() { deadline_ = std::chrono::steady_clock::now() + options_.time_max; }

  /// An error is not the last word: a server may answer and close before it has read everything.
  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent =
          ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(sent));
      } else if (errno == EINTR) {
        continue;
      } else if ((errno != EAGAIN && errno != EWOULDBLOCK) ||
                 !wait(fd_.get(), POLLOUT, deadline_)) {
        return;
      }
    }
  }

  Result<HttpClientResponse> read_head(bool expects_body) {
    std::size_t end = 0;
    for (;;) {
      while ((end = came_.find("\r\n\r\n")) == std::string::npos) {
        if (came_.size() > kHeadBytesMax) return failed("the header of the answer is too large");
        VD_TRY(const bool more, read_more());
        if (!more) return failed("the connection ended before the answer was whole");
      }
      HttpClientResponse response;
      if (!parse(std::string_view(came_).substr(0, end + 2), response)) {
        return failed("the answer is not HTTP");
      }
      came_.erase(0, end + 4);
      if (response.status < 200) continue;  // 100 Continue and its like
      if (!expects_body || response.status == 204 || response.status == 304) {
        chunked_ = false;
        length_ = 0;
      }
      return response;
    }
  }

  /// Appends some of the body. False at its end.
  Result<bool> read_body(std::string& body, std::size_t bytes_max) {
    if (done_ || (length_ && *length_ == 0)) return false;
    if (came_.empty()) {
      VD_TRY(const bool more, read_more());
      if (!more) {
        if (chunked_ || length_) return failed("the connection ended before the answer was whole");
        return false;
      }
    }
    if (chunked_) {
      std::string_view bytes = came_;
      const auto state = decoder_.feed(bytes, body, bytes_max);
      came_.clear();
      if (state == ChunkedDecoder::State::Damaged) return failed("the answer is damaged");
      if (state == ChunkedDecoder::State::TooLarge) return too_large(bytes_max);
      done_ = state == ChunkedDecoder::State::Done;
      return true;
    }
    const std::size_t size =
        length_ ? static_cast<std::size_t>(std::min<std::uint64_t>(*length_, came_.size()))
                : came_.size();
    if (body.size() + size > bytes_max) return too_large(bytes_max);
    body.append(came_, 0, size);
    if (length_) *length_ -= size;
    came_.clear();
    return true;
  }

 private:
  Error failed(const std::string& reason) const { return unreachable(where_, reason); }
  Error too_large(std::size_t bytes_max) const {
    return failed(fmt::format("the answer is larger than {} bytes", bytes_max));
  }

  Result<bool> read_more() {
    const std::size_t before = came_.size();
    for (;;) {
      came_.resize(before + kPiece);
      const ssize_t count = ::recv(fd_.get(), came_.data() + before, kPiece, MSG_DONTWAIT);
      came_.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
      if (count >= 0) return count > 0;
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) return failed(errno_text(errno));
      if (!wait(fd_.get(), POLLIN, deadline_)) return failed("no answer in time");
    }
  }

  /// `head`: lines with their ends.
  bool parse(std::string_view head, HttpClientResponse& response) {
    std::string_view line = take_until(head, '\n');
    if (!line.starts_with("HTTP/1.") || line.size() < 12) return false;
    const auto status = parse_int<unsigned>(line.substr(9, 3));
    if (!status || *status < 100) return false;
    response.status = *status;
    while (!head.empty()) {
      line = take_until(head, '\n');
      take_suffix(line, "\r");
      HttpField field;
      if (!parse_field(line, field)) return false;
      response.headers.emplace_back(field.name, field.value);
    }
    chunked_ = equals_ignore_case(response.header("transfer-encoding"), "chunked");
    if (const std::string_view length = response.header("content-length"); !length.empty()) {
      length_ = parse_int<std::uint64_t>(length);
      if (!length_) return false;
    }
    if (chunked_) length_.reset();
    return true;
  }

  UniqueFd fd_;
  std::string where_;
  const HttpClientOptions& options_;
  Instant deadline_{};
  std::string came_;
  bool chunked_ = false;
  bool done_ = false;
  std::optional<std::uint64_t> length_;
  ChunkedDecoder decoder_;
};

Result<void> read_whole(Exchange& exchange, std::string& body, std::size_t bytes_max) {
  for (;;) {
    VD_TRY(const bool more, exchange.read_body(body, bytes_max));
    if (!more) return {};
  }
}

/// Hands over the complete lines at the front of `text` and takes them out; false: enough.
bool give_lines(std::string& text, const std::function<bool(std::string_view)>& line) {
  std::string_view rest = text;
  for (auto at = rest.find('\n'); at != std::string_view::npos; at = rest.find('\n')) {
    std::string_view one = rest.substr(0, at);
    take_suffix(one, "\r");
    if (!line(one)) return false;
    rest.remove_prefix(at + 1);
  }
  text.erase(0, text.size() - rest.size());
  return true;
}

}  // namespace

std::string_view HttpClientResponse::header(std::string_view wanted) const {
  for (const auto& [name, value] : headers) {
    if (equals_ignore_case(name, wanted)) return value;
  }
  return {};
}

Result<HttpClient> HttpClient::to(std::string_view where, const HttpClientOptions& options) {
  const auto failed = [&] {
    return Error{Errc::UsageError,
                 fmt::format("'{}' is neither http://HOST:PORT nor the path of a socket", where)};
  };
  HttpClient client;
  client.options_ = options;
  client.where_ = where;
  if (take_prefix(where, "unix:") || where.starts_with('/')) {
    if (where.empty() || where.size() >= sizeof(sockaddr_un::sun_path)) return failed();
    client.socket_path_ = where;
    client.host_ = "localhost";
    return client;
  }
  if (!take_prefix(where, "http://")) return failed();
  take_suffix(where, "/");
  const auto colon = where.rfind(':');
  const bool has_port = colon != std::string_view::npos && !where.ends_with(']');
  client.port_ = has_port ? where.substr(colon + 1) : "80";
  client.host_ = has_port ? where.substr(0, colon) : where;
  if (client.host_.empty() || client.host_.find_first_of("/?#@ ") != std::string::npos ||
      !parse_int<std::uint16_t>(client.port_)) {
    return failed();
  }
  return client;
}

Result<UniqueFd> HttpClient::connect() const {
  const auto attempt = [&](int family, const sockaddr* address, socklen_t size, UniqueFd& fd) {
    fd = UniqueFd(::socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd) return errno;
    if (::connect(fd.get(), address, size) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    const Instant deadline = std::chrono::steady_clock::now() + options_.time_max;
    if (!wait(fd.get(), POLLOUT, deadline)) return ETIMEDOUT;
    int error = 0;
    socklen_t error_size = sizeof error;
    ::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &error_size);
    return error;
  };
  UniqueFd fd;
  int error = 0;
  if (!socket_path_.empty()) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_path_.c_str(), socket_path_.size() + 1);
    error = attempt(AF_UNIX, reinterpret_cast<const sockaddr*>(&address), sizeof address, fd);
    if (error != 0) return unreachable(where_, errno_text(error));
    return fd;
  }
  std::string host = host_;
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int bad = ::getaddrinfo(host.c_str(), port_.c_str(), &hints, &found); bad != 0) {
    return unreachable(where_, ::gai_strerror(bad));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> freeing(found, ::freeaddrinfo);
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    error = attempt(one->ai_family, one->ai_addr, one->ai_addrlen, fd);
    if (error == 0) return fd;
  }
  return unreachable(where_, errno_text(error));
}

Result<HttpClientResponse> HttpClient::ask(const HttpClientRequest& request) const {
  VD_TRY(UniqueFd fd, connect());
  Exchange exchange(std::move(fd), where_, options_);
  exchange.send(to_bytes(request, port_.empty() ? host_ : host_ + ":" + port_));
  VD_TRY(HttpClientResponse response, exchange.read_head(request.method != "HEAD"));
  VD_CHECK(read_whole(exchange, response.body, options_.response_bytes_max));
  return response;
}

Result<HttpClientResponse> HttpClient::follow(
    const HttpClientRequest& request, const std::function<bool(std::string_view)>& line) const {
  VD_TRY(UniqueFd fd, connect());
  Exchange exchange(std::move(fd), where_, options_);
  exchange.send(to_bytes(request, port_.empty() ? host_ : host_ + ":" + port_));
  VD_TRY(HttpClientResponse response, exchange.read_head(request.method != "HEAD"));
  if (response.status != 200) {
    VD_CHECK(read_whole(exchange, response.body, options_.response_bytes_max));
    return response;
  }
  std::string text;
  for (;;) {
    exchange.more_time();
    // What came at once is at most one piece beyond a line that is not complete.
    VD_TRY(const bool more, exchange.read_body(text, options_.line_bytes_max + kPiece));
    if (!more) break;
    if (!give_lines(text, line)) return response;
    if (text.size() > options_.line_bytes_max) return unreachable(where_, "a line is too long");
  }
  if (!text.empty()) line(text);
  return response;
}

}  // namespace vedette::net
