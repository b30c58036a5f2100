// For tests of the server: a server on a free port, and clients that send raw bytes.
#pragma once

#include "base/file.h"
#include "net/http_server.h"

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace vedette::net::testing {

inline const ManualClock& clock() {
  static const ManualClock fixed{Time(std::chrono::seconds(784111777))};
  return fixed;
}

inline std::string echo(const HttpRequest& request) {
  return std::string(request.method) + " " + std::string(request.target) + " " +
         std::string(request.body);
}

/// Answers with echo() at once; /missing is 404.
inline HttpHooks echoing() {
  return {.handle = [](const HttpRequest& request, Reply reply) {
    std::move(reply).send(
        {.status = request.target == "/missing" ? 404u : 200u, .body = echo(request)});
  }};
}

inline std::unique_ptr<HttpServer> start(HttpOptions options = {}, HttpHooks hooks = echoing()) {
  options.port = 0;
  auto server = HttpServer::start(std::move(options), std::move(hooks), clock());
  REQUIRE_MESSAGE(server, (server ? "" : server.error().detail));
  return *std::move(server);
}

/// A client's end of a connection. Reading waits for ever: a test that hangs has failed.
class Client {
 public:
  explicit Client(const HttpServer& server, int receive_buffer_bytes = 0)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (receive_buffer_bytes > 0) {
      ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes,
                   sizeof receive_buffer_bytes);
    }
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  explicit Client(const std::string& socket_path)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    REQUIRE(socket_path.size() < sizeof address.sun_path);
    std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
    REQUIRE(::connect(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }

  int fd() const { return fd_.get(); }

  /// The server may refuse and close before it has read everything: that is no error here.
  Client& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }
  Client& end() {
    ::shutdown(fd_.get(), SHUT_WR);
    return *this;
  }
  /// Everything until the server closes.
  std::string read_all() {
    std::string out = std::move(kept_);
    while (read_more(out)) {
    }
    return out;
  }
  /// Up to and with `mark`; what comes behind it is kept for the next call.
  std::string read_until(std::string_view mark) {
    std::string out = std::move(kept_);
    std::size_t at = 0;
    while ((at = out.find(mark)) == std::string::npos) {
      if (!read_more(out)) return out;
    }
    kept_ = out.substr(at + mark.size());
    return out.substr(0, at + mark.size());
  }

 private:
  bool read_more(std::string& out) {
    char buffer[4096];
    const ssize_t count = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (count <= 0) return false;
    out.append(buffer, static_cast<std::size_t>(count));
    return true;
  }

  UniqueFd fd_;
  std::string kept_;
};

/// Sends the bytes, ends, and gives what comes until the server closes.
inline std::string talk(const HttpServer& server, std::string_view bytes) {
  return Client(server).send(bytes).end().read_all();
}

/// What stands behind the first empty line.
inline std::string body_of(const std::string& response) {
  const auto at = response.find("\r\n\r\n");
  return at == std::string::npos ? std::string() : response.substr(at + 4);
}

/// Waits until `holds` does, looking again and again; the test hangs if it never does.
template <typename Condition>
void wait_until(Condition holds) {
  while (!holds()) ::poll(nullptr, 0, 1);
}

class TempDirectory {
 public:
  TempDirectory() {
    char name[] = "/tmp/vedette-net-XXXXXX";
    REQUIRE(::mkdtemp(name) != nullptr);
    path_ = name;
  }
  ~TempDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDirectory(const TempDirectory&) = delete;
  TempDirectory& operator=(const TempDirectory&) = delete;
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

}  // namespace vedette::net::testing
