#include "store/sqlite_store.h"

#include "base/text.h"
#include "store/schema.h"

#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace vedette::store {
namespace {

/// mkdir -p, each new one for its owner alone.
Result<void> make_directory(const std::string& path) {
  for (std::size_t end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const std::string part = path.substr(0, end);
    if (::mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
      return Error{Errc::StoreOpen, fmt::format("{}: {}", part, errno_text(errno))};
    }
    if (end == std::string::npos) return {};
  }
}

/// One process at a time. The lock goes with the descriptor, so also with a process that is killed.
Result<UniqueFd> take_lock(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return Error{Errc::StoreOpen, fmt::format("{}: {}", path, errno_text(errno))};
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return Error{Errc::StoreOpen, fmt::format("{}: {}", path, errno_text(errno))};
    }
    char buffer[24];
    const ssize_t size = ::pread(fd.get(), buffer, sizeof buffer, 0);
    const auto owner = parse_int(trim({buffer, size > 0 ? static_cast<std::size_t>(size) : 0}));
    return Error{Errc::StoreLocked, owner ? fmt::format("{} is held by process {}", path, *owner)
                                          : fmt::format("{} is held by another process", path)};
  }
  // Only for the message above: a full disk is no reason not to start.
  const std::string owner = std::to_string(::getpid());
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), owner.data(), owner.size(), 0) < 0)
    errno = 0;
  return fd;
}

/// Groups write fewer pages when their rows come in the order of the table.
template <typename Row, typename Less>
std::vector<const Row*> sorted(const std::vector<Row>& rows, Less less) {
  std::vector<const Row*> order;
  order.reserve(rows.size());
  for (const Row& row : rows) order.push_back(&row);
  // Stable: of one key the last row counts.
  std::stable_sort(order.begin(), order.end(),
                   [&](const Row* a, const Row* b) { return less(*a, *b); });
  return order;
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

}  // namespace

Result<std::unique_ptr<Store>> Store::open(const std::string& directory, Mode mode) {
  return SqliteStore::open_directory(directory, mode);
}
Result<std::unique_ptr<Store>> Store::open_temporary() {
  return SqliteStore::open_temporary_file();
}

Result<std::unique_ptr<Store>> SqliteStore::open_directory(const std::string& directory,
                                                           Mode mode) {
  std::unique_ptr<SqliteStore> store(new SqliteStore());
  store->mode_ = mode;
  const std::string path = directory + "/vedette.db";
  if (mode == Mode::Own) {
    VD_CHECK(make_directory(directory));
    VD_TRY(store->lock_, take_lock(directory + "/vedette.lock"));
    VD_TRY(auto database, Database::open(path, Database::Access::Create));
    // Looked at before anything is changed: it may be another program's.
    VD_CHECK(prepare_schema(*database));
    VD_CHECK(
        // A commit of 10,000 threats fits the cache; what changes often is written several times to
        // the log before it is written to its place once.
        database->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                          "PRAGMA cache_size=-32768; PRAGMA wal_autocheckpoint=8192;"
                          "PRAGMA journal_size_limit=67108864",
                          Errc::StoreOpen));
    MutexLock guard(store->writer_.mutex);
    VD_CHECK(store->working_.refresh(*database));
    store->writer_.database = std::move(database);
  }
  for (Place& place : store->readers_) {
    VD_TRY(auto database, Database::open(path, Database::Access::ReadOnly));
    VD_CHECK(check_schema(*database));
    VD_CHECK(database->execute("PRAGMA cache_size=-2048", Errc::StoreOpen));
    MutexLock guard(place.mutex);
    place.database = std::move(database);
  }
  return std::unique_ptr<Store>(std::move(store));
}

Result<std::unique_ptr<Store>> SqliteStore::open_temporary_file() {
  std::unique_ptr<SqliteStore> store(new SqliteStore());
  store->temporary_ = true;
  VD_TRY(auto database, Database::open_temporary());
  VD_CHECK(database->execute("PRAGMA synchronous=OFF; PRAGMA cache_size=-2048", Errc::StoreOpen));
  VD_CHECK(prepare_schema(*database));
  MutexLock guard(store->writer_.mutex);
  store->writer_.database = std::move(database);
  return std::unique_ptr<Store>(std::move(store));
}

SqliteStore::View::~View() {
  if (store_.mode_ == Mode::Inspect) database_.roll_back();
}

Result<void> SqliteStore::View::begin() {
  if (store_.mode_ != Mode::Inspect) return {};
  VD_CHECK(database_.execute("BEGIN", Errc::StoreRead));
  return store_.working_.refresh(database_);
}

SqliteStore::Place& SqliteStore::reader() {
  if (temporary_) return writer_;
  return readers_[std::hash<std::thread::id>{}(std::this_thread::get_id()) % kReaders];
}

Result<void> SqliteStore::commit(const Commit& commit) {
  MutexLock guard(writer_.mutex);
  if (mode_ == Mode::Inspect) {
    return Error{Errc::StoreWrite, "the database was opened for reading only"};
  }
  auto written = write_all(commit);
  if (!written) writer_.database->roll_back();
  working_.settle(written.has_value());
  return written;
}

Result<void> SqliteStore::write_all(const Commit& commit) {
  Database& db = *writer_.database;
  VD_CHECK(db.execute("BEGIN IMMEDIATE", Errc::StoreWrite));
  if (commit.barrier != 0) VD_CHECK(write_pipeline(db, commit));
  VD_CHECK(write_threats(db, commit));
  VD_CHECK(working_.write(db));
  VD_CHECK(write_people(db, commit));
  return db.execute("COMMIT", Errc::StoreWrite);
}

Result<void> SqliteStore::write_pipeline(Database& db, const Commit& commit) {
  VD_TRY(Statement * put_meta,
         db.statement("INSERT INTO meta(name, value) VALUES('barrier', ?1) "
                      "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
                      Errc::StoreWrite));
  VD_CHECK(put_meta->bind(1, signed_of(commit.barrier)).run());
  VD_TRY(Statement * put_position,
         db.statement("INSERT INTO source_position(source, state) VALUES(?1, ?2) "
                      "ON CONFLICT(source) DO UPDATE SET state = excluded.state",
                      Errc::StoreWrite));
  for (const SourcePosition& position : commit.positions) {
    VD_CHECK(put_position->bind_text(1, position.source).bind_blob(2, position.state).run());
  }
  VD_CHECK(write_state(db, commit));
  VD_TRY(Statement * put_ledger, db.statement("INSERT INTO ledger(source, line) VALUES(?1, ?2) "
                                              "ON CONFLICT(source) DO UPDATE SET "
                                              "line = excluded.line",
                                              Errc::StoreWrite));
  for (const auto& [source, line] : commit.ledger) {
    const std::string bytes = encode(line);
    VD_CHECK(put_ledger->bind_text(1, source).bind_blob(2, bytes).run());
  }
  return {};
}

Result<void> SqliteStore::write_state(Database& db, const Commit& commit) {
  VD_TRY(Statement * put,
         db.statement("INSERT INTO lane_state(kind, key, owner, value) VALUES(?1, ?2, ?3, ?4) "
                      "ON CONFLICT(kind, key) DO UPDATE SET owner = excluded.owner, "
                      "value = excluded.value",
                      Errc::StoreWrite));
  VD_TRY(Statement * drop,
         db.statement("DELETE FROM lane_state WHERE kind = ?1 AND key = ?2", Errc::StoreWrite));
  // In the order in which hashes come the small cache would be thrashed.
  const auto by_key = [](const StateRow& a, const StateRow& b) {
    return a.kind != b.kind ? a.kind < b.kind : signed_of(a.key) < signed_of(b.key);
  };
  for (const StateRow* row : sorted(commit.state, by_key)) {
    const auto kind = static_cast<std::int64_t>(row->kind);
    if (row->value.empty()) {
      VD_CHECK(drop->bind(1, kind).bind(2, signed_of(row->key)).run());
      continue;
    }
    put->bind(1, kind).bind(2, signed_of(row->key)).bind(3, signed_of(row->owner));
    VD_CHECK(put->bind_blob(4, row->value).run());
  }
  return {};
}

Result<void> SqliteStore::write_labels(Database& db, const ThreatHead& head, bool listed) {
  VD_TRY(Statement * put, db.statement("INSERT OR IGNORE INTO threat_label(label, entity_hash) "
                                       "VALUES(?1, ?2)",
                                       Errc::StoreWrite));
  VD_TRY(Statement * drop, db.statement("DELETE FROM threat_label WHERE label = ?1 AND "
                                        "entity_hash = ?2",
                                        Errc::StoreWrite));
  for (const std::string& label : labels_of(head)) {
    Statement* statement = listed ? put : drop;
    VD_CHECK(statement->bind_text(1, label).bind(2, signed_of(head.entity_hash)).run());
  }
  return {};
}

Result<void> SqliteStore::write_threats(Database& db, const Commit& commit) {
  VD_TRY(Statement * drop,
         db.statement("DELETE FROM threat WHERE entity_hash = ?1", Errc::StoreWrite));
  for (const ThreatHead& head : commit.unlisted) VD_CHECK(write_labels(db, head, false));
  for (const Threat& threat : commit.threats) {
    VD_CHECK(write_threat(db, vedette::head_of(threat), vedette::encode(threat)));
  }
  for (const ThreatHead& head : commit.heads) {
    VD_TRY(const std::string body, body_of(db, head.entity_hash));
    if (!body.empty()) VD_CHECK(write_threat(db, head, body));
  }
  // Those that are in the working tier again.
  for (const ThreatHead& head : commit.unlisted) {
    VD_TRY(const auto working, working_.read_pending(db, head.entity_hash));
    if (working) VD_CHECK(drop->bind(1, signed_of(head.entity_hash)).run());
  }
  for (const ThreatHead& head : commit.expired) {
    VD_CHECK(write_labels(db, head, false));
    VD_CHECK(drop->bind(1, signed_of(head.entity_hash)).run());
    working_.drop(head.entity_hash);
  }
  VD_TRY(Statement * count,
         db.statement("INSERT INTO threat_count(tier, severity, status, n) VALUES(?1, ?2, ?3, ?4) "
                      "ON CONFLICT(tier, severity, status) DO UPDATE SET n = excluded.n",
                      Errc::StoreWrite));
  for (const CountRow& row : commit.counts) {
    count->bind(1, static_cast<std::int64_t>(row.tier));
    count->bind(2, static_cast<std::int64_t>(row.severity));
    VD_CHECK(count->bind(3, static_cast<std::int64_t>(row.status)).bind(4, signed_of(row.n)).run());
  }
  return {};
}

Result<void> SqliteStore::write_threat(Database& db, const ThreatHead& head,
                                       std::string_view body) {
  if (head.workflow.tier == Tier::Working) {
    working_.put(head.entity_hash, entry_of(head, body));
    return {};
  }
  working_.drop(head.entity_hash);
  VD_CHECK(write_row(db, head, body));
  return write_labels(db, head, true);
}

/// Of a threat as this transaction has left it so far; empty if there is none.
Result<std::string> SqliteStore::body_of(Database& db, std::uint64_t entity_hash) {
  VD_TRY(const auto entry, working_.read_pending(db, entity_hash));
  if (entry) return std::string(parts_of(*entry).body);
  VD_TRY(Statement * rows,
         db.statement("SELECT body FROM threat WHERE entity_hash = ?1", Errc::StoreRead));
  VD_TRY(const bool row, rows->bind(1, signed_of(entity_hash)).step());
  std::string body(row ? rows->blob(0) : std::string_view());
  rows->reset();
  return body;
}

Result<void> SqliteStore::write_people(Database& db, const Commit& commit) {
  const auto statement = [&](std::string_view sql) { return db.statement(sql, Errc::StoreWrite); };
  VD_TRY(Statement * audit, statement("INSERT INTO audit(at, who, action, entity_hash, reason, "
                                      "before, after) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  for (const AuditEntry& entry : commit.audit) {
    audit->bind(1, number_of(entry.at)).bind_text(2, entry.who).bind_text(3, entry.action);
    audit->bind(4, signed_of(entry.entity_hash)).bind_text(5, entry.reason);
    VD_CHECK(audit->bind_text(6, entry.before).bind_text(7, entry.after).run());
  }
  VD_TRY(Statement * suppress, statement("INSERT OR REPLACE INTO suppression VALUES(?1, ?2, ?3, "
                                         "?4, ?5, ?6, ?7, ?8, ?9, ?10)"));
  for (const Suppression& one : commit.suppressions) {
    const std::string techniques = joined(one.techniques);
    suppress->bind_text(1, one.id).bind_text(2, one.rule);
    suppress->bind_text(3, one.entity_type ? to_string(*one.entity_type) : std::string_view());
    suppress->bind_text(4, one.entity_value).bind(5, signed_of(one.entity_hash));
    suppress->bind_text(6, techniques).bind(7, number_of(one.created));
    suppress->bind(8, number_of(one.expires)).bind_text(9, one.by).bind_text(10, one.reason);
    VD_CHECK(suppress->run());
  }
  VD_TRY(Statement * unsuppress, statement("DELETE FROM suppression WHERE id = ?1"));
  for (const std::string& id : commit.suppressions_ended) {
    VD_CHECK(unsuppress->bind_text(1, id).run());
  }
  VD_TRY(Statement * token,
         statement("INSERT OR REPLACE INTO token VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)"));
  for (const Token& one : commit.tokens) {
    token->bind_text(1, one.id).bind_text(2, one.name);
    token->bind(3, static_cast<std::int64_t>(one.role)).bind_blob(4, one.secret_hash);
    token->bind(5, number_of(one.created)).bind(6, number_of(one.expires));
    VD_CHECK(token->bind_text(7, one.by).run());
  }
  VD_TRY(Statement * revoke, statement("DELETE FROM token WHERE id = ?1"));
  for (const std::string& id : commit.tokens_revoked) VD_CHECK(revoke->bind_text(1, id).run());
  VD_TRY(Statement * answer, statement("INSERT OR REPLACE INTO answer VALUES(?1, ?2, ?3, ?4, ?5)"));
  for (const StoredAnswer& one : commit.answers) {
    answer->bind_text(1, one.key).bind(2, signed_of(one.request_hash));
    answer->bind(3, std::int64_t{one.status}).bind_text(4, one.body);
    VD_CHECK(answer->bind(5, number_of(one.at)).run());
  }
  return {};
}

Result<void> SqliteStore::forget_answers(Time before) {
  MutexLock guard(writer_.mutex);
  VD_TRY(Statement * forget,
         writer_.database->statement("DELETE FROM answer WHERE at < ?1", Errc::StoreWrite));
  return forget->bind(1, number_of(before)).run();
}

}  // namespace vedette::store
