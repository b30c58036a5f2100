#include "net/reply.h"

#include "base/mutex.h"
#include "net/testing.h"

#include <deque>
#include <thread>
#include <vector>

namespace vedette::net {
namespace {

using namespace std::chrono_literals;
using namespace vedette::net::testing;

constexpr const char* kGet = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr const char* kGetAndClose = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

/// Where a handler puts replies for the test's thread.
class Held {
 public:
  void put(Reply reply) {
    const MutexLock lock(mutex_);
    replies_.push_back(std::move(reply));
    arrived_.notify_all();
  }
  Reply take() {
    const MutexLock lock(mutex_);
    while (replies_.empty()) arrived_.wait(mutex_);
    Reply first = std::move(replies_.front());
    replies_.pop_front();
    return first;
  }

 private:
  Mutex mutex_;
  Condition arrived_;
  std::deque<Reply> replies_ GUARDED_BY(mutex_);
};

HttpHooks holding(Held& held) {
  return {.handle = [&held](const HttpRequest&, Reply reply) { held.put(std::move(reply)); }};
}

}  // namespace

TEST_SUITE("net/reply") {
  TEST_CASE("an answer may come later and from another thread; the next request waits for it") {
    Held held;
    const auto server = start({}, holding(held));
    Client client(*server);
    client.send(kGet).send(kGetAndClose);
    held.take().send({.body = "first"});
    CHECK(client.read_until("first").ends_with("first"));
    held.take().send({.body = "second"});
    CHECK(client.read_all().ends_with("second"));
  }

  TEST_CASE("a request that nobody answers is a 500, in the words of the hook") {
    const auto server = start({}, {.handle = [](const HttpRequest&, Reply) {},
                                   .problem =
                                       [](unsigned status, std::string_view) {
                                         return HttpResponse{.status = status, .body = "oh"};
                                       }});
    const std::string answer = talk(*server, kGetAndClose);
    CHECK(answer.starts_with("HTTP/1.1 500 "));
    CHECK(answer.ends_with("oh"));
  }

  TEST_CASE("a reply dropped elsewhere is a 500") {
    Held held;
    const auto server = start({}, holding(held));
    Client client(*server);
    client.send(kGetAndClose);
    { const Reply dropped = held.take(); }
    CHECK(client.read_all().starts_with("HTTP/1.1 500 "));
  }

  TEST_CASE("an answer for a client that has gone is thrown away") {
    Held held;
    const auto server = start({}, holding(held));
    { Client(*server).send(kGet); }
    held.take().send({.body = std::string(1'000'000, 'x')});
    wait_until([&] { return server->counts().open == 0; });
    CHECK(server->counts().requests == 1);
  }

  TEST_CASE("a reply that outlives its server is of no effect") {
    Held held;
    auto server = start({}, holding(held));
    Client first(*server);
    Client second(*server);
    first.send(kGet);
    second.send(kGet);
    Reply reply = held.take();
    Reply other = held.take();
    server.reset();
    std::move(reply).send({.body = "late"});
    CHECK_FALSE(std::move(other).stream()->open());
    CHECK(first.read_all().empty());
  }

  TEST_CASE("a stream goes on in chunks until its sender ends it") {
    Held held;
    const auto server = start({}, holding(held));
    Client client(*server);
    client.send(kGet);
    auto stream = held.take().stream({{"X-A", "b"}});
    CHECK(stream->open());
    const std::string head = client.read_until("\r\n\r\n");
    CHECK(head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
    CHECK(head.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(head.find("X-A: b\r\n") != std::string::npos);
    CHECK(stream->send("data: 1\n\n"));
    CHECK(client.read_until("1\n\n\r\n") == "9\r\ndata: 1\n\n\r\n");
    CHECK(stream->send("data: 2\n\n"));
    stream.reset();
    CHECK(client.read_all() == "9\r\ndata: 2\n\n\r\n0\r\n\r\n");
  }

  TEST_CASE("a stream to HTTP/1.0 is plain, and one to HEAD is only its head") {
    Held held;
    const auto server = start({}, holding(held));
    Client old(*server);
    old.send("GET / HTTP/1.0\r\n\r\n");
    auto stream = held.take().stream();
    stream->send("data: 1\n\n");
    stream.reset();
    CHECK(body_of(old.read_all()) == "data: 1\n\n");
    Client head(*server);
    head.send("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    stream = held.take().stream();
    CHECK(body_of(head.read_all()).empty());
    wait_until([&] { return !stream->open(); });
  }

  TEST_CASE("a stream knows that its client has gone") {
    Held held;
    const auto server = start({}, holding(held));
    std::shared_ptr<EventStream> stream;
    {
      Client client(*server);
      client.send(kGet);
      stream = held.take().stream();
      client.read_until("\r\n\r\n");
    }
    wait_until([&] { return !stream->open(); });
    CHECK_FALSE(stream->send("x"));
  }

  TEST_CASE("a client that reads too slowly loses its stream, and no more memory is used") {
    Held held;
    const auto server = start({.stream_bytes_max = 10'000}, holding(held));
    Client client(*server, 4096);
    client.send(kGet);
    const auto stream = held.take().stream();
    while (stream->send(std::string(5000, 'x'))) {
    }
    CHECK_FALSE(stream->open());
    wait_until([&] { return server->counts().overruns == 1; });
    client.read_all();
  }

  TEST_CASE("many threads send on one stream, and every message stays whole") {
    Held held;
    const auto server = start({.stream_bytes_max = 1 << 20}, holding(held));
    Client client(*server);
    client.send("GET / HTTP/1.0\r\n\r\n");
    auto stream = held.take().stream();
    std::vector<std::thread> threads;
    for (char c = 'a'; c < 'e'; ++c) {
      threads.emplace_back([&stream, c] {
        for (int i = 0; i < 200; ++i) stream->send(std::string(20, c) + "\n");
      });
    }
    for (std::thread& thread : threads) thread.join();
    stream.reset();
    std::string body = body_of(client.read_all());
    CHECK(body.size() == 4 * 200 * 21);
    for (; body.size() >= 21; body.erase(0, 21)) {
      CHECK(body.substr(0, 21) == std::string(20, body[0]) + "\n");
    }
  }
}

}  // namespace vedette::net
