// Store: what lasts. One SQLite database (WAL); one transaction per barrier, so that positions,
// state, threats and ledger are always of the same moment. Thread-safe: one connection, one lock,
// which the visitors of for_each_…() hold: they must not call the store.
//
// Status and tier of a threat belong to the store (to who changes them there): a commit sets them
// when the threat is new and never again. Memory: a page cache of 2 MB, and one row at a time.
#pragma once

#include "base/result.h"
#include "model/commit.h"
#include "model/threat.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vedette::store {

struct ThreatFilter {
  std::optional<Level> severity_min = {};
  std::optional<Status> status = {};
};

class Store {
 public:
  enum class Mode : std::uint8_t {
    Own,     ///< the one writer; a second one is refused (StoreLocked)
    Inspect  ///< read only, beside a running writer or without one
  };
  /// `directory` is created with mode 0700 if need be (Own); the database in it is vedette.db. What
  /// a newer version or another program wrote is StoreDamaged, and left as it is.
  static Result<std::unique_ptr<Store>> open(const std::string& directory, Mode mode);
  /// Vanishes when closed; on disk once it outgrows a small cache.
  static Result<std::unique_ptr<Store>> open_temporary();
  ~Store();

  /// All or nothing, and synced to the disk. On an error nothing has changed, and the same commit
  /// may be tried again. Rows of one key count in the order in which they stand.
  Result<void> commit(const Commit& commit);

  Result<std::vector<SourcePosition>> positions();
  Result<Ledger> ledger();
  Result<void> for_each_state(const std::function<void(const StateRow&)>& visit);

  Result<std::optional<Threat>> threat_of(std::uint64_t entity_hash);
  /// Of several entities with one value (a user and a host), the worst.
  Result<std::optional<Threat>> threat(const std::string& id_or_entity_value);
  /// Visits all that pass the filter, in no order that matters; ranking is triage's. A threat that
  /// cannot be understood is left out, and StoreDamaged is returned when all others were visited.
  Result<void> for_each_threat(const ThreatFilter& filter,
                               const std::function<void(const Threat&)>& visit);
  Result<std::uint64_t> threat_count();
  Result<std::uint64_t> last_barrier();  ///< of the latest commit; 0 before the first

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::store
