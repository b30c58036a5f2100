#include "api/token_book.h"

#include <doctest/doctest.h>

namespace vedette::api {
namespace {

const Time kNow{std::chrono::seconds{1772323200}};

TEST_SUITE("api/token_book") {
  TEST_CASE("a token lets its holder in, and nothing like it does") {
    const NewToken made = make_token("ann", Role::Analyst, "root", kNow, std::chrono::hours(1));
    TokenBook book;
    book.replace({made.token});
    const auto caller = book.find(made.secret, kNow);
    REQUIRE(caller);
    CHECK(caller->name == "ann");
    CHECK(caller->role == Role::Analyst);
    CHECK(made.token.secret_hash.find(made.secret) == std::string::npos);
    for (std::size_t i = 0; i < made.secret.size(); ++i) {
      std::string other = made.secret;
      other[i] = other[i] == 'x' ? 'y' : 'x';
      CHECK_FALSE(book.find(other, kNow));
      CHECK_FALSE(book.find(made.secret.substr(0, i), kNow));
    }
    CHECK_FALSE(book.find(made.secret + "x", kNow));
  }

  TEST_CASE("it lets nobody in any more when it has expired or was revoked") {
    const NewToken made = make_token("ann", Role::Viewer, "root", kNow, std::chrono::hours(1));
    TokenBook book;
    book.replace({made.token});
    CHECK(book.find(made.secret, made.token.expires - std::chrono::nanoseconds(1)));
    CHECK_FALSE(book.find(made.secret, made.token.expires));
    book.replace({});
    CHECK_FALSE(book.find(made.secret, kNow));
  }

  TEST_CASE("no two tokens are alike") {
    CHECK(make_token("a", Role::Admin, "", kNow, {}).secret !=
          make_token("a", Role::Admin, "", kNow, {}).secret);
  }
}

}  // namespace
}  // namespace vedette::api
