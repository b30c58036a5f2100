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

Result<ThreatRow> ThreatRow::prepare(Database& database) {
  ThreatRow row;
  VD_TRY(row.put_, database.prepare(
                       "INSERT INTO threat(entity_hash, entity_type, entity_value, severity, heat, "
                       "first_seen, last_seen, workflow, details, status, tier, touched, body) "
                       "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13) "
                       "ON CONFLICT(entity_hash) DO UPDATE SET severity = excluded.severity, "
                       "heat = excluded.heat, first_seen = excluded.first_seen, "
                       "last_seen = excluded.last_seen, workflow = excluded.workflow, "
                       "details = excluded.details, status = excluded.status, "
                       "tier = excluded.tier, touched = excluded.touched, body = excluded.body",
                       Errc::StoreWrite));
  return row;
}

Result<void> ThreatRow::write(const Threat& threat) {
  const std::string body = encode(threat);
  const std::string workflow = encode(threat.workflow);
  const std::string details = encode_details(head_of(threat));
  put_.bind(1, signed_of(threat.entity_hash)).bind_text(2, to_string(threat.entity_type));
  put_.bind_text(3, threat.entity_value).bind(4, static_cast<std::int64_t>(threat.severity));
  put_.bind(5, threat.heat);
  put_.bind(6, number_of(threat.first_seen)).bind(7, number_of(threat.last_seen));
  put_.bind_blob(8, workflow).bind_blob(9, details);
  put_.bind(10, static_cast<std::int64_t>(threat.workflow.status));
  put_.bind(11, static_cast<std::int64_t>(threat.workflow.tier));
  put_.bind(12, number_of(threat.workflow.touched));
  return put_.bind_blob(13, body).run();
}

}  // namespace vedette::store
