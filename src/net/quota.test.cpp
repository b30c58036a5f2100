#include "net/quota.h"

#include <doctest/doctest.h>

namespace vedette::net {

TEST_SUITE("net/quota") {
  TEST_CASE("there are so many connections and no more, until one leaves") {
    Quota quota({.connections_max = 2});
    CHECK(quota.enter("a"));
    CHECK(quota.enter("a"));
    CHECK_FALSE(quota.enter("b"));
    CHECK(quota.connections() == 2);
    quota.leave("a");
    CHECK(quota.enter("b"));
  }

  TEST_CASE("one address has its own limit, and takes nothing from others when it is met") {
    Quota quota({.connections_max = 10, .connections_per_peer_max = 1});
    CHECK(quota.enter("a"));
    CHECK_FALSE(quota.enter("a"));
    CHECK(quota.enter("b"));
    CHECK(quota.connections() == 2);
    quota.leave("a");
    CHECK(quota.enter("a"));
  }

  TEST_CASE("bodies share one sum of bytes") {
    Quota quota({.bodies_bytes_max = 10});
    CHECK(quota.take(6));
    CHECK_FALSE(quota.take(5));
    CHECK(quota.take(4));
    quota.release(6);
    CHECK(quota.take(5));
  }
}

}  // namespace vedette::net
