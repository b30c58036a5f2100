#include "net/http_server.h"

#include "base/file.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>

#include <string>
#include <unistd.h>

namespace vedette::net {
namespace {

std::unique_ptr<HttpServer> start(HttpOptions options = {}) {
  options.port = 0;
  auto server = HttpServer::start(options, [](const HttpRequest& request) {
    if (request.target == "/missing") return HttpResponse{.status = 404, .body = "no"};
    return HttpResponse{.body = request.method + " " + request.target + " " + request.body};
  });
  REQUIRE(server);
  return *std::move(server);
}

UniqueFd connect_to(const HttpServer& server) {
  UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(server.port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  return fd;
}

/// Sends the bytes and reads until the server closes.
std::string talk(const HttpServer& server, std::string_view bytes) {
  UniqueFd fd = connect_to(server);
  std::string answer;
  // The server may refuse and close before it has read everything: that is not an error here.
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) break;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  ::shutdown(fd.get(), SHUT_WR);
  char buffer[4096];
  for (ssize_t count; (count = ::read(fd.get(), buffer, sizeof buffer)) > 0;) {
    answer.append(buffer, static_cast<std::size_t>(count));
  }
  return answer;
}

}  // namespace

TEST_SUITE("net/http_server") {
  TEST_CASE("a request is answered with what the handler says") {
    const auto server = start();
    const std::string answer =
        talk(*server,
             "POST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nConnection: close\r\n\r\nxyz");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.ends_with("\r\n\r\nPOST /a?b xyz"));
  }

  TEST_CASE("several requests go over one connection") {
    const auto server = start();
    const std::string answer =
        talk(*server,
             "GET /1 HTTP/1.1\r\nHost: x\r\n\r\n"
             "GET /missing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    CHECK(answer.find("GET /1 ") != std::string::npos);
    CHECK(answer.find("HTTP/1.1 404 Not Found") != std::string::npos);
  }

  TEST_CASE(
      "too large a body or header is refused, rubbish is hung up on, and the server lives on") {
    const auto server = start({.header_bytes_max = 512, .body_bytes_max = 100});
    CHECK(talk(*server, "POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x'))
              .starts_with("HTTP/1.1 413 "));
    CHECK(talk(*server, "GET / HTTP/1.1\r\nX: " + std::string(2000, 'x') + "\r\n\r\n")
              .starts_with("HTTP/1.1 431 "));
    CHECK(talk(*server, std::string("\x16\x03\x01\x00\xff\x00\n\n", 8)).empty());
    CHECK(
        talk(*server, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n").starts_with("HTTP/1.1 200 "));
  }

  TEST_CASE("no more connections than allowed are served at a time") {
    const auto server = start({.connections_max = 1});
    const UniqueFd first = connect_to(*server);
    REQUIRE(::send(first.get(), "G", 1, MSG_NOSIGNAL) == 1);
    CHECK(talk(*server, "GET / HTTP/1.1\r\nConnection: close\r\n\r\n").empty());
  }

  TEST_CASE("an address that is taken is an error that names it") {
    const auto server = start();
    const auto second = HttpServer::start({.port = server->port()},
                                          [](const HttpRequest&) { return HttpResponse{}; });
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Errc::SocketFailed);
    CHECK(second.error().detail.find(std::to_string(server->port())) != std::string::npos);
  }
}

}  // namespace vedette::net
