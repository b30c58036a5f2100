#include "store/schema.h"

#include "base/codec.h"
#include "store/threat_row.h"
#include "store/working_log.h"

#include <doctest/doctest.h>

#include <bit>
#include <string>

namespace vedette::store {
namespace {

std::unique_ptr<Database> make_database() {
  auto database = Database::open_temporary();
  REQUIRE(database);
  return std::move(*database);
}

/// The tables of version 1, as far as they changed.
constexpr char kFirstVersion[] = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('barrier', 7);
CREATE TABLE threat(
  entity_hash INTEGER PRIMARY KEY, id TEXT NOT NULL,
  entity_type TEXT NOT NULL, entity_value TEXT NOT NULL,
  severity INTEGER NOT NULL, score REAL NOT NULL, status INTEGER NOT NULL, tier INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX threat_by_rank ON threat(severity, score);
CREATE INDEX threat_by_id ON threat(id);
CREATE INDEX threat_by_entity ON threat(entity_value);
)sql";

/// A threat as version 1 stored it: without findings, with a score of 70.
std::string first_body(std::uint64_t hash) {
  std::string bytes;
  Writer out(bytes);
  out.u64(2);
  out.bytes("t-x");
  out.u64(0);  // source.ip
  out.bytes("203.0.113.7");
  out.fixed64(hash);
  out.fixed64(std::bit_cast<std::uint64_t>(70.0));
  out.u64(3);  // high
  out.u64(0);  // new
  out.u64(0);  // working
  out.time(Time{std::chrono::seconds{1772323200}});
  out.i64(60);
  for (int i = 0; i < 5; ++i) out.u64(0);  // merged, counts, lines, findings, timeline
  return bytes;
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

  TEST_CASE("a database of the first version is brought forward with all its threats") {
    const auto database = make_database();
    REQUIRE(database->execute(kFirstVersion, Errc::StoreWrite));
    REQUIRE(database->execute(
        ("PRAGMA user_version=1; PRAGMA application_id=" + std::to_string(kApplicationId)).c_str(),
        Errc::StoreWrite));
    {
      auto put = database->prepare(
          "INSERT INTO threat VALUES(?1, 't-x', 'source.ip', '203.0.113.7', 3, 70.0, ?2, 0, 1, 2, "
          "?3)",
          Errc::StoreWrite);
      REQUIRE(put);
      for (std::int64_t status = 0; status < 5; ++status) {
        const std::string body = first_body(static_cast<std::uint64_t>(status) + 1);
        REQUIRE(put->bind(1, status + 1).bind(2, status).bind_blob(3, body).run());
      }
      REQUIRE(
          put->bind(1, std::int64_t{99}).bind(2, std::int64_t{0}).bind_blob(3, "damaged").run());
    }
    REQUIRE(prepare_schema(*database));
    CHECK(check_schema(*database));
    CHECK(*database->value_of("SELECT count(*) FROM threat", Errc::StoreRead) == 0);
    CHECK(*database->value_of("SELECT value FROM meta WHERE name = 'barrier'", Errc::StoreRead) ==
          7);
    WorkingLog log;
    REQUIRE(log.refresh(*database));
    CHECK(log.size() == 5);
    std::uint64_t hash = 0;
    for (const Status expected : {Status::New, Status::Acknowledged, Status::New, Status::Resolved,
                                  Status::FalsePositive}) {
      const auto entry = *log.read(*database, ++hash);
      REQUIRE(entry);
      const auto threat = read_threat(parts_of(*entry), hash);
      REQUIRE(threat);
      CHECK(threat->workflow.status == expected);
      CHECK(threat->entity_value == "203.0.113.7");
      CHECK(score_at(threat->heat, threat->last_seen) == doctest::Approx(70));
    }
    CHECK(*database->value_of("SELECT n FROM threat_count WHERE tier = 0 AND severity = 3 AND "
                              "status = 0",
                              Errc::StoreRead) == 2);
  }

  TEST_CASE("the lists of the lower tiers are found by index, not by search") {
    const auto database = make_database();
    REQUIRE(prepare_schema(*database));
    for (const char* how :
         {"ORDER BY heat DESC, entity_hash", "ORDER BY last_seen DESC, entity_hash",
          "WHERE severity = 3 ORDER BY heat DESC, entity_hash",
          "WHERE status = 3 ORDER BY heat DESC, entity_hash",
          "WHERE tier = 1 AND touched < 5 ORDER BY touched"}) {
      CAPTURE(how);
      auto plan = database->prepare(
          std::string("EXPLAIN QUERY PLAN SELECT head FROM threat ") + how, Errc::StoreRead);
      REQUIRE(plan);
      REQUIRE(*plan->step());
      CHECK(plan->text(3).find("USING INDEX") != std::string_view::npos);
      CHECK_FALSE(*plan->step());  // and nothing is sorted
    }
  }

  TEST_CASE("the audit cannot be changed or deleted") {
    const auto database = make_database();
    REQUIRE(prepare_schema(*database));
    REQUIRE(database->execute("INSERT INTO audit VALUES(1, 0, 'a', 'b', 0, '', '', '')",
                              Errc::StoreWrite));
    CHECK_FALSE(database->execute("UPDATE audit SET who = 'x'", Errc::StoreWrite));
    CHECK_FALSE(database->execute("DELETE FROM audit", Errc::StoreWrite));
    CHECK(*database->value_of("SELECT count(*) FROM audit WHERE who = 'a'", Errc::StoreRead) == 1);
  }
}

}  // namespace
}  // namespace vedette::store
