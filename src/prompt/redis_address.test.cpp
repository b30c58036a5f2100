#include "prompt/redis_address.h"

#include <doctest/doctest.h>

namespace vedette::prompt {

TEST_SUITE("prompt/redis_address") {
  TEST_CASE("every form names a Redis") {
    struct Case {
      std::string_view text, socket_path, host;
      std::uint16_t port;
      std::string_view user;
      std::uint32_t database;
    };
    for (const Case& one : {
             Case{"/run/redis.sock", "/run/redis.sock", "", 6379, "", 0},
             Case{"localhost", "", "localhost", 6379, "", 0},
             Case{"203.0.113.1:7000", "", "203.0.113.1", 7000, "", 0},
             Case{"[::1]:7000", "", "::1", 7000, "", 0},
             Case{"[::1]", "", "::1", 6379, "", 0},
             Case{"redis://cache.example", "", "cache.example", 6379, "", 0},
             Case{"redis://cache.example/", "", "cache.example", 6379, "", 0},
             Case{"redis://ada@cache.example:7000/3", "", "cache.example", 7000, "ada", 3},
         }) {
      CAPTURE(one.text);
      const auto read = parse_redis_address(one.text);
      REQUIRE(read);
      CHECK(read->socket_path == one.socket_path);
      CHECK(read->host == one.host);
      CHECK(read->port == one.port);
      CHECK(read->user == one.user);
      CHECK(read->database == one.database);
    }
  }

  TEST_CASE("what is no address is refused") {
    for (const std::string_view text :
         {"", ":7000", "host:", "host:0", "host:70000", "host:x", "[::1", "[::1]7000", "::1",
          "host/3", "redis://", "redis://host/x", "redis://host/65536", "redis://host/1/2",
          "rediss://host", "http://host"}) {
      CAPTURE(text);
      const auto read = parse_redis_address(text);
      REQUIRE_FALSE(read);
      CHECK(read.error().code == Errc::ConfigValue);
    }
  }

  TEST_CASE("a password is refused and not repeated, wherever it stands") {
    for (const std::string_view text :
         {"redis://:hunter2@host", "redis://ada:hunter2@host:7000/x", "hunter2@host",
          "redis://ada:hunter2@", "redis://ada:hun@ter2@host", "rediss://ada:hunter2@host"}) {
      CAPTURE(text);
      const auto read = parse_redis_address(text);
      REQUIRE_FALSE(read);
      CHECK(read.error().detail.find("hunter2") == std::string::npos);
      CHECK(read.error().detail.find("ter2") == std::string::npos);
    }
  }
}

}  // namespace vedette::prompt
