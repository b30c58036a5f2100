#include "net/http_server.h"

#include "base/compress.h"
#include "net/testing.h"

#include <fmt/core.h>

#include <string>
#include <thread>

namespace vedette::net {
namespace {

using namespace std::chrono_literals;
using namespace vedette::net::testing;

constexpr const char* kClose = "Host: x\r\nConnection: close\r\n\r\n";

std::string get(std::string_view target) {
  return fmt::format("GET {} HTTP/1.1\r\n{}", target, kClose);
}

std::string post(std::string_view fields, std::string_view body) {
  return fmt::format("POST /p HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{}\r\n{}", fields, body);
}

std::string post_with_length(std::string_view fields, std::string_view body) {
  return post(fmt::format("{}Content-Length: {}\r\n", fields, body.size()), body);
}

}  // namespace

TEST_SUITE("net/http_server") {
  TEST_CASE("a request is answered with what the handler says, dated and measured") {
    const auto server = start({.headers = {{"X-Frame-Options", "DENY"}}});
    CHECK(talk(*server, post_with_length("", "xyz")) ==
          "HTTP/1.1 200 OK\r\n"
          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
          "X-Frame-Options: DENY\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Length: 11\r\n"
          "Connection: close\r\n\r\n"
          "POST /p xyz");
  }

  TEST_CASE("pipelined requests are answered in order, over one connection") {
    const auto server = start();
    std::string bytes;
    for (int i = 0; i < 500; ++i) bytes += fmt::format("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", i);
    bytes += get("/missing");
    const std::string answers = talk(*server, bytes);
    std::size_t at = 0;
    for (int i = 0; i < 500 && at != std::string::npos; ++i) {
      at = answers.find(fmt::format("GET /{} ", i), at);
    }
    CHECK(at != std::string::npos);
    CHECK(answers.find("HTTP/1.1 404 Not Found", at) != std::string::npos);
    CHECK(server->counts().requests == 501);
    CHECK(server->counts().accepted == 1);
  }

  TEST_CASE("a request that comes byte by byte is the same request") {
    const auto server = start();
    Client client(*server);
    for (const char c : post("Transfer-Encoding: chunked\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")) {
      client.send(std::string_view(&c, 1));
    }
    CHECK(body_of(client.read_all()) == "POST /p abc");
  }

  TEST_CASE("what follows a chunked body is the next request") {
    const auto server = start();
    const std::string answers =
        talk(*server,
             "POST /1 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0"
             "\r\n\r\n" +
                 get("/2"));
    CHECK(answers.find("POST /1 abc") != std::string::npos);
    CHECK(answers.ends_with("GET /2 "));
  }

  TEST_CASE("what follows a chunked body that came later is the next request, too") {
    const auto server = start();
    Client client(*server);
    client.send(
        "POST /1 HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        "Transfer-Encoding: chunked\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("3\r\nabc\r\n0\r\n\r\n" + get("/2")).end();
    const std::string answers = client.read_all();
    CHECK(answers.find("POST /1 abc") != std::string::npos);
    CHECK(answers.ends_with("GET /2 "));
  }

  TEST_CASE("a large body comes whole, and a large answer goes whole") {
    const auto server = start({.body_bytes_max = 10u << 20, .compression = Compression::Off});
    std::string body(5'000'000, 'x');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>('a' + i % 23);
    Client client(*server);
    std::thread sender([&] { client.send(post_with_length("", body)); });
    const std::string answer = client.read_all();
    sender.join();
    CHECK((body_of(answer) == "POST /p " + body));
  }

  TEST_CASE("HEAD is answered with the length and without the body") {
    const auto server = start();
    const std::string answer = talk(*server, fmt::format("HEAD /x HTTP/1.1\r\n{}", kClose));
    CHECK(answer.find("Content-Length: 8\r\n") != std::string::npos);
    CHECK(body_of(answer).empty());
  }

  TEST_CASE("HTTP/1.0 is closed unless it asks to stay") {
    const auto server = start();
    CHECK(talk(*server, "GET / HTTP/1.0\r\n\r\n").find("Connection: close") != std::string::npos);
    Client client(*server);
    client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(client.read_until("GET /1 ").find("Connection: keep-alive\r\n") != std::string::npos);
    client.send("GET /2 HTTP/1.0\r\n\r\n");
    CHECK(client.read_all().ends_with("GET /2 "));
  }

  TEST_CASE("100 Continue is said when a body is waited for, and not before a refusal") {
    const auto server = start({.body_bytes_max = 10});
    Client client(*server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
    CHECK(client.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(client.send("abc").read_until("abc").ends_with("POST / abc"));
    client.send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 30\r\n\r\n");
    CHECK(client.read_all().starts_with("HTTP/1.1 413 "));
    CHECK(talk(*server, post("Expect: wonders\r\nContent-Length: 1\r\n", "x"))
              .starts_with("HTTP/1.1 417 "));
  }

  TEST_CASE("what is not beyond doubt is refused and the connection closed") {
    const auto server = start();
    for (const std::string& bytes :
         {std::string("GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: "
                      "chunked\r\n\r\n"),
          std::string("GET / HTTP/1.1\nHost: x\n\n"), std::string("GET / HTTP/1.1\r\n\r\n"),
          std::string("\x16\x03\x01\x00\xff\x00\n\n", 8),
          post("Transfer-Encoding: chunked\r\n", "zz\r\n"),
          std::string("GET / HTTP/1.1\r\nHost: x\r\nX : y\r\n\r\n")}) {
      CAPTURE(bytes);
      const std::string answer = talk(*server, bytes + get("/smuggled"));
      CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
      CHECK(answer.find("Connection: close\r\n") != std::string::npos);
      CHECK(answer.find("smuggled") == std::string::npos);
    }
    CHECK(server->counts().protocol_errors == 6);
    CHECK(talk(*server, get("/")).starts_with("HTTP/1.1 200 "));
  }

  TEST_CASE("a body is unpacked, within its limit") {
    const auto server = start({.body_bytes_max = 6000});
    const std::string text(5000, 'x');
    const auto ask = [&](std::string_view coding, const std::string& body) {
      return talk(*server, post_with_length(fmt::format("Content-Encoding: {}\r\n", coding), body));
    };
    CHECK(body_of(ask("gzip", gzip(text, 1))) == "POST /p " + text);
    CHECK(body_of(ask("zstd", zstd(text, 1))) == "POST /p " + text);
    CHECK(body_of(ask("identity", "abc")) == "POST /p abc");
    CHECK(ask("gzip", gzip(text + text, 1)).starts_with("HTTP/1.1 413 "));
    CHECK(ask("gzip", "rubbish").starts_with("HTTP/1.1 400 "));
    CHECK(ask("br", "rubbish").starts_with("HTTP/1.1 415 "));
  }

  TEST_CASE("every limit on size has its status") {
    const auto server =
        start({.head = {.bytes_max = 512, .target_bytes_max = 100}, .body_bytes_max = 100});
    const std::string much(2000, 'x');
    CHECK(talk(*server, post_with_length("", much)).starts_with("HTTP/1.1 413 "));
    CHECK(talk(*server, post("Transfer-Encoding: chunked\r\n", "7d0\r\n" + much))
              .starts_with("HTTP/1.1 413 "));
    CHECK(talk(*server, "GET / HTTP/1.1\r\nX: " + much).starts_with("HTTP/1.1 431 "));
    CHECK(talk(*server, "GET /" + much).starts_with("HTTP/1.1 414 "));
  }

  TEST_CASE("bodies under way share their memory") {
    const auto server = start({.body_bytes_max = 1 << 20, .bodies_bytes_max = 100'000});
    CHECK(talk(*server, post_with_length("", std::string(300'000, 'x')))
              .starts_with("HTTP/1.1 503 "));
    for (int i = 0; i < 3; ++i) {
      CHECK(talk(*server, post_with_length("", std::string(60'000, 'x')))
                .starts_with("HTTP/1.1 200 "));
    }
  }

  TEST_CASE("an answer is packed for those who take it") {
    const std::string text(5000, 'x');
    const auto server = start({}, {.handle = [&](const HttpRequest&, Reply reply) {
                                std::move(reply).send({.body = text});
                              }});
    const auto ask = [&](std::string_view accepts) {
      return talk(*server,
                  fmt::format("GET / HTTP/1.1\r\nAccept-Encoding: {}\r\n{}", accepts, kClose));
    };
    const std::string packed = ask("gzip");
    CHECK(packed.find("Content-Encoding: gzip\r\n") != std::string::npos);
    CHECK(packed.find("Vary: Accept-Encoding\r\n") != std::string::npos);
    CHECK(gunzip(body_of(packed), 10'000) == text);
    CHECK(unzstd(body_of(ask("gzip, zstd")), 10'000) == text);
    CHECK(body_of(ask("br")) == text);
  }

  TEST_CASE("several threads share one port, and another server does not get it") {
    const auto server = start({.threads = 3});
    for (int i = 0; i < 30; ++i) CHECK(body_of(talk(*server, get("/"))) == "GET / ");
    for (const std::size_t threads : {1u, 3u}) {
      const auto second =
          HttpServer::start({.port = server->port(), .threads = threads}, echoing(), clock());
      REQUIRE_FALSE(second);
      CHECK(second.error().code == Errc::SocketFailed);
      CHECK(second.error().detail.find(std::to_string(server->port())) != std::string::npos);
    }
  }

  TEST_CASE("a Unix socket knows the user at its other end") {
    const TempDirectory directory;
    std::optional<std::uint32_t> uid;
    std::string peer;
    const auto server = start({.address = "", .socket_path = directory / "http"},
                              {.handle = [&](const HttpRequest& request, Reply reply) {
                                uid = request.peer_uid;
                                peer = request.peer;
                                std::move(reply).send({.body = "done"});
                              }});
    CHECK(server->port() == 0);
    CHECK(Client(directory / "http").send(get("/")).read_all().ends_with("done"));
    CHECK(peer == "unix");
    CHECK(uid == ::getuid());
  }
}

}  // namespace vedette::net
