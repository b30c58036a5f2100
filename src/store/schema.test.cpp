#include "store/schema.h"

#include <doctest/doctest.h>

#include <string>

namespace vedette::store {
namespace {

std::unique_ptr<Database> make_database() {
  auto database = Database::open_temporary();
  REQUIRE(database);
  return std::move(*database);
}

TEST_SUITE("store/schema") {
  TEST_CASE("an empty database gets the tables once") {
    const auto database = make_database();
    CHECK(check_schema(*database).error().code == Errc::StoreOpen);
    REQUIRE(prepare_schema(*database));
    REQUIRE(database->execute("INSERT INTO meta VALUES('barrier', 7)", Errc::StoreWrite));
    REQUIRE(prepare_schema(*database));
    CHECK(check_schema(*database));
    CHECK(*database->value_of("SELECT value FROM meta", Errc::StoreRead) == 7);
    CHECK(*database->value_of("PRAGMA application_id", Errc::StoreRead) == kApplicationId);
    CHECK(*database->value_of("PRAGMA user_version", Errc::StoreRead) == kSchemaVersion);
  }

  TEST_CASE("what is not of this version is refused, whoever wrote it") {
    const std::string ours = "PRAGMA application_id=" + std::to_string(kApplicationId) + ";";
    const std::pair<std::string, std::string> cases[] = {
        {"CREATE TABLE songs(name)", "another program"},
        {"PRAGMA application_id=77", "another program"},
        {ours + "PRAGMA user_version=" + std::to_string(kSchemaVersion + 1), "newer version"},
        {ours + "PRAGMA user_version=-1", "no version"},
    };
    for (const auto& [made_by, says] : cases) {
      const auto database = make_database();
      REQUIRE(database->execute(made_by.c_str(), Errc::StoreWrite));
      for (const auto& refused : {prepare_schema(*database), check_schema(*database)}) {
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == Errc::StoreDamaged);
        CHECK(refused.error().detail.find(says) != std::string::npos);
      }
    }
  }

  TEST_CASE("the lists of threats are found by index, not by search") {
    const auto database = make_database();
    REQUIRE(prepare_schema(*database));
    for (const char* where : {"id = 'x'", "entity_value = 'x'", "severity >= 3"}) {
      auto plan = database->prepare(
          std::string("EXPLAIN QUERY PLAN SELECT body FROM threat WHERE ") + where,
          Errc::StoreRead);
      REQUIRE(plan);
      REQUIRE(*plan->step());
      CHECK(plan->text(3).find("USING INDEX") != std::string_view::npos);
    }
  }
}

}  // namespace
}  // namespace vedette::store
