#include "store/schema.h"

#include "store/threat_row.h"
#include "store/working_log.h"

#include <fmt/core.h>

namespace vedette::store {
namespace {

// Numbers that stand for words: kind is StateKind, severity is Level, status and tier are Status
// and Tier of model/workflow.h, role is Role. Hashes are unsigned 64-bit numbers stored as signed
// ones. Times are nanoseconds since 1970. `head`, `body`, `entries`, `value`, `line` and `state`
// are in the form of base/codec.h, made by their owners.
//
// The working tier changes all the time and is a log of its own (working_log.h). The table of
// threats is that of the lower tiers: they stand in the order in which they came, not in that of
// their hashes, so that those of one time share pages.
constexpr char kPipelineTables[] = R"sql(
CREATE TABLE meta(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE source_position(source TEXT PRIMARY KEY, state BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE lane_state(
  kind INTEGER NOT NULL, key INTEGER NOT NULL, owner INTEGER NOT NULL, value BLOB NOT NULL,
  PRIMARY KEY(kind, key)) WITHOUT ROWID;
CREATE TABLE ledger(source TEXT PRIMARY KEY, line BLOB NOT NULL) WITHOUT ROWID;
)sql";

constexpr char kThreatTables[] = R"sql(
CREATE TABLE working_log(
  seq INTEGER PRIMARY KEY, hashes BLOB NOT NULL, entries BLOB NOT NULL);
CREATE TABLE threat(
  entity_hash INTEGER NOT NULL, severity INTEGER NOT NULL, heat REAL NOT NULL,
  status INTEGER NOT NULL, tier INTEGER NOT NULL, last_seen INTEGER NOT NULL,
  touched INTEGER NOT NULL, head BLOB NOT NULL, body BLOB NOT NULL);
CREATE UNIQUE INDEX threat_by_entity ON threat(entity_hash);
CREATE INDEX threat_by_heat ON threat(heat DESC, entity_hash);
CREATE INDEX threat_by_severity ON threat(severity DESC, heat DESC, entity_hash);
CREATE INDEX threat_by_status ON threat(status, heat DESC, entity_hash);
CREATE INDEX threat_by_last_seen ON threat(last_seen DESC, entity_hash);
CREATE INDEX threat_by_touched ON threat(tier, touched);
CREATE TABLE threat_label(
  label TEXT NOT NULL, entity_hash INTEGER NOT NULL, PRIMARY KEY(label, entity_hash)) WITHOUT ROWID;
CREATE TABLE threat_count(
  tier INTEGER NOT NULL, severity INTEGER NOT NULL, status INTEGER NOT NULL, n INTEGER NOT NULL,
  PRIMARY KEY(tier, severity, status)) WITHOUT ROWID;
CREATE TABLE audit(
  id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL,
  action TEXT NOT NULL, entity_hash INTEGER NOT NULL, reason TEXT NOT NULL,
  before TEXT NOT NULL, after TEXT NOT NULL);
CREATE INDEX audit_by_entity ON audit(entity_hash, id) WHERE entity_hash <> 0;
CREATE TRIGGER audit_is_never_changed BEFORE UPDATE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TRIGGER audit_is_never_deleted BEFORE DELETE ON audit
  BEGIN SELECT RAISE(ABORT, 'the audit is only ever added to'); END;
CREATE TABLE suppression(
  id TEXT PRIMARY KEY, rule TEXT NOT NULL, entity_type TEXT NOT NULL, entity_value TEXT NOT NULL,
  entity_hash INTEGER NOT NULL, techniques TEXT NOT NULL, created INTEGER NOT NULL,
  expires INTEGER NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE token(
  id TEXT PRIMARY KEY, name TEXT NOT NULL, role INTEGER NOT NULL, secret_hash BLOB NOT NULL,
  created INTEGER NOT NULL, expires INTEGER NOT NULL, by TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE answer(
  key TEXT PRIMARY KEY, request_hash INTEGER NOT NULL, status INTEGER NOT NULL,
  body TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX answer_by_time ON answer(at);
)sql";

/// Threats of a transaction's part, so that memory stays bounded.
constexpr std::size_t kMovedAtOnce = 1000;

Result<void> check(const Database::Marks& found, const std::string& path) {
  if (found.application != kApplicationId) {
    return Error{Errc::StoreDamaged, fmt::format("{}: this database is another program's", path)};
  }
  if (found.version > kSchemaVersion) {
    return Error{Errc::StoreDamaged,
                 fmt::format("{}: written by a newer version (its schema is {}, "
                             "this version knows {})",
                             path, found.version, kSchemaVersion)};
  }
  if (found.version < 1) {
    return Error{Errc::StoreDamaged,
                 fmt::format("{}: the schema is {}, which no version wrote", path, found.version)};
  }
  return {};
}

Result<void> run(Database& database, const std::string& sql) {
  auto done = database.execute(sql.c_str(), Errc::StoreOpen);
  if (!done) database.roll_back();
  return done;
}

/// Threats of version 1 as those of the working tier.
Result<void> move_threats_of_1(Database& database) {
  VD_TRY(auto old, database.prepare("SELECT status, body FROM threat_1", Errc::StoreOpen));
  VD_TRY(auto count, database.prepare("INSERT INTO threat_count VALUES(0, ?1, ?2, 1) "
                                      "ON CONFLICT(tier, severity, status) DO UPDATE SET n = n + 1",
                                      Errc::StoreOpen));
  WorkingLog log;
  for (std::size_t since = 0;;) {
    VD_TRY(const bool more, old.step());
    auto threat = more ? decode_threat(old.blob(1)) : std::nullopt;
    if (threat) {  // one that cannot be understood was left out of every list before
      // 2 was "snoozed", which nothing ever set.
      const std::int64_t status = old.integer(0);
      threat->workflow.status = status == 1   ? Status::Acknowledged
                                : status == 3 ? Status::Resolved
                                : status == 4 ? Status::FalsePositive
                                              : Status::New;
      threat->workflow.touched = threat->last_seen;
      count.bind(1, static_cast<std::int64_t>(threat->severity));
      VD_CHECK(count.bind(2, static_cast<std::int64_t>(threat->workflow.status)).run());
      log.put(threat->entity_hash, entry_of(head_of(*threat), encode(*threat)));
      ++since;
    }
    if (more && since < kMovedAtOnce) continue;
    VD_CHECK(log.write(database));
    log.settle(true);
    if (!more) return {};
    since = 0;
  }
}

/// From 1 to 2: threats have heat instead of a score, and a workflow.
Result<void> bring_to_2(Database& database) {
  VD_CHECK(run(database, fmt::format("BEGIN IMMEDIATE; ALTER TABLE threat RENAME TO threat_1;"
                                     "DROP INDEX threat_by_rank; DROP INDEX threat_by_id;"
                                     "DROP INDEX threat_by_entity;{}",
                                     kThreatTables)));
  if (auto moved = move_threats_of_1(database); !moved) {
    database.roll_back();
    return moved;
  }
  return run(database, "DROP TABLE threat_1; PRAGMA user_version=2; COMMIT;");
}

}  // namespace

Result<void> prepare_schema(Database& database) {
  VD_TRY(const Database::Marks found, database.marks());
  if (!found.is_empty()) {
    VD_CHECK(check(found, database.path()));
    if (found.version < 2) VD_CHECK(bring_to_2(database));
    return {};
  }
  return run(database, fmt::format("BEGIN IMMEDIATE;{}{} PRAGMA application_id={}; "
                                   "PRAGMA user_version={}; COMMIT;",
                                   kPipelineTables, kThreatTables, kApplicationId, kSchemaVersion));
}

Result<void> check_schema(Database& database) {
  VD_TRY(const Database::Marks found, database.marks());
  if (found.is_empty()) {
    return Error{Errc::StoreOpen, fmt::format("{}: nothing was ever stored here", database.path())};
  }
  VD_CHECK(check(found, database.path()));
  if (found.version == kSchemaVersion) return {};
  return Error{Errc::StoreOpen,
               fmt::format("{}: written by an older version; `vedette run` brings it forward",
                           database.path())};
}

}  // namespace vedette::store
