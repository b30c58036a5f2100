#include "store/database.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <unistd.h>

namespace vedette::store {
namespace {

TEST_SUITE("store/sqlite") {
  TEST_CASE("what is bound comes back, whatever bytes it has") {
    auto database = Database::open_temporary();
    REQUIRE(database);
    Database& db = **database;
    REQUIRE(
        db.execute("CREATE TABLE t(i INTEGER, r REAL, s TEXT, b BLOB NOT NULL)", Errc::StoreWrite));
    auto put = db.prepare("INSERT INTO t VALUES(?1, ?2, ?3, ?4)", Errc::StoreWrite);
    REQUIRE(put);
    const std::string hostile("'; DROP TABLE t; --\0\xFF", 21);
    put->bind(1, std::int64_t{-5}).bind(2, 0.5).bind_text(3, hostile).bind_blob(4, {});
    REQUIRE(put->run());
    auto get = db.prepare("SELECT i, s, b, r FROM t", Errc::StoreRead);
    REQUIRE(get);
    REQUIRE(*get->step());
    CHECK(get->integer(0) == -5);
    CHECK(get->text(1) == hostile);
    CHECK(get->blob(2).empty());
    CHECK_FALSE(*get->step());
    REQUIRE(*get->step());  // begins anew by itself
    get->reset();
  }

  TEST_CASE("a statement that is wrong says so and names the database") {
    auto database = Database::open_temporary();
    REQUIRE(database);
    const auto statement = (*database)->prepare("SELECT nothing FROM nowhere", Errc::StoreRead);
    REQUIRE_FALSE(statement);
    CHECK(statement.error().code == Errc::StoreRead);
    CHECK(statement.error().detail.starts_with("the temporary database: "));
  }

  TEST_CASE("rolling back undoes, and does no harm without a transaction") {
    auto database = Database::open_temporary();
    REQUIRE(database);
    Database& db = **database;
    REQUIRE(db.execute("CREATE TABLE t(i); BEGIN; INSERT INTO t VALUES(1)", Errc::StoreWrite));
    db.roll_back();
    db.roll_back();
    CHECK(*db.value_of("SELECT count(*) FROM t", Errc::StoreRead) == 0);
  }

  TEST_CASE("only what exists can be opened for reading") {
    const auto database = Database::open("/nonexistent/x.db", Database::Access::ReadOnly);
    REQUIRE_FALSE(database);
    CHECK(database.error().code == Errc::StoreOpen);
    CHECK(database.error().detail.find("No such file") != std::string::npos);
  }
}

}  // namespace
}  // namespace vedette::store
