#include "net/http_client.h"

#include "net/listen.h"
#include "net/testing.h"

#include <atomic>
#include <thread>
#include <vector>

namespace vedette::net {
namespace {

using namespace std::chrono_literals;
using namespace vedette::net::testing;

std::string url(const HttpServer& server) {
  return "http://127.0.0.1:" + std::to_string(server.port());
}

HttpClient client_of(const HttpServer& server, const HttpClientOptions& options = {}) {
  auto client = HttpClient::to(url(server), options);
  REQUIRE(client);
  return *std::move(client);
}

/// A server that says the same bytes to whoever connects, and closes: for what ours never says.
class Parrot {
 public:
  explicit Parrot(std::string bytes) : path_(directory_ / "parrot") {
    auto listener = UnixListener::open(path_);
    REQUIRE(listener);
    listener_ = *std::move(listener);
    thread_ = std::thread([this, text = std::move(bytes)] {
      while (!done_) {
        pollfd one{.fd = listener_.fd(), .events = POLLIN, .revents = 0};
        if (::poll(&one, 1, 10) <= 0) continue;
        const UniqueFd fd(::accept(listener_.fd(), nullptr, nullptr));
        char request[4096];
        [[maybe_unused]] ssize_t ignored = ::recv(fd.get(), request, sizeof request, 0);
        ignored = ::send(fd.get(), text.data(), text.size(), MSG_NOSIGNAL);
      }
    });
  }
  ~Parrot() {
    done_ = true;
    thread_.join();
  }
  Result<HttpClientResponse> ask(const HttpClientOptions& options = {}) const {
    return HttpClient::to(path_, options)->ask({});
  }

 private:
  TempDirectory directory_;
  std::string path_;
  UnixListener listener_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace

TEST_SUITE("net/http_client") {
  TEST_CASE("requests of every kind are asked and answered") {
    const auto server = start();
    const HttpClient client = client_of(*server);
    CHECK(client.ask({.target = "/a?b"})->body == "GET /a?b ");
    CHECK(client.ask({.method = "POST", .body = "xyz"})->body == "POST / xyz");
    CHECK(client.ask({.method = "PATCH", .body = "xyz"})->body == "PATCH / xyz");
    CHECK(client.ask({.method = "DELETE"})->body == "DELETE / ");
    const auto head = client.ask({.method = "HEAD"});
    REQUIRE(head);
    CHECK(head->body.empty());
    CHECK(head->header("content-length") == "7");
    CHECK(client.ask({.target = "/missing"})->status == 404);
  }

  TEST_CASE("headers go with the request, and cannot bring others with them") {
    const auto server =
        start({}, {.handle = [](const HttpRequest& request, Reply reply) {
                std::move(reply).send({.body = std::string(request.header("x-a")) + "|" +
                                               std::string(request.header("x-b"))});
              }});
    const auto answer = client_of(*server).ask({.headers = {{"X-A", "1\r\nX-B: 2"}}});
    REQUIRE(answer);
    CHECK(answer->body == "1  X-B: 2|");
  }

  TEST_CASE("a Unix socket is a place, too") {
    const TempDirectory directory;
    const auto server = start({.address = "", .socket_path = directory / "http"});
    CHECK(HttpClient::to(directory / "http")->ask({})->body == "GET / ");
    CHECK(HttpClient::to("unix:" + (directory / "http"))->ask({})->body == "GET / ");
    CHECK(HttpClient::to(directory / "none")->ask({}).error().code == Errc::ServerUnreachable);
  }

  TEST_CASE("what is no place is refused") {
    for (const char* where : {"", "example", "https://a:1", "http://", "http://a:x", "http://a/b",
                              "http://a:70000", "unix:", "http://u@a"}) {
      CAPTURE(where);
      REQUIRE_FALSE(HttpClient::to(where));
      CHECK(HttpClient::to(where).error().code == Errc::UsageError);
    }
  }

  TEST_CASE("a stream is read line by line until it ends, or the reader has enough") {
    const auto server = start({}, {.handle = [](const HttpRequest& request, Reply reply) {
                                if (request.target != "/")
                                  return std::move(reply).send({.status = 403, .body = "no"});
                                const auto stream = std::move(reply).stream();
                                stream->send("data: 1\r\n\nda");
                                stream->send("ta: 2\n\nrest");
                              }});
    std::vector<std::string> lines;
    const auto keep = [&](std::string_view line) {
      lines.emplace_back(line);
      return line != "data: 2";
    };
    const HttpClient client = client_of(*server);
    CHECK(client.follow({}, keep)->status == 200);
    CHECK(lines == std::vector<std::string>{"data: 1", "", "data: 2"});
    lines.clear();
    CHECK(client.follow({}, [&](std::string_view line) {
      lines.emplace_back(line);
      return true;
    }));
    CHECK(lines == std::vector<std::string>{"data: 1", "", "data: 2", "", "rest"});
    const auto refused = client.follow({.target = "/x"}, keep);
    CHECK(refused->status == 403);
    CHECK(refused->body == "no");
  }

  TEST_CASE("an answer that does not come in time is an error") {
    std::vector<Reply> held;
    const auto server = start(
        {}, {.handle = [&](const HttpRequest&, Reply reply) { held.push_back(std::move(reply)); }});
    const auto answer = client_of(*server, {.time_max = 40ms}).ask({});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Errc::ServerUnreachable);
    CHECK(answer.error().detail.find("in time") != std::string::npos);
  }

  TEST_CASE("an answer is no longer than it may be") {
    const auto server = start();
    const HttpClient client = client_of(*server, {.response_bytes_max = 1000});
    CHECK(client.ask({.method = "POST", .body = std::string(900, 'x')}));
    const auto large = client.ask({.method = "POST", .body = std::string(1000, 'x')});
    REQUIRE_FALSE(large);
    CHECK(large.error().detail.find("larger than 1000") != std::string::npos);
  }

  TEST_CASE("what other servers may say is understood, or refused") {
    const auto body = [](std::string bytes) {
      const auto answer = Parrot(std::move(bytes)).ask();
      return answer ? answer->body : "error: " + answer.error().detail;
    };
    CHECK(body("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi!") ==
          "hi");
    CHECK(body("HTTP/1.0 200 OK\r\n\r\nto the end") == "to the end");
    CHECK(body("HTTP/1.1 204 No Content\r\n\r\n").empty());
    for (const char* bytes : {"", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 abc\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
                              "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhi",
                              "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                              "HTTP/1.1 200 OK\r\nX y\r\n\r\n"}) {
      CAPTURE(bytes);
      CHECK(body(bytes).starts_with("error: "));
    }
  }
}

}  // namespace vedette::net
