// Slow, greedy and rude clients, and the end of the server.
#include "base/mutex.h"
#include "net/http_server.h"
#include "net/testing.h"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

namespace vedette::net {
namespace {

using namespace std::chrono_literals;
using namespace vedette::net::testing;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr const char* kGetAndClose = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// Waits for ever, so that a test can shorten the one limit it is about.
HttpOptions patient() {
  HttpOptions options;
  options.header_time_max = options.idle_max = options.transfer_grace = 1h;
  return options;
}

}  // namespace

TEST_SUITE("net/http_server_limits") {
  TEST_CASE("a header that never ends is given up, however steadily it comes") {
    HttpOptions options = patient();
    options.header_time_max = 40ms;
    const auto server = start(options);
    Client client(*server);
    client.send("GET / HTTP/1.1\r\n");
    std::atomic<bool> done{false};
    std::thread trickle([&] {
      while (!done) {
        client.send("X: y\r\n");
        ::poll(nullptr, 0, 5);
      }
    });
    const std::string answer = client.read_all();
    done = true;
    trickle.join();
    CHECK(answer.starts_with("HTTP/1.1 408 "));
    CHECK(server->counts().timeouts == 1);
  }

  TEST_CASE("a connection on which nothing ever comes is closed") {
    HttpOptions options = patient();
    options.header_time_max = 40ms;
    const auto server = start(options);
    CHECK(Client(*server).read_all().empty());
  }

  TEST_CASE("a connection that has nothing more to ask is closed after a while") {
    HttpOptions options = patient();
    options.idle_max = 40ms;
    const auto server = start(options);
    CHECK(Client(*server).send(kGet).read_all().ends_with("GET / "));
    CHECK(server->counts().timeouts == 0);
  }

  TEST_CASE("a body that comes too slowly is given up") {
    HttpOptions options = patient();
    options.transfer_grace = 40ms;
    const auto server = start(options);
    Client client(*server);
    client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc");
    CHECK(client.read_all().starts_with("HTTP/1.1 408 "));
    Client chunked(*server);
    chunked.send("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc");
    CHECK(chunked.read_all().starts_with("HTTP/1.1 408 "));
  }

  TEST_CASE("who does not take an answer is closed") {
    HttpOptions options = patient();
    options.transfer_grace = 40ms;
    const std::string large(50'000'000, 'x');
    const auto server = start(options, {.handle = [&](const HttpRequest&, Reply reply) {
                                std::move(reply).send({.content_type = "image/png", .body = large});
                              }});
    Client client(*server, 4096);
    client.send(kGet);
    wait_until([&] { return server->counts().timeouts == 1; });
    wait_until([&] { return server->counts().open == 0; });
    CHECK(client.read_all().size() < large.size());
  }

  TEST_CASE("beyond so many connections, one more is told so") {
    const auto server = start({.connections_max = 1});
    Client first(*server);
    CHECK(first.send(kGet).read_until("GET / ").ends_with("GET / "));
    CHECK(Client(*server).read_all().starts_with("HTTP/1.1 503 "));
    CHECK(first.send(kGetAndClose).read_all().ends_with("GET / "));
    wait_until([&] { return server->counts().open == 0; });
    CHECK(talk(*server, kGetAndClose).ends_with("GET / "));
    CHECK(server->counts().refused == 1);
  }

  TEST_CASE("one address has no more connections than it may") {
    const auto server = start({.connections_per_peer_max = 2});
    Client first(*server);
    Client second(*server);
    first.send(kGet).read_until("GET / ");
    second.send(kGet).read_until("GET / ");
    CHECK(Client(*server).read_all().starts_with("HTTP/1.1 503 "));
  }

  TEST_CASE("a connection is closed after so many requests") {
    const auto server = start({.requests_per_connection_max = 2});
    Client client(*server);
    CHECK(client.send(kGet).read_until("GET / ").find("Connection") == std::string::npos);
    CHECK(client.send(kGet).read_all().find("Connection: close\r\n") != std::string::npos);
  }

  TEST_CASE("a request is refused before its body is read, and then the connection ends") {
    std::atomic<int> handled{0};
    const auto server =
        start({.linger_max = 40ms}, {.admit =
                                         [](const HttpRequest& head) {
                                           Admission admission;
                                           if (head.header("authorization").empty()) {
                                             admission.refusal =
                                                 HttpResponse{.status = 401, .body = "who are you"};
                                           }
                                           if (head.target == "/small")
                                             admission.body_bytes_max = 2;
                                           return admission;
                                         },
                                     .handle =
                                         [&](const HttpRequest& request, Reply reply) {
                                           ++handled;
                                           std::move(reply).send({.body = echo(request)});
                                         }});
    Client rude(*server);
    rude.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n");
    CHECK(rude.send(std::string(500'000, 'x')).read_all().ends_with("who are you"));
    CHECK(handled == 0);
    // Without a body there is no reason to close.
    Client polite(*server);
    CHECK(polite.send(kGet).read_until("are you").starts_with("HTTP/1.1 401 "));
    polite.send("GET /x HTTP/1.1\r\nHost: x\r\nAuthorization: me\r\n\r\n");
    CHECK(polite.read_until("GET /x ").starts_with("HTTP/1.1 200 "));
    polite.send(
        "POST /small HTTP/1.1\r\nHost: x\r\nAuthorization: me\r\nContent-Length: 3\r\n\r\n");
    CHECK(polite.read_all().starts_with("HTTP/1.1 413 "));
  }

  TEST_CASE("what the server says itself comes in the words of the hook") {
    HttpHooks hooks = echoing();
    hooks.problem = [](unsigned status, std::string_view detail) {
      return HttpResponse{.status = status,
                          .content_type = "application/problem+json",
                          .body = "{" + std::string(detail) + "}"};
    };
    const auto server = start({}, hooks);
    const std::string answer = talk(*server, "GET / HTTP/1.1\r\n\r\n");
    CHECK(answer.find("Content-Type: application/problem+json\r\n") != std::string::npos);
    CHECK(answer.ends_with("{there is no Host}"));
  }

  TEST_CASE("stopping lets what is under way finish, and closes what waits") {
    Mutex mutex;
    Condition arrived;
    std::optional<Reply> held;
    const auto server = start({}, {.handle = [&](const HttpRequest&, Reply reply) {
                                const MutexLock lock(mutex);
                                held.emplace(std::move(reply));
                                arrived.notify_all();
                              }});
    Client idle(*server);
    Client asking(*server);
    asking.send(kGet);
    {
      const MutexLock lock(mutex);
      while (!held) arrived.wait(mutex);
    }
    std::thread stopping([&] { server->stop(1h); });
    CHECK(idle.read_all().empty());
    (*std::move(held)).send({.body = "in time"});
    const std::string answer = asking.read_all();
    CHECK(answer.find("Connection: close\r\n") != std::string::npos);
    CHECK(answer.ends_with("in time"));
    asking = Client(std::move(idle));  // closes it
    stopping.join();
    server->stop(1h);
  }

  TEST_CASE("stopping ends streams, and has no more patience than it was given") {
    Mutex mutex;
    Condition arrived;
    std::vector<Reply> held;
    const auto server = start({}, {.handle = [&](const HttpRequest&, Reply reply) {
                                const MutexLock lock(mutex);
                                held.push_back(std::move(reply));
                                arrived.notify_all();
                              }});
    Client streaming(*server);
    Client waiting(*server);
    streaming.send(kGet);
    std::shared_ptr<EventStream> stream;
    {
      const MutexLock lock(mutex);
      while (held.empty()) arrived.wait(mutex);
      stream = std::move(held.front()).stream();
    }
    streaming.read_until("\r\n\r\n");
    waiting.send(kGet);
    {
      const MutexLock lock(mutex);
      while (held.size() < 2) arrived.wait(mutex);
    }
    server->stop(20ms);
    CHECK(streaming.read_all() == "0\r\n\r\n");
    CHECK_FALSE(stream->open());
    CHECK(waiting.read_all().empty());
  }

  TEST_CASE("many clients at once, on several threads, each get their own answers") {
    const auto server = start({.threads = 2});
    std::vector<std::thread> threads;
    std::atomic<int> right{0};
    for (int t = 0; t < 8; ++t) {
      threads.emplace_back([&, t] {
        const std::string path = "/" + std::to_string(t);
        for (int c = 0; c < 5; ++c) {
          Client client(*server);
          for (int i = 0; i < 20; ++i) {
            client.send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
            if (client.read_until("GET " + path + " ").ends_with("GET " + path + " ")) ++right;
          }
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(right == 8 * 5 * 20);
    CHECK(server->counts().requests == 8 * 5 * 20);
  }
}

}  // namespace vedette::net
