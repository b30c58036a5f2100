#include "net/http_server.h"

#include "base/log.h"

#include <boost/asio.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <fmt/core.h>

#include <thread>
#include <utility>

static_assert(BOOST_VERSION >= 108100, "Boost 1.81 or newer is needed (libboost1.81-dev)");

namespace vedette::net {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

struct HttpServer::Impl {
  Impl(HttpOptions o, Handler h) : options(std::move(o)), handler(std::move(h)), acceptor(io) {}

  void accept();

  HttpOptions options;
  Handler handler;
  std::size_t connections = 0;  // the io thread's; sessions that die with `io` still count down
  asio::io_context io{1};
  tcp::acceptor acceptor;
  std::thread thread;
};

namespace {

/// One connection: read, answer, again. Lives as long as an operation of its own is under way.
class Session : public std::enable_shared_from_this<Session> {
 public:
  Session(tcp::socket socket, const HttpOptions& options, const HttpServer::Handler& handler,
          std::size_t& connections)
      : stream_(std::move(socket)),
        options_(options),
        handler_(handler),
        connections_(connections) {
    ++connections_;
  }
  ~Session() { --connections_; }

  void read() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(options_.header_bytes_max));
    parser_->body_limit(options_.body_bytes_max);
    stream_.expires_after(options_.idle_max);
    http::async_read(
        stream_, buffer_, *parser_,
        [self = shared_from_this()](beast::error_code error, std::size_t) { self->answer(error); });
  }

 private:
  void answer(beast::error_code error) {
    if (error == http::error::body_limit)
      return write(error_response(413, "The body is too large.\n"));
    if (error == http::error::header_limit)
      return write(error_response(431, "The header is too large.\n"));
    if (error == http::error::end_of_stream || !parser_->is_header_done()) return close();
    if (error) return close();
    const auto& request = parser_->get();
    HttpResponse answer = handler_({.method = std::string(request.method_string()),
                                    .target = std::string(request.target()),
                                    .body = request.body()});
    http::response<http::string_body> response{static_cast<http::status>(answer.status),
                                               request.version()};
    response.set(http::field::content_type, answer.content_type);
    response.set(http::field::cache_control, "no-store");
    response.set("X-Content-Type-Options", "nosniff");
    response.keep_alive(request.keep_alive());
    const bool head = request.method() == http::verb::head;
    response.body() = std::move(answer.body);
    response.prepare_payload();
    if (head) response.body().clear();
    write(std::move(response));
  }

  static http::response<http::string_body> error_response(unsigned status, std::string text) {
    http::response<http::string_body> response{static_cast<http::status>(status), 11};
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    response.keep_alive(false);
    response.body() = std::move(text);
    response.prepare_payload();
    return response;
  }

  void write(http::response<http::string_body> response) {
    response_ = std::move(response);
    http::async_write(stream_, response_,
                      [self = shared_from_this()](beast::error_code error, std::size_t) {
                        if (error || !self->response_.keep_alive()) return self->close();
                        self->read();
                      });
  }

  void close() {
    beast::error_code ignored;  // the other side may be gone already
    stream_.socket().shutdown(tcp::socket::shutdown_both, ignored);
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_{16 * 1024};
  std::optional<http::request_parser<http::string_body>> parser_;
  http::response<http::string_body> response_;
  const HttpOptions& options_;
  const HttpServer::Handler& handler_;
  std::size_t& connections_;
};

}  // namespace

void HttpServer::Impl::accept() {
  acceptor.async_accept([this](beast::error_code error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    // Too many connections: this one is closed at once, the others go on.
    if (!error && connections < options.connections_max) {
      std::make_shared<Session>(std::move(socket), options, handler, connections)->read();
    }
    accept();
  });
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Result<std::unique_ptr<HttpServer>> HttpServer::start(const HttpOptions& options, Handler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  const auto failed = [&](const beast::error_code& error) {
    return Error{Errc::SocketFailed,
                 fmt::format("{}:{}: {}", options.address, options.port, error.message())};
  };
  beast::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return failed(error);
  const tcp::endpoint endpoint{address, options.port};
  impl->acceptor.open(endpoint.protocol(), error);
  if (error) return failed(error);
  impl->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  impl->acceptor.bind(endpoint, error);
  if (error) return failed(error);
  impl->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) return failed(error);
  impl->accept();
  impl->thread = std::thread([raw = impl.get()] {
    try {
      raw->io.run();
    } catch (const std::exception& exception) {
      log::error("The HTTP server failed; the process ends.", {{"reason", exception.what()}});
      std::abort();
    }
  });
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

HttpServer::~HttpServer() {
  impl_->io.stop();
  if (impl_->thread.joinable()) impl_->thread.join();
}

std::uint16_t HttpServer::port() const {
  beast::error_code ignored;
  return impl_->acceptor.local_endpoint(ignored).port();
}

}  // namespace vedette::net
