// The way of a small request through the server over loopback, and its parts.
#include "net/http_server.h"

#include "base/file.h"
#include "net/http_head.h"
#include "net/response_head.h"

#include <benchmark/benchmark.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

namespace vedette::net {
namespace {

constexpr std::string_view kRequest =
    "GET /api/v1/threats/17?fields=a HTTP/1.1\r\nHost: localhost:8420\r\nAccept: */*\r\n"
    "User-Agent: bench/1\r\nAccept-Encoding: gzip, zstd\r\n\r\n";

void read_head(benchmark::State& state) {
  const HeadLimits limits;
  HttpRequest request;
  Framing framing;
  for (auto _ : state) {
    HeadScanner scanner(limits);
    benchmark::DoNotOptimize(scanner.scan(kRequest));
    benchmark::DoNotOptimize(parse_head(scanner.head(kRequest), limits, request, framing));
  }
}
BENCHMARK(read_head);

void write_head(benchmark::State& state) {
  ResponseHead head(HttpHeaders{{"X-Content-Type-Options", "nosniff"}});
  head.set_time({});
  const HttpResponse response{.content_type = "application/json", .body = std::string(200, 'x')};
  std::string out;
  for (auto _ : state) {
    out.clear();
    head.write(out, response, After::Keep, BodyEnd::Length);
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(write_head);

/// One connection, one request at a time: mostly the kernel's loopback.
void exchange(benchmark::State& state) {
  const SystemClock clock;
  const auto body = std::make_shared<const std::string>(200, 'x');
  const auto server = HttpServer::start(
      {.port = 0},
      {.handle =
           [&](const HttpRequest&, Reply reply) {
             std::move(reply).send({.content_type = "application/json", .shared_body = body});
           }},
      clock);
  const UniqueFd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons((*server)->port());
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) return;
  char buffer[4096];
  for (auto _ : state) {
    if (::send(fd.get(), kRequest.data(), kRequest.size(), MSG_NOSIGNAL) <= 0) break;
    if (::recv(fd.get(), buffer, sizeof buffer, 0) <= 0) break;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(exchange);

}  // namespace
}  // namespace vedette::net
