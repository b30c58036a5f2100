// ThreatRow: a threat to its row and back. The only place that knows the columns of the table.
#pragma once

#include "model/threat_head.h"
#include "store/database.h"

#include <string>
#include <string_view>

namespace vedette::store {

/// What read_head() reads, in its order.

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

/// StoreDamaged for what cannot be understood.
Result<ThreatHead> read_head(const Statement& row);
/// The columns body and workflow, as the first two.
Result<Threat> read_threat(const Statement& row, std::uint64_t entity_hash);

/// Writes whole threats. Must not outlive the database.
class ThreatRow {
 public:
  static Result<ThreatRow> prepare(Database& database);
  Result<void> write(const Threat& threat);

 private:
  Database* database_ = nullptr;
  Statement update_, insert_;
};

}  // namespace vedette::store
