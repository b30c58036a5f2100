#include "net/http_server.h"

#include "base/assert.h"
#include "net/io_thread.h"

#include <fmt/core.h>

#include <utility>

namespace vedette::net {

struct HttpServer::Impl {
  Impl(HttpOptions o, HttpHooks h, const Clock& c)
      : options(std::move(o)),
        hooks(std::move(h)),
        quota({.connections_max = options.connections_max,
               .connections_per_peer_max = options.connections_per_peer_max,
               .bodies_bytes_max = options.bodies_bytes_max}),
        shared{.options = options, .hooks = hooks, .clock = c, .quota = quota, .tls = tls} {}

  const HttpOptions options;
  const HttpHooks hooks;
  Quota quota;
  TlsSlot tls;
  const IoShared shared;
  std::uint16_t port = 0;
  std::vector<std::unique_ptr<IoThread>> threads;
};

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(HttpOptions options, HttpHooks hooks,
                                                      const Clock& clock) {
  VD_ASSERT(hooks.handle && options.threads > 0);
  auto impl = std::make_unique<Impl>(std::move(options), std::move(hooks), clock);
  const HttpOptions& chosen = impl->options;
  const std::size_t count = chosen.threads;
  if (!chosen.certificate_file.empty()) {
    VD_TRY(auto context, TlsContext::load(chosen.certificate_file, chosen.key_file));
    impl->tls.set(std::move(context));
  }
  std::vector<UniqueFd> sockets(count);
  if (!chosen.address.empty()) {
    VD_TRY(sockets, listen_tcp(chosen.address, chosen.port, count));
    impl->port = bound_port(sockets.front());
  }
  UnixListener local;
  if (!chosen.socket_path.empty()) {
    VD_TRY(local, UnixListener::open(chosen.socket_path));
  }
  for (std::size_t i = 0; i < count; ++i) {
    impl->threads.push_back(std::make_unique<IoThread>(impl->shared, std::move(sockets[i]),
                                                       i == 0 ? std::move(local) : UnixListener()));
  }
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(impl)));
  for (std::size_t i = 0; i < count; ++i) {
    VD_CHECK(server->impl_->threads[i]->start(fmt::format("vd-http-{}", i)));
  }
  return server;
}

HttpServer::~HttpServer() {
  stop(std::chrono::milliseconds(0));
}

void HttpServer::stop(std::chrono::milliseconds patience) {
  const Instant deadline = std::chrono::steady_clock::now() + patience;
  for (const auto& thread : impl_->threads) thread->stop_until(deadline);
  for (const auto& thread : impl_->threads) thread->join();
}

Result<void> HttpServer::reload_certificates() {
  if (impl_->options.certificate_file.empty()) return {};
  VD_TRY(auto context, TlsContext::load(impl_->options.certificate_file, impl_->options.key_file));
  impl_->tls.set(std::move(context));
  return {};
}

std::uint16_t HttpServer::port() const {
  return impl_->port;
}

HttpCounts HttpServer::counts() const {
  HttpCounts counts;
  counts.open = impl_->quota.connections();
  for (const auto& thread : impl_->threads) {
    const HttpCounters& own = thread->counters();
    counts.accepted += own.accepted.get();
    counts.refused += own.refused.get();
    counts.requests += own.requests.get();
    counts.bytes_in += own.bytes_in.get();
    counts.bytes_out += own.bytes_out.get();
    counts.timeouts += own.timeouts.get();
    counts.protocol_errors += own.protocol_errors.get();
    counts.overruns += own.overruns.get();
  }
  return counts;
}

}  // namespace vedette::net
