#include "store/threat_row.h"

#include "base/codec.h"

#include <fmt/core.h>

namespace vedette::store {
namespace {

Error damaged(std::uint64_t entity_hash) {
  return {Errc::StoreDamaged,
          fmt::format("threat {} cannot be understood", threat_id(entity_hash))};
}

}  // namespace

std::string entry_of(const ThreatHead& head, std::string_view body) {
  std::string entry;
  Writer out(entry);
  out.bytes(encode(head));
  entry += body;
  return entry;
}

StoredThreat parts_of(std::string_view entry) {
  Reader in(entry);
  const std::string_view head = in.bytes();
  if (!in.ok()) return {};
  return {head, entry.substr(static_cast<std::size_t>(head.data() - entry.data()) + head.size())};
}

Result<ThreatHead> read_head(std::string_view head, std::uint64_t entity_hash) {
  auto read = decode_threat_head(head);
  if (!read || read->entity_hash != entity_hash) return damaged(entity_hash);
  return *std::move(read);
}

Result<Threat> read_threat(const StoredThreat& stored, std::uint64_t entity_hash) {
  VD_TRY(ThreatHead head, read_head(stored.head, entity_hash));
  auto threat = decode_threat(stored.body);
  if (!threat) return damaged(entity_hash);
  threat->workflow = std::move(head.workflow);
  return *std::move(threat);
}

// Two statements instead of one with ON CONFLICT, and OR FAIL: SQLite can then do without keeping
// the pages as they were before each statement. What fails ends the transaction anyway.
Result<void> write_row(Database& database, const ThreatHead& head, std::string_view body) {
  VD_TRY(Statement * update,
         database.statement("UPDATE OR FAIL threat SET severity = ?2, heat = ?3, status = ?4, "
                            "tier = ?5, last_seen = ?6, touched = ?7, head = ?8, body = ?9 "
                            "WHERE entity_hash = ?1",
                            Errc::StoreWrite));
  const std::string encoded = encode(head);
  const auto run = [&](Statement& put) {
    put.bind(1, signed_of(head.entity_hash)).bind(2, static_cast<std::int64_t>(head.severity));
    put.bind(3, head.heat).bind(4, static_cast<std::int64_t>(head.workflow.status));
    put.bind(5, static_cast<std::int64_t>(head.workflow.tier));
    put.bind(6, number_of(head.last_seen)).bind(7, number_of(head.workflow.touched));
    return put.bind_blob(8, encoded).bind_blob(9, body).run();
  };
  VD_CHECK(run(*update));
  if (database.changes() > 0) return {};
  VD_TRY(Statement * insert,
         database.statement("INSERT OR FAIL INTO threat(entity_hash, severity, heat, status, tier, "
                            "last_seen, touched, head, body) "
                            "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                            Errc::StoreWrite));
  return run(*insert);
}

}  // namespace vedette::store
