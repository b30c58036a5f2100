// Store: what lasts. One SQLite database (WAL); one transaction per barrier, so that positions, state,
// threats and ledger are always of the same moment. Thread-safe: one connection, one lock.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/commit.h"
#include "model/threat.h"

namespace vedette::store {

struct ThreatFilter {
  std::optional<Level> severity_min;
  std::optional<Status> status;
};

class Store {
 public:
  enum class Mode : std::uint8_t {
    Own,     ///< the one writer; a second one is refused (StoreLocked)
    Inspect  ///< read only, beside a running writer
  };
  /// `directory` is created with mode 0700 if need be; the database in it is vedette.db.
  static Result<std::unique_ptr<Store>> open(const std::string& directory, Mode mode);
  /// Vanishes when closed; on disk once it outgrows a small cache.
  static Result<std::unique_ptr<Store>> open_temporary();
  ~Store();

  /// All or nothing. On an error nothing has changed, and the same commit may be tried again.
  Result<void> commit(const Commit& commit);

  Result<std::vector<SourcePosition>> positions();
  Result<Ledger> ledger();
  Result<void> for_each_state(const std::function<void(const StateRow&)>& visit);

  Result<std::optional<Threat>> threat_of(std::uint64_t entity_hash);
  Result<std::optional<Threat>> threat(const std::string& id_or_entity_value);
  /// Visits all that pass the filter, in no order that matters; ranking is triage's.
  Result<void> for_each_threat(const ThreatFilter& filter,
                               const std::function<void(const Threat&)>& visit);
  Result<std::uint64_t> threat_count();

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::store
