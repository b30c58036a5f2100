#include "net/response_head.h"

#include <doctest/doctest.h>

namespace vedette::net {
namespace {

std::string write(const HttpResponse& response, After after, BodyEnd end,
                  const HttpHeaders& fixed = {}) {
  ResponseHead head(fixed);
  head.set_time(Time(std::chrono::seconds(784111777)));
  std::string out;
  head.write(out, response, after, end);
  return out;
}

}  // namespace

TEST_SUITE("net/response_head") {
  TEST_CASE("a head has status, date, fixed fields, type, length and the response's own") {
    CHECK(write({.status = 404, .headers = {{"X-A", "b"}}, .body = "no"}, After::Keep,
                BodyEnd::Length, {{"X-Fixed", "1"}}) ==
          "HTTP/1.1 404 Not Found\r\n"
          "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
          "X-Fixed: 1\r\n"
          "Content-Type: text/plain; charset=utf-8\r\n"
          "Content-Length: 2\r\n"
          "X-A: b\r\n\r\n");
  }

  TEST_CASE("the end of the body and of the connection is said") {
    const std::string chunks = write({}, After::Close, BodyEnd::Chunks);
    CHECK(chunks.find("\r\nTransfer-Encoding: chunked\r\n") != std::string::npos);
    CHECK(chunks.find("\r\nConnection: close\r\n") != std::string::npos);
    CHECK(chunks.find("Content-Length") == std::string::npos);
    CHECK(write({}, After::KeepAndSay, BodyEnd::Length).find("\r\nConnection: keep-alive\r\n") !=
          std::string::npos);
  }

  TEST_CASE("what cannot have a body has no length and no type") {
    CHECK(write({.status = 204}, After::Keep, BodyEnd::Length) ==
          "HTTP/1.1 204 No Content\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n");
  }

  TEST_CASE("a value cannot begin a new line") {
    const std::string out =
        write({.headers = {{"Location", "/a\r\nSet-Cookie: b"}}}, After::Keep, BodyEnd::Length);
    CHECK(out.find("Location: /a  Set-Cookie: b\r\n") != std::string::npos);
  }
}

}  // namespace vedette::net
