#include "model/token.h"

#include <doctest/doctest.h>

namespace vedette {

TEST_SUITE("model/token") {
  TEST_CASE("each role may what it should and no more") {
    // needed: ingest, viewer, analyst, admin
    const bool expected[kRoles][kRoles] = {{true, false, false, false},
                                           {false, true, false, false},
                                           {false, true, true, false},
                                           {true, true, true, true}};
    for (std::size_t role = 0; role < kRoles; ++role) {
      for (std::size_t needed = 0; needed < kRoles; ++needed) {
        CAPTURE(role);
        CAPTURE(needed);
        CHECK(may(static_cast<Role>(role), static_cast<Role>(needed)) == expected[role][needed]);
      }
    }
  }

  TEST_CASE("roles have names") {
    for (std::size_t i = 0; i < kRoles; ++i) {
      CHECK(parse_role(to_string(static_cast<Role>(i))) == static_cast<Role>(i));
    }
    CHECK_FALSE(parse_role("root"));
  }
}

}  // namespace vedette
