#include "store/threat_row.h"

#include <fmt/core.h>

#include <cmath>

namespace vedette::store {
namespace {

Error damaged(std::uint64_t entity_hash) {
  return {Errc::StoreDamaged,
          fmt::format("threat {} cannot be understood", threat_id(entity_hash))};
}

}  // namespace

Result<ThreatHead> read_head(const Statement& row) {
  ThreatHead head;
  head.entity_hash = unsigned_of(row.integer(0));
  const auto type = parse_entity_type(row.text(1));
  const std::uint64_t severity = unsigned_of(row.integer(3));
  auto workflow = decode_workflow(row.blob(7));
  if (!type || severity >= kLevels || !workflow || !decode_details(row.blob(8), head)) {
    return damaged(head.entity_hash);
  }
  head.entity_type = *type;
  head.entity_value = row.text(2);
  head.severity = static_cast<Level>(severity);
  head.heat = row.real(4);
  head.first_seen = time_of(row.integer(5));
  head.last_seen = time_of(row.integer(6));
  head.workflow = std::move(*workflow);
  return head;
}

Result<Threat> read_threat(const Statement& row, std::uint64_t entity_hash) {
  auto threat = decode_threat(row.blob(0));
  auto workflow = decode_workflow(row.blob(1));
  if (!threat || !workflow) return damaged(entity_hash);
  threat->workflow = std::move(*workflow);
  return std::move(*threat);
}

// Two statements instead of one with ON CONFLICT, and OR FAIL: SQLite can then do without keeping
// the pages as they were before each statement. What fails ends the transaction anyway.
Result<ThreatRow> ThreatRow::prepare(Database& database) {
  ThreatRow row;
  row.database_ = &database;
  VD_TRY(row.update_,
         database.prepare("UPDATE OR FAIL threat SET severity = ?4, heat = ?5, first_seen = ?6, "
                          "last_seen = ?7, workflow = ?8, details = ?9, status = ?10, tier = ?11, "
                          "touched = ?12, body = ?13 WHERE entity_hash = ?1",
                          Errc::StoreWrite));
  VD_TRY(row.insert_,
         database.prepare("INSERT OR FAIL INTO threat(entity_hash, entity_type, entity_value, "
                          "severity, heat, first_seen, last_seen, workflow, details, status, tier, "
                          "touched, body) "
                          "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)",
                          Errc::StoreWrite));
  return row;
}

Result<void> ThreatRow::write(const Threat& threat) {
  const std::string body = encode(threat);
  const std::string workflow = encode(threat.workflow);
  const std::string details = encode_details(head_of(threat));
  const auto bind = [&](Statement& put) {
    put.bind(1, signed_of(threat.entity_hash)).bind(4, static_cast<std::int64_t>(threat.severity));
    put.bind(5, threat.heat);
    put.bind(6, number_of(threat.first_seen)).bind(7, number_of(threat.last_seen));
    put.bind_blob(8, workflow).bind_blob(9, details);
    put.bind(10, static_cast<std::int64_t>(threat.workflow.status));
    put.bind(11, static_cast<std::int64_t>(threat.workflow.tier));
    put.bind(12, number_of(threat.workflow.touched)).bind_blob(13, body);
  };
  bind(update_);
  VD_CHECK(update_.run());
  if (database_->changes() > 0) return {};
  bind(insert_);
  insert_.bind_text(2, to_string(threat.entity_type)).bind_text(3, threat.entity_value);
  return insert_.run();
}

}  // namespace vedette::store
