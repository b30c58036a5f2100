#include "store/store.h"

#include "base/codec.h"
#include "base/file.h"
#include "base/mutex.h"
#include "base/text.h"
#include "store/database.h"
#include "store/schema.h"

#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace vedette::store {
namespace {

constexpr std::uint64_t kLedgerVersion = 1;

std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t unsigned_of(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}
std::int64_t number_of(Time time) {
  return time.time_since_epoch().count();
}

std::string encode(const LedgerLine& line) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kLedgerVersion);
  for (const std::uint64_t n :
       {line.bytes, line.received, line.processed, line.undecoded, line.truncated, line.repeats}) {
    out.u64(n);
  }
  for (const std::uint64_t n : line.discarded) out.u64(n);
  return bytes;
}

bool decode(std::string_view bytes, LedgerLine& line) {
  Reader in(bytes);
  if (in.u64() != kLedgerVersion) return false;
  for (std::uint64_t* n : {&line.bytes, &line.received, &line.processed, &line.undecoded,
                           &line.truncated, &line.repeats}) {
    *n = in.u64();
  }
  // A reason that was added since is simply not there yet.
  for (std::size_t i = 0; i < kDiscards && in.ok() && !in.done(); ++i) line.discarded[i] = in.u64();
  return in.done();
}

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

}  // namespace

struct Store::Impl {
  Mode mode = Mode::Own;
  Mutex mutex;
  UniqueFd lock;                       // first in, last out
  std::unique_ptr<Database> database;  // before its statements, so that it outlives them
  Statement put_meta, put_position, put_state, drop_state, put_threat, put_ledger;
  Statement all_positions, all_ledger, all_state, barrier;
  Statement threat_by_hash, threat_by_id, threat_by_entity, all_threats, some_threats,
      count_threats;

  Result<void> prepare_writes();
  Result<void> prepare_reads();

  Result<void> write_all(const Commit& commit) REQUIRES(mutex);
  Result<void> write_state(const Commit& commit) REQUIRES(mutex);
  Result<void> write_threat(const Threat& threat) REQUIRES(mutex);
  Result<Threat> read_threat(const Statement& row) REQUIRES(mutex);
  Result<std::optional<Threat>> read_one(Statement& bound) REQUIRES(mutex);
  Error damaged(std::string what) const {
    return {Errc::StoreDamaged, fmt::format("{}: {}", database->path(), what)};
  }
};

Result<void> Store::Impl::prepare_writes() {
  const auto make = [&](Statement& statement, std::string_view sql) -> Result<void> {
    VD_TRY(statement, database->prepare(sql, Errc::StoreWrite));
    return {};
  };
  VD_CHECK(make(put_meta,
                "INSERT INTO meta(name, value) VALUES(?1, ?2) "
                "ON CONFLICT(name) DO UPDATE SET value = excluded.value"));
  VD_CHECK(make(put_position,
                "INSERT INTO source_position(source, state) VALUES(?1, ?2) "
                "ON CONFLICT(source) DO UPDATE SET state = excluded.state"));
  VD_CHECK(
      make(put_state,
           "INSERT INTO lane_state(kind, key, owner, value) VALUES(?1, ?2, ?3, ?4) "
           "ON CONFLICT(kind, key) DO UPDATE SET owner = excluded.owner, value = excluded.value"));
  VD_CHECK(make(drop_state, "DELETE FROM lane_state WHERE kind = ?1 AND key = ?2"));
  VD_CHECK(make(
      put_threat,
      "INSERT INTO threat(entity_hash, id, entity_type, entity_value, severity, score, status, "
      "tier, first_seen, last_seen, body) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) "
      "ON CONFLICT(entity_hash) DO UPDATE SET severity = excluded.severity, "
      "score = excluded.score, first_seen = excluded.first_seen, "
      "last_seen = excluded.last_seen, body = excluded.body"));
  return make(put_ledger,
              "INSERT INTO ledger(source, line) VALUES(?1, ?2) "
              "ON CONFLICT(source) DO UPDATE SET line = excluded.line");
}

Result<void> Store::Impl::prepare_reads() {
  const auto make = [&](Statement& statement, std::string_view sql) -> Result<void> {
    VD_TRY(statement, database->prepare(sql, Errc::StoreRead));
    return {};
  };
  VD_CHECK(make(all_positions, "SELECT source, state FROM source_position ORDER BY source"));
  VD_CHECK(make(all_ledger, "SELECT source, line FROM ledger"));
  VD_CHECK(make(all_state, "SELECT kind, key, owner, value FROM lane_state"));
  VD_CHECK(make(barrier, "SELECT value FROM meta WHERE name = 'barrier'"));
  VD_CHECK(
      make(threat_by_hash, "SELECT body, status, tier, id FROM threat WHERE entity_hash = ?1"));
  VD_CHECK(make(threat_by_id, "SELECT body, status, tier, id FROM threat WHERE id = ?1 LIMIT 1"));
  VD_CHECK(make(threat_by_entity,
                "SELECT body, status, tier, id FROM threat WHERE entity_value = ?1 "
                "ORDER BY severity DESC, score DESC LIMIT 1"));
  // Without a filter in the order of the table: the index would lead all over the file.
  VD_CHECK(make(all_threats, "SELECT body, status, tier, id FROM threat"));
  VD_CHECK(make(some_threats,
                "SELECT body, status, tier, id FROM threat "
                "WHERE severity >= ?1 AND (?2 < 0 OR status = ?2)"));
  return make(count_threats, "SELECT count(*) FROM threat");
}

Result<void> Store::Impl::write_state(const Commit& commit) {
  // In the order of the table each page is fetched and logged once; in the order in which hashes
  // come the small cache would be thrashed. Stable: of one key the last row counts.
  std::vector<const StateRow*> rows;
  rows.reserve(commit.state.size());
  for (const StateRow& row : commit.state) rows.push_back(&row);
  std::stable_sort(rows.begin(), rows.end(), [](const StateRow* a, const StateRow* b) {
    return a->kind != b->kind ? a->kind < b->kind : signed_of(a->key) < signed_of(b->key);
  });
  for (const StateRow* row : rows) {
    const auto kind = static_cast<std::int64_t>(row->kind);
    if (row->value.empty()) {
      VD_CHECK(drop_state.bind(1, kind).bind(2, signed_of(row->key)).run());
      continue;
    }
    put_state.bind(1, kind).bind(2, signed_of(row->key)).bind(3, signed_of(row->owner));
    VD_CHECK(put_state.bind_blob(4, row->value).run());
  }
  return {};
}

Result<void> Store::Impl::write_threat(const Threat& threat) {
  const std::string body = vedette::encode(threat);
  put_threat.bind(1, signed_of(threat.entity_hash)).bind_text(2, threat.id);
  put_threat.bind_text(3, to_string(threat.entity_type)).bind_text(4, threat.entity_value);
  put_threat.bind(5, static_cast<std::int64_t>(threat.severity)).bind(6, threat.score);
  put_threat.bind(7, static_cast<std::int64_t>(threat.status));
  put_threat.bind(8, static_cast<std::int64_t>(threat.tier));
  put_threat.bind(9, number_of(threat.first_seen)).bind(10, number_of(threat.last_seen));
  return put_threat.bind_blob(11, body).run();
}

Result<void> Store::Impl::write_all(const Commit& commit) {
  VD_CHECK(database->execute("BEGIN IMMEDIATE", Errc::StoreWrite));
  VD_CHECK(put_meta.bind_text(1, "barrier").bind(2, signed_of(commit.barrier)).run());
  for (const SourcePosition& position : commit.positions) {
    VD_CHECK(put_position.bind_text(1, position.source).bind_blob(2, position.state).run());
  }
  VD_CHECK(write_state(commit));
  std::vector<const Threat*> threats;
  threats.reserve(commit.threats.size());
  for (const Threat& threat : commit.threats) threats.push_back(&threat);
  std::stable_sort(threats.begin(), threats.end(), [](const Threat* a, const Threat* b) {
    return signed_of(a->entity_hash) < signed_of(b->entity_hash);
  });
  for (const Threat* threat : threats) VD_CHECK(write_threat(*threat));
  for (const auto& [source, line] : commit.ledger) {
    const std::string bytes = encode(line);
    VD_CHECK(put_ledger.bind_text(1, source).bind_blob(2, bytes).run());
  }
  return database->execute("COMMIT", Errc::StoreWrite);
}

Result<Threat> Store::Impl::read_threat(const Statement& row) {
  auto threat = decode_threat(row.blob(0));
  const std::uint64_t status = unsigned_of(row.integer(1));
  const std::uint64_t tier = unsigned_of(row.integer(2));
  if (!threat || status >= kStatuses || tier >= kTiers) {
    return damaged(fmt::format("threat {} cannot be understood",
                               escape_for_terminal(clip_utf8(row.text(3), 64))));
  }
  threat->status = static_cast<Status>(status);
  threat->tier = static_cast<Tier>(tier);
  return std::move(*threat);
}

Result<std::optional<Threat>> Store::Impl::read_one(Statement& bound) {
  VD_TRY(const bool row, bound.step());
  if (!row) return std::optional<Threat>{};
  auto threat = read_threat(bound);
  bound.reset();
  if (!threat) return std::move(threat).error();
  return std::optional<Threat>(std::move(*threat));
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const std::string& directory, Mode mode) {
  auto impl = std::make_unique<Impl>();
  const std::string path = directory + "/vedette.db";
  if (mode == Mode::Inspect) {
    impl->mode = mode;
    VD_TRY(impl->database, Database::open(path, Database::Access::ReadOnly));
    VD_CHECK(check_schema(*impl->database));
    VD_CHECK(impl->database->execute("PRAGMA cache_size=-2048", Errc::StoreOpen));
    VD_CHECK(impl->prepare_reads());
    return std::unique_ptr<Store>(new Store(std::move(impl)));
  }
  VD_CHECK(make_directory(directory));
  VD_TRY(impl->lock, take_lock(directory + "/vedette.lock"));
  VD_TRY(impl->database, Database::open(path, Database::Access::Create));
  // Looked at before anything is changed: it may be another program's.
  VD_CHECK(prepare_schema(*impl->database));
  VD_CHECK(
      impl->database->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                              "PRAGMA cache_size=-2048; PRAGMA journal_size_limit=16777216",
                              Errc::StoreOpen));
  VD_CHECK(impl->prepare_writes());
  VD_CHECK(impl->prepare_reads());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<std::unique_ptr<Store>> Store::open_temporary() {
  auto impl = std::make_unique<Impl>();
  VD_TRY(impl->database, Database::open_temporary());
  VD_CHECK(
      impl->database->execute("PRAGMA synchronous=OFF; PRAGMA cache_size=-2048", Errc::StoreOpen));
  VD_CHECK(prepare_schema(*impl->database));
  VD_CHECK(impl->prepare_writes());
  VD_CHECK(impl->prepare_reads());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

Result<void> Store::commit(const Commit& commit) {
  MutexLock guard(impl_->mutex);
  if (impl_->mode == Mode::Inspect) {
    return Error{Errc::StoreWrite, impl_->database->path() + ": opened for reading only"};
  }
  auto written = impl_->write_all(commit);
  if (!written) impl_->database->roll_back();
  return written;
}

Result<std::vector<SourcePosition>> Store::positions() {
  MutexLock guard(impl_->mutex);
  Statement& rows = impl_->all_positions;
  std::vector<SourcePosition> positions;
  for (;;) {
    VD_TRY(const bool row, rows.step());
    if (!row) return positions;
    positions.push_back({std::string(rows.text(0)), std::string(rows.blob(1))});
  }
}

Result<Ledger> Store::ledger() {
  MutexLock guard(impl_->mutex);
  Statement& rows = impl_->all_ledger;
  Ledger ledger;
  for (;;) {
    VD_TRY(const bool row, rows.step());
    if (!row) return ledger;
    if (decode(rows.blob(1), ledger[std::string(rows.text(0))])) continue;
    rows.reset();
    return impl_->damaged("the ledger cannot be understood");
  }
}

Result<void> Store::for_each_state(const std::function<void(const StateRow&)>& visit) {
  MutexLock guard(impl_->mutex);
  Statement& rows = impl_->all_state;
  StateRow state{};
  for (;;) {
    VD_TRY(const bool row, rows.step());
    if (!row) return {};
    // A kind of a later version would have come with a later schema: the reader of the value
    // judges.
    state.kind = rows.integer(0) == 0 ? StateKind::Entity : StateKind::Group;
    state.key = unsigned_of(rows.integer(1));
    state.owner = unsigned_of(rows.integer(2));
    state.value = rows.blob(3);
    visit(state);
  }
}

Result<std::optional<Threat>> Store::threat_of(std::uint64_t entity_hash) {
  MutexLock guard(impl_->mutex);
  return impl_->read_one(impl_->threat_by_hash.bind(1, signed_of(entity_hash)));
}

Result<std::optional<Threat>> Store::threat(const std::string& id_or_entity_value) {
  MutexLock guard(impl_->mutex);
  auto found = impl_->read_one(impl_->threat_by_id.bind_text(1, id_or_entity_value));
  if (!found || *found) return found;
  return impl_->read_one(impl_->threat_by_entity.bind_text(1, id_or_entity_value));
}

Result<void> Store::for_each_threat(const ThreatFilter& filter,
                                    const std::function<void(const Threat&)>& visit) {
  MutexLock guard(impl_->mutex);
  Statement& rows = filter.severity_min || filter.status ? impl_->some_threats : impl_->all_threats;
  if (&rows == &impl_->some_threats) {
    rows.bind(1, static_cast<std::int64_t>(filter.severity_min.value_or(Level::Informational)));
    rows.bind(2, filter.status ? static_cast<std::int64_t>(*filter.status) : std::int64_t{-1});
  }
  std::optional<Error> first_damage;
  for (;;) {
    VD_TRY(const bool row, rows.step());
    if (!row) break;
    const auto threat = impl_->read_threat(rows);
    if (threat) {
      visit(*threat);
    } else if (!first_damage) {
      first_damage = threat.error();
    }
  }
  if (first_damage) return std::move(*first_damage);
  return {};
}

Result<std::uint64_t> Store::threat_count() {
  MutexLock guard(impl_->mutex);
  VD_TRY(const bool row, impl_->count_threats.step());
  const std::uint64_t count = row ? unsigned_of(impl_->count_threats.integer(0)) : 0;
  impl_->count_threats.reset();
  return count;
}

Result<std::uint64_t> Store::last_barrier() {
  MutexLock guard(impl_->mutex);
  VD_TRY(const bool row, impl_->barrier.step());
  const std::uint64_t barrier = row ? unsigned_of(impl_->barrier.integer(0)) : 0;
  impl_->barrier.reset();
  return barrier;
}

}  // namespace vedette::store
