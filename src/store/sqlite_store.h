// The store in one SQLite file (WAL). One connection writes; a few others read beside it, each
// behind a lock of its own. A temporary store has one connection for both.
#pragma once

#include "base/file.h"
#include "base/mutex.h"
#include "store/database.h"
#include "store/store.h"
#include "store/threat_row.h"

#include <array>
#include <string>
#include <unordered_map>

namespace vedette::store {

/// A connection and the statements that were prepared on it so far.
class Connection {
 public:
  explicit Connection(std::unique_ptr<Database> database) : database_(std::move(database)) {}

  Database& database() { return *database_; }
  /// A statement that is ready to be bound; `sql` is one of our constants. What an earlier use left
  /// open is given up.
  Result<Statement*> statement(std::string_view sql, Errc usual);

 private:
  std::unique_ptr<Database> database_;  // before its statements, so that it outlives them
  std::unordered_map<std::string_view, Statement> statements_;
};

class SqliteStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> open_directory(const std::string& directory, Mode mode);
  static Result<std::unique_ptr<Store>> open_temporary_file();

  Result<void> commit(const Commit& commit) override;
  Result<std::vector<SourcePosition>> positions() override;
  Result<Ledger> ledger() override;
  Result<void> for_each_state(const std::function<void(const StateRow&)>& visit) override;
  Result<std::uint64_t> last_barrier() override;

  Result<std::optional<Threat>> threat_of(std::uint64_t entity_hash) override;
  Result<std::optional<ThreatHead>> head_of(std::uint64_t entity_hash) override;
  Result<std::optional<std::uint64_t>> hash_between(std::uint64_t lowest,
                                                    std::uint64_t highest) override;
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
    std::unique_ptr<Connection> connection GUARDED_BY(mutex);
  };
  static constexpr std::size_t kReaders = 4;

  SqliteStore() = default;
  /// Where this thread reads.
  Place& reader();
  /// Visits the rows of a statement without parameters.
  Result<void> each_row(std::string_view sql,
                        const std::function<Result<void>(const Statement&)>& visit);

  Result<void> write_all(const Commit& commit) REQUIRES(writer_.mutex);
  Result<void> write_pipeline(Connection& db, const Commit& commit);
  Result<void> write_state(Connection& db, const Commit& commit);
  Result<void> write_threats(Connection& db, const Commit& commit);
  Result<void> write_labels(Connection& db, const ThreatHead& head, bool listed);
  Result<void> write_people(Connection& db, const Commit& commit);

  Mode mode_ = Mode::Own;
  bool temporary_ = false;
  UniqueFd lock_;
  Place writer_;
  std::unique_ptr<ThreatRow> threat_row_ GUARDED_BY(writer_.mutex);
  std::array<Place, kReaders> readers_;
};

/// The stored form of a line of the ledger, and back.
std::string encode(const LedgerLine& line);
bool decode(std::string_view bytes, LedgerLine& line);

}  // namespace vedette::store
