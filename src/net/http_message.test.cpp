#include "net/http_message.h"

#include <doctest/doctest.h>

namespace vedette::net {

TEST_SUITE("net/http_message") {
  TEST_CASE("a field is found by its name in whatever case, the first of several") {
    HttpRequest request;
    request.fields = {{"Accept", "a"}, {"accept", "b"}, {"X-Empty", ""}};
    CHECK(request.header("ACCEPT") == "a");
    CHECK(request.header("x-empty").empty());
    CHECK(request.header("Host").empty());
  }

  TEST_CASE("a shared body is sent instead of the response's own") {
    HttpResponse response{.body = "own"};
    CHECK(response.content() == "own");
    response.shared_body = std::make_shared<const std::string>("shared");
    CHECK(response.content() == "shared");
  }

  TEST_CASE("a status has its reason") {
    CHECK(reason_phrase(404) == "Not Found");
    CHECK(reason_phrase(299) == "Unknown");
  }
}

}  // namespace vedette::net
