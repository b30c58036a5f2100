// Store: what lasts. One transaction per barrier, so that positions, state, threats and ledger are
// always of the same moment; and what people change, in transactions of their own.
//
// Who writes has thought: the store keeps what it is given. The working tier is in memory as well
// (engine/threat_queue.h) and has no indexes here; threats of the lower tiers can be asked for in
// every order. Thread-safe: one writer at a time, readers beside it; a visitor of for_each_…() must
// not call the store. Memory: page caches of 2 MB, that of the writer of 32 MB, one row at a time,
// and 32 to 64 bytes for each threat of the working tier.
#pragma once

#include "base/result.h"
#include "model/commit.h"
#include "model/threat_query.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vedette::store {

/// Some threats in the order of a query. See ThreatIndex::Page, which is the same for memory.
struct ThreatPage {
  std::vector<ThreatHead> heads;
  std::optional<RankKey> next;  ///< how far it came; nothing: there is no more
};

class Store {
 public:
  enum class Mode : std::uint8_t {
    Own,     ///< the one writer; a second one is refused (StoreLocked)
    Inspect  ///< read only, beside a running writer or without one
  };
  /// SQLite. `directory` is created with mode 0700 if need be (Own); the database in it is
  /// vedette.db. One of an older version is brought forward (Own). What a newer version or another
  /// program wrote is StoreDamaged, and left as it is.
  static Result<std::unique_ptr<Store>> open(const std::string& directory, Mode mode);
  /// Vanishes when closed; on disk once it outgrows a small cache.
  static Result<std::unique_ptr<Store>> open_temporary();
  virtual ~Store() = default;

  /// All or nothing, and synced to the disk. On an error nothing has changed, and the same commit
  /// may be tried again. Rows of one key count in the order in which they stand.
  virtual Result<void> commit(const Commit& commit) = 0;

  // Of the pipeline.
  virtual Result<std::vector<SourcePosition>> positions() = 0;
  virtual Result<Ledger> ledger() = 0;
  virtual Result<void> for_each_state(const std::function<void(const StateRow&)>& visit) = 0;
  /// Only those of one kind; reads no others.
  virtual Result<void> for_each_state(StateKind kind,
                                      const std::function<void(const StateRow&)>& visit) = 0;
  virtual Result<std::uint64_t> last_barrier() = 0;  ///< of the latest commit; 0 before the first

  // Threats. One that cannot be understood is StoreDamaged where it is asked for, and left out of
  // lists.
  virtual Result<std::optional<Threat>> threat_of(std::uint64_t entity_hash) = 0;
  virtual Result<std::optional<ThreatHead>> head_of(std::uint64_t entity_hash) = 0;
  /// A threat whose hash has the same first 48 bits: what an id stands for.
  virtual Result<std::optional<std::uint64_t>> hash_like(std::uint64_t entity_hash) = 0;
  /// Of the lower tiers, at most `limit` of those behind `after`.
  virtual Result<ThreatPage> page(const ThreatQuery& query, const std::optional<RankKey>& after,
                                  std::size_t limit) = 0;
  /// All of the working tier, in no order; while nobody commits.
  virtual Result<void> for_each_working(const std::function<void(const ThreatHead&)>& visit) = 0;
  /// The hashes of all of the lower tiers.
  virtual Result<void> for_each_lower(const std::function<void(std::uint64_t)>& visit) = 0;
  /// Of this lower tier, those not touched since `before`, longest ago first.
  virtual Result<std::vector<ThreatHead>> untouched(Tier tier, Time before, std::size_t limit) = 0;
  /// Where every threat of at least this severity stands, in no order; while nobody commits.
  virtual Result<void> for_each_rank(Level severity_min,
                                     const std::function<void(const RankKey&)>& visit) = 0;
  virtual Result<ThreatCounts> counts() = 0;

  // Of people.
  virtual Result<std::vector<AuditEntry>> audit(const AuditQuery& query) = 0;
  virtual Result<std::vector<Suppression>> suppressions() = 0;
  virtual Result<std::vector<Token>> tokens() = 0;
  virtual Result<std::optional<StoredAnswer>> answer(const std::string& key) = 0;
  /// Forgets the answers older than that.
  virtual Result<void> forget_answers(Time before) = 0;

  /// Looks through the whole database; what is wrong, a line each.
  virtual Result<std::vector<std::string>> check() = 0;
};

}  // namespace vedette::store
