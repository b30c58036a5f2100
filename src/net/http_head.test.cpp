#include "net/http_head.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::net {
namespace {

struct Read {
  HeadScanner::State state = HeadScanner::State::More;
  unsigned status = 0;  // of the refusal; 0: none
  HttpRequest request;
  Framing framing;
  std::size_t end = 0;
};

/// `bytes` has to outlive what is returned.
Read read(std::string_view bytes, const HeadLimits& limits = {}, bool tls = false) {
  Read out;
  out.request.tls = tls;
  HeadScanner scanner(limits);
  out.state = scanner.scan(bytes);
  if (out.state == HeadScanner::State::Refused) out.status = scanner.refusal().status;
  if (out.state != HeadScanner::State::Complete) return out;
  out.end = scanner.end();
  if (const auto refusal = parse_head(scanner.head(bytes), limits, out.request, out.framing)) {
    out.status = refusal->status;
  }
  return out;
}

unsigned status_of(std::string_view bytes, const HeadLimits& limits = {}) {
  return read(bytes, limits).status;
}

unsigned status_with(std::string_view fields) {
  return status_of("POST / HTTP/1.1\r\nHost: a\r\n" + std::string(fields) + "\r\n");
}

}  // namespace

TEST_SUITE("net/http_head") {
  TEST_CASE("a header gives method, target, fields and where the body begins") {
    const std::string bytes =
        "\r\nPOST /a?b=%20 HTTP/1.1\r\nHost: a.example:80\r\nX-One:\t two words \r\n"
        "content-LENGTH: 3\r\n\r\nxyz";
    const Read out = read(bytes);
    REQUIRE(out.status == 0);
    CHECK(out.request.method == "POST");
    CHECK(out.request.target == "/a?b=%20");
    CHECK(out.request.header("x-one") == "two words");
    CHECK(out.request.fields.size() == 3);
    CHECK(out.framing.content_length == 3);
    CHECK(out.framing.keep_alive);
    CHECK(bytes.substr(out.end) == "xyz");
  }

  TEST_CASE("a header that comes byte by byte is the same header") {
    const std::string bytes = "\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\nrest";
    const HeadLimits limits;
    HeadScanner scanner(limits);
    std::size_t size = 0;
    while (scanner.scan(std::string_view(bytes).substr(0, size)) == HeadScanner::State::More) {
      REQUIRE(++size <= bytes.size());
    }
    CHECK(size == bytes.size() - 4);
    CHECK(scanner.head(bytes) == bytes.substr(2, bytes.size() - 6));
  }

  TEST_CASE("what programs may understand differently is refused") {
    for (const std::string_view bytes : {
             "GET / HTTP/1.1\nHost: a\n\n",                   // bare line feeds
             "GET / HTTP/1.1\r\nHost: a\n\r\n",               //
             "GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n",  // a bare CR
             "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",            // two blanks
             "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",            //
             "GET /\r\nHost: a\r\n\r\n",                      // no version
             "GET / a HTTP/1.1\r\nHost: a\r\n\r\n",           // a blank in the target
             "GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n",         //
             "GET /#a HTTP/1.1\r\nHost: a\r\n\r\n",           //
             "GET a HTTP/1.1\r\nHost: a\r\n\r\n",             // no path
             "GET * HTTP/1.1\r\nHost: a\r\n\r\n",             //
             "CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n",       //
             "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",             // no method
             "GET / HTTP/1.1x\r\nHost: a\r\n\r\n",            // versions
             "GET / http/1.1\r\nHost: a\r\n\r\n",             //
             "GET / HTTP/11\r\nHost: a\r\n\r\n",              //
             "GET / HTTP/1.1\r\n\r\n",                        // no Host
             "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
             "GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
             "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n",
             "GET / HTTP/1.1\r\n Host: a\r\n\r\n",  // a folded first line
             "\x16\x03\x01\x02",                    // TLS
             "\r\n\r\n\r\n\r\n\r\n",
         }) {
      CAPTURE(bytes);
      CHECK(status_of(bytes) == 400);
    }
  }

  TEST_CASE("a doubtful field is refused") {
    for (const std::string_view fields : {
             "X : a\r\n",
             "X\t: a\r\n",
             ": a\r\n",
             "X\r\n",
             "X: a\r\n b\r\n",
             "X: a\r\n\tb\r\n",
             "X\x01: a\r\n",
             "X: a\x01\r\n",
             "X: a\x7f\r\n",
             "X: a\vb\r\n",
             "X(: a\r\n",
         }) {
      CAPTURE(fields);
      CHECK(status_with(fields) == 400);
    }
    CHECK(status_with(std::string_view("X: a\0b\r\n", 8)) == 400);
    CHECK(status_with("X: \xc3\xa4\tb\r\nY:\r\n") == 0);
  }

  TEST_CASE("a length that is not beyond doubt is refused") {
    for (const std::string_view fields : {
             "Content-Length: 3\r\nContent-Length: 4\r\n",
             "Content-Length: 3\r\nContent-Length: 3\r\n",
             "Content-Length: 3, 3\r\n",
             "Content-Length: +3\r\n",
             "Content-Length: -3\r\n",
             "Content-Length: 0x3\r\n",
             "Content-Length: 3 3\r\n",
             "Content-Length:\r\n",
             "Content-Length: 1234567890123456789\r\n",
             "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n",
             "Transfer-Encoding: gzip, chunked\r\n",
             "Transfer-Encoding: chunked, gzip\r\n",
             "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
             "Transfer-Encoding: xchunked\r\n",
             "Transfer-Encoding: identity\r\n",
             "Transfer-Encoding:\r\n",
             "Transfer-Encoding: \"chunked\"\r\n",
         }) {
      CAPTURE(fields);
      CHECK(status_with(fields) == 400);
    }
    CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
    CHECK(status_with("Transfer-Encoding: Chunked\r\n") == 0);
  }

  TEST_CASE("other versions are named as such") {
    CHECK(status_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
    CHECK(status_of("PRI * HTTP/2.0\r\n\r\n") == 505);
    CHECK(status_of("GET / HTTP/1.2\r\nHost: a\r\n\r\n") == 505);
  }

  TEST_CASE("every limit has its status, whether or not the rest comes") {
    const HeadLimits limits{.bytes_max = 200, .target_bytes_max = 50, .fields_max = 3};
    const std::string path(51, 'x');
    CHECK(status_of("GET /" + path + " HTTP/1.1\r\nHost: a\r\n\r\n", limits) == 414);
    CHECK(status_of("GET /" + path + path, limits) == 414);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(200, 'x'), limits) == 431);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(200, 'x') + "\r\n\r\n",
                    limits) == 431);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\nC: 3\r\n\r\n", limits) == 431);
    CHECK(status_of("GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n", limits) == 0);
  }

  TEST_CASE("a URL as target becomes its path, if it is ours") {
    const std::string good = "GET http://a.example/x?y HTTP/1.1\r\nHost: A.example\r\n\r\n";
    CHECK(read(good).request.target == "/x?y");
    const std::string bare = "GET http://a.example HTTP/1.1\r\nHost: a.example\r\n\r\n";
    CHECK(read(bare).request.target == "/");
    CHECK(status_of("GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(read("GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", {}, true).status == 0);
    CHECK(status_of("GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
    CHECK(status_of("GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n") == 400);
  }

  TEST_CASE("whether the connection stays is what version and Connection say together") {
    const auto stays = [](std::string_view bytes) { return read(bytes).framing.keep_alive; };
    CHECK(stays("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    CHECK_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, Close\r\n\r\n"));
    CHECK_FALSE(stays("GET / HTTP/1.0\r\n\r\n"));
    CHECK(stays("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"));
    CHECK_FALSE(stays("GET / HTTP/1.1\r\nHost: a\r\nConnection: close, keep-alive\r\n\r\n"));
  }

  TEST_CASE("an expectation is taken down, also one that cannot be met") {
    const auto expect = [](std::string_view value) {
      const std::string bytes =
          "GET / HTTP/1.1\r\nHost: a\r\nExpect: " + std::string(value) + "\r\n\r\n";
      return read(bytes).framing.expect;
    };
    CHECK(expect("100-Continue") == Expect::Continue);
    CHECK(expect("miracles") == Expect::Unknown);
  }
}

}  // namespace vedette::net
