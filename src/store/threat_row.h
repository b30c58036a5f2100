// The stored forms of a threat: its head and its body, together as an entry of the working log,
// apart as a row of the lower tiers.
#pragma once

#include "model/threat_head.h"
#include "store/database.h"

#include <string>
#include <string_view>

namespace vedette::store {

inline std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
inline std::uint64_t unsigned_of(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}
inline std::int64_t number_of(Time time) {
  return time.time_since_epoch().count();
}
inline Time time_of(std::int64_t number) {
  return Time{Duration{number}};
}

/// Views of an entry or of a row.
struct StoredThreat {
  std::string_view head, body;
};
std::string entry_of(const ThreatHead& head, std::string_view body);
StoredThreat parts_of(std::string_view entry);

/// StoreDamaged for what cannot be understood.
Result<ThreatHead> read_head(std::string_view head, std::uint64_t entity_hash);
/// Whole, with the workflow of the head.
Result<Threat> read_threat(const StoredThreat& stored, std::uint64_t entity_hash);

/// Puts a threat of a lower tier into its row.
Result<void> write_row(Database& database, const ThreatHead& head, std::string_view body);

}  // namespace vedette::store
