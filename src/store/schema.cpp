#include "store/schema.h"

#include <fmt/core.h>

namespace vedette::store {
namespace {

// Numbers that stand for words: kind is StateKind, severity is Level, status and tier are Status
// and Tier of model/threat.h. Hashes are unsigned 64-bit numbers stored as signed ones. Times are
// nanoseconds since 1970. `body`, `value`, `line` and `state` are in the form of base/codec.h, made
// by their owners.
constexpr char kTables[] = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE source_position(source TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE lane_state(
  kind INTEGER NOT NULL, key INTEGER NOT NULL, owner INTEGER NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY(kind, key)) WITHOUT ROWID;
CREATE TABLE threat(
  entity_hash INTEGER PRIMARY KEY, id TEXT NOT NULL,
  entity_type TEXT NOT NULL, entity_value TEXT NOT NULL,
  severity INTEGER NOT NULL, score REAL NOT NULL, status INTEGER NOT NULL, tier INTEGER NOT NULL,
  first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, body BLOB NOT NULL);
CREATE INDEX threat_by_rank ON threat(severity, score);
CREATE INDEX threat_by_id ON threat(id);
CREATE INDEX threat_by_entity ON threat(entity_value);
CREATE TABLE ledger(source TEXT PRIMARY KEY, line BLOB NOT NULL) WITHOUT ROWID;
)sql";

struct Found {
  std::int64_t application, version, tables;
  bool is_empty() const { return application == 0 && version == 0 && tables == 0; }
};

Result<Found> look(Database& database) {
  Found found{};
  VD_TRY(found.application, database.value_of("PRAGMA application_id", Errc::StoreOpen));
  VD_TRY(found.version, database.value_of("PRAGMA user_version", Errc::StoreOpen));
  VD_TRY(found.tables, database.value_of("SELECT count(*) FROM sqlite_master", Errc::StoreOpen));
  return found;
}

Result<void> check(const Found& found, const std::string& path) {
  if (found.application != kApplicationId) {
    return Error{Errc::StoreDamaged, fmt::format("{}: this database is another program's", path)};
  }
  if (found.version > kSchemaVersion) {
    return Error{Errc::StoreDamaged,
                 fmt::format("{}: written by a newer version (its schema is {}, "
                             "this version knows {})",
                             path, found.version, kSchemaVersion)};
  }
  if (found.version < kSchemaVersion) {
    return Error{Errc::StoreDamaged,
                 fmt::format("{}: the schema is {}, which no version wrote", path, found.version)};
  }
  return {};
}

}  // namespace

Result<void> prepare_schema(Database& database) {
  VD_TRY(const Found found, look(database));
  if (!found.is_empty()) return check(found, database.path());
  const std::string all =
      fmt::format("BEGIN IMMEDIATE;{} PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;",
                  kTables, kApplicationId, kSchemaVersion);
  auto made = database.execute(all.c_str(), Errc::StoreOpen);
  if (!made) database.roll_back();
  return made;
}

Result<void> check_schema(Database& database) {
  VD_TRY(const Found found, look(database));
  if (found.is_empty()) {
    return Error{Errc::StoreOpen, fmt::format("{}: nothing was ever stored here", database.path())};
  }
  return check(found, database.path());
}

}  // namespace vedette::store
