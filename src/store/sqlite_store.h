// The store in one SQLite file (WAL). One connection writes; a few others read beside it, each
// behind a lock of its own. A temporary store has one connection for both.
#pragma once

#include "base/file.h"
#include "base/mutex.h"
#include "store/database.h"
#include "store/store.h"
#include "store/threat_row.h"
#include "store/working_log.h"

#include <array>
#include <string>

namespace vedette::store {

class SqliteStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> open_directory(const std::string& directory, Mode mode);
  static Result<std::unique_ptr<Store>> open_temporary_file();

  Result<void> commit(const Commit& commit) override;
  Result<std::vector<SourcePosition>> positions() override;
  Result<Ledger> ledger() override;
  Result<void> for_each_state(const std::function<void(const StateRow&)>& visit) override;
  Result<void> for_each_state(StateKind kind,
                              const std::function<void(const StateRow&)>& visit) override;
  Result<std::uint64_t> last_barrier() override;

  Result<std::optional<Threat>> threat_of(std::uint64_t entity_hash) override;
  Result<std::optional<ThreatHead>> head_of(std::uint64_t entity_hash) override;
  Result<std::optional<std::uint64_t>> hash_like(std::uint64_t entity_hash) override;
  Result<ThreatPage> page(const ThreatQuery& query, const std::optional<RankKey>& after,
                          std::size_t limit) override;
  Result<void> for_each_working(const std::function<void(const ThreatHead&)>& visit) override;
  Result<void> for_each_lower(const std::function<void(std::uint64_t)>& visit) override;
  Result<std::vector<ThreatHead>> untouched(Tier tier, Time before, std::size_t limit) override;
  Result<void> for_each_rank(Level severity_min,
                             const std::function<void(const RankKey&)>& visit) override;
  Result<ThreatCounts> counts() override;

  Result<std::vector<AuditEntry>> audit(const AuditQuery& query) override;
  Result<std::vector<Suppression>> suppressions() override;
  Result<std::vector<Token>> tokens() override;
  Result<std::optional<StoredAnswer>> answer(const std::string& key) override;
  Result<void> forget_answers(Time before) override;
  Result<std::vector<std::string>> check() override;

 private:
  struct Place {
    Mutex mutex;
    std::unique_ptr<Database> database GUARDED_BY(mutex);
  };
  /// Beside another process that writes: one moment of the database, with the log as it was then.
  class View {
   public:
    View(SqliteStore& store, Database& database) : store_(store), database_(database) {}
    ~View();
    Result<void> begin();

   private:
    SqliteStore& store_;
    Database& database_;
  };
  static constexpr std::size_t kReaders = 4;

  SqliteStore() = default;
  /// Where this thread reads.
  Place& reader();
  /// Visits the rows of a statement without parameters.
  /// Of the kinds from `first` to `last`.
  Result<void> each_state(std::size_t first, std::size_t last,
                          const std::function<void(const StateRow&)>& visit);
  Result<void> each_row(std::string_view sql,
                        const std::function<Result<void>(const Statement&)>& visit);

  template <typename T>
  Result<std::optional<T>> find(std::uint64_t entity_hash,
                                Result<T> (*read)(const StoredThreat&, std::uint64_t));

  Result<void> write_all(const Commit& commit) REQUIRES(writer_.mutex);
  Result<void> write_pipeline(Database& db, const Commit& commit);
  Result<void> write_state(Database& db, const Commit& commit);
  Result<void> write_threats(Database& db, const Commit& commit);
  Result<void> write_threat(Database& db, const ThreatHead& head, std::string_view body);
  Result<std::string> body_of(Database& db, std::uint64_t entity_hash);
  Result<void> write_labels(Database& db, const ThreatHead& head, bool listed);
  Result<void> write_people(Database& db, const Commit& commit);

  Mode mode_ = Mode::Own;
  bool temporary_ = false;
  UniqueFd lock_;
  Place writer_;
  WorkingLog working_;
  std::array<Place, kReaders> readers_;
};

/// The stored form of a line of the ledger, and back.
std::string encode(const LedgerLine& line);
bool decode(std::string_view bytes, LedgerLine& line);

}  // namespace vedette::store
