// What SqliteStore reads but for threats (sqlite_threats.cpp).
#include "base/codec.h"
#include "base/text.h"
#include "store/sqlite_store.h"

#include <limits>

namespace vedette::store {
namespace {

constexpr std::uint64_t kLedgerVersion = 1;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) words.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

Result<void> visit_rows(Statement& rows,
                        const std::function<Result<void>(const Statement&)>& visit) {
  for (;;) {
    VD_TRY(const bool row, rows.step());
    if (!row) return {};
    auto visited = visit(rows);
    if (visited) continue;
    rows.reset();
    return visited;
  }
}

}  // namespace

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

Result<void> SqliteStore::each_row(std::string_view sql,
                                   const std::function<Result<void>(const Statement&)>& visit) {
  Place& place = reader();
  MutexLock guard(place.mutex);
  VD_TRY(Statement * rows, place.database->statement(sql, Errc::StoreRead));
  return visit_rows(*rows, visit);
}

Result<std::vector<SourcePosition>> SqliteStore::positions() {
  std::vector<SourcePosition> positions;
  VD_CHECK(each_row("SELECT source, state FROM source_position ORDER BY source",
                    [&](const Statement& row) -> Result<void> {
                      positions.push_back({std::string(row.text(0)), std::string(row.blob(1))});
                      return {};
                    }));
  return positions;
}

Result<Ledger> SqliteStore::ledger() {
  Ledger ledger;
  VD_CHECK(each_row("SELECT source, line FROM ledger", [&](const Statement& row) -> Result<void> {
    if (decode(row.blob(1), ledger[std::string(row.text(0))])) return {};
    return Error{Errc::StoreDamaged, "the ledger cannot be understood"};
  }));
  return ledger;
}

Result<void> SqliteStore::each_state(std::size_t first, std::size_t last,
                                     const std::function<void(const StateRow&)>& visit) {
  Place& place = reader();
  MutexLock guard(place.mutex);
  VD_TRY(Statement * rows,
         place.database->statement(
             "SELECT kind, key, owner, value FROM lane_state WHERE kind BETWEEN ?1 AND ?2",
             Errc::StoreRead));
  rows->bind(1, signed_of(first)).bind(2, signed_of(last));
  StateRow state{};
  return visit_rows(*rows, [&](const Statement& row) -> Result<void> {
    state.kind = static_cast<StateKind>(row.integer(0));
    state.key = unsigned_of(row.integer(1));
    state.owner = unsigned_of(row.integer(2));
    state.value = row.blob(3);
    visit(state);
    return {};
  });
}

Result<void> SqliteStore::for_each_state(const std::function<void(const StateRow&)>& visit) {
  return each_state(0, kStateKinds - 1, visit);
}

Result<void> SqliteStore::for_each_state(StateKind kind,
                                         const std::function<void(const StateRow&)>& visit) {
  const auto number = static_cast<std::size_t>(kind);
  return each_state(number, number, visit);
}

Result<std::uint64_t> SqliteStore::last_barrier() {
  std::uint64_t barrier = 0;
  VD_CHECK(each_row("SELECT value FROM meta WHERE name = 'barrier'",
                    [&](const Statement& row) -> Result<void> {
                      barrier = unsigned_of(row.integer(0));
                      return {};
                    }));
  return barrier;
}

Result<std::vector<AuditEntry>> SqliteStore::audit(const AuditQuery& query) {
  Place& place = reader();
  MutexLock guard(place.mutex);
  constexpr std::string_view kAll =
      "SELECT id, at, who, action, entity_hash, reason, before, after FROM audit WHERE id < ?1 "
      "ORDER BY id DESC LIMIT ?2";
  constexpr std::string_view kOfOne =
      "SELECT id, at, who, action, entity_hash, reason, before, after FROM audit WHERE id < ?1 "
      "AND entity_hash = ?3 AND entity_hash <> 0 ORDER BY id DESC LIMIT ?2";
  const bool of_one = query.entity_hash != 0;
  VD_TRY(Statement * rows, place.database->statement(of_one ? kOfOne : kAll, Errc::StoreRead));
  const std::int64_t before =
      query.before_id == 0 ? std::numeric_limits<std::int64_t>::max() : signed_of(query.before_id);
  rows->bind(1, before).bind(2, signed_of(query.limit));
  if (of_one) rows->bind(3, signed_of(query.entity_hash));
  std::vector<AuditEntry> entries;
  for (;;) {
    VD_TRY(const bool row, rows->step());
    if (!row) return entries;
    AuditEntry& entry = entries.emplace_back();
    entry.id = unsigned_of(rows->integer(0));
    entry.at = time_of(rows->integer(1));
    entry.who = rows->text(2);
    entry.action = rows->text(3);
    entry.entity_hash = unsigned_of(rows->integer(4));
    entry.reason = rows->text(5);
    entry.before = rows->text(6);
    entry.after = rows->text(7);
  }
}

Result<std::vector<Suppression>> SqliteStore::suppressions() {
  std::vector<Suppression> all;
  VD_CHECK(
      each_row("SELECT id, rule, entity_type, entity_value, entity_hash, techniques, created, "
               "expires, by, reason FROM suppression ORDER BY created",
               [&](const Statement& row) -> Result<void> {
                 Suppression& one = all.emplace_back();
                 one.id = row.text(0);
                 one.rule = row.text(1);
                 one.entity_type = parse_entity_type(row.text(2));
                 one.entity_value = row.text(3);
                 one.entity_hash = unsigned_of(row.integer(4));
                 one.techniques = words_of(row.text(5));
                 one.created = time_of(row.integer(6));
                 one.expires = time_of(row.integer(7));
                 one.by = row.text(8);
                 one.reason = row.text(9);
                 return {};
               }));
  return all;
}

Result<std::vector<Token>> SqliteStore::tokens() {
  std::vector<Token> all;
  VD_CHECK(
      each_row("SELECT id, name, role, secret_hash, created, expires, by FROM token "
               "ORDER BY created",
               [&](const Statement& row) -> Result<void> {
                 const std::uint64_t role = unsigned_of(row.integer(2));
                 if (role >= kRoles) return {};  // of a version that knows more: nobody's here
                 Token& one = all.emplace_back();
                 one.id = row.text(0);
                 one.name = row.text(1);
                 one.role = static_cast<Role>(role);
                 one.secret_hash = row.blob(3);
                 one.created = time_of(row.integer(4));
                 one.expires = time_of(row.integer(5));
                 one.by = row.text(6);
                 return {};
               }));
  return all;
}

Result<std::optional<StoredAnswer>> SqliteStore::answer(const std::string& key) {
  Place& place = reader();
  MutexLock guard(place.mutex);
  VD_TRY(Statement * rows, place.database->statement("SELECT request_hash, status, body, at "
                                                     "FROM answer WHERE key = ?1",
                                                     Errc::StoreRead));
  rows->bind_text(1, key);
  VD_TRY(const bool row, rows->step());
  if (!row) return std::optional<StoredAnswer>{};
  StoredAnswer found{.key = key,
                     .request_hash = unsigned_of(rows->integer(0)),
                     .status = static_cast<std::uint16_t>(rows->integer(1)),
                     .body = std::string(rows->text(2)),
                     .at = time_of(rows->integer(3))};
  rows->reset();
  return std::optional<StoredAnswer>(std::move(found));
}

Result<std::vector<std::string>> SqliteStore::check() {
  Place& place = reader();
  MutexLock guard(place.mutex);
  return place.database->check();
}

}  // namespace vedette::store
