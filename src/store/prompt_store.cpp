#include "store/prompt_store.h"

#include "base/file.h"
#include "base/log.h"
#include "store/threat_row.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <pthread.h>

namespace vedette::store {
namespace {

/// Between two looks at what is too old; scores are written as often.
constexpr double kDueSeconds = 5;
/// As many rows written bring such a look, too; as many go in one step.
constexpr std::size_t kTidyRows = 1000;

/// For its owner alone, before SQLite makes it for more; what lies beside it gets the same mode.
Result<void> make_file(const std::string& path) {
  const UniqueFd made(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (made) return {};
  return Error{Errc::StoreOpen, fmt::format("{}: {}", path, errno_text(errno))};
}

std::size_t bytes_of(const LoggedVerdict& verdict) {
  return sizeof verdict + verdict.client.size() + verdict.text.size() + verdict.body.size();
}

}  // namespace

Result<std::unique_ptr<PromptStore>> PromptStore::open(const std::string& directory,
                                                       const Options& options, const Clock& clock) {
  const std::string path = prompt_database_in(directory);
  VD_CHECK(make_file(path));
  VD_TRY(auto database, Database::open(path, Database::Access::Create));
  VD_CHECK(prepare_prompt_tables(*database));
  // A verdict that a crash of the machine takes is no loss worth a sync for each; what retention
  // removes is overwritten.
  VD_CHECK(
      database->execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
                        "PRAGMA secure_delete=ON; PRAGMA cache_size=-8192;"
                        "PRAGMA wal_autocheckpoint=4096;"
                        "PRAGMA journal_size_limit=16777216",
                        Errc::StoreOpen));
  std::unique_ptr<PromptStore> store(new PromptStore(std::move(database), options, clock));
  VD_CHECK(store->recount());
  for (Place* place : {&store->pages_, &store->finds_}) {
    VD_TRY(auto reader, PromptReader::open(directory));
    MutexLock guard(place->mutex);
    place->reader = std::move(reader);
  }
  store->thread_ = std::thread([its = store.get()] { its->run(); });
  return store;
}

PromptStore::~PromptStore() {
  {
    MutexLock guard(mutex_);
    closed_ = true;
    filled_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

bool PromptStore::take_room(std::size_t bytes) {
  const bool fits = !closed_ && waiting_.size() < options_.waiting_max &&
                    waiting_.bytes + bytes <= options_.waiting_bytes_max;
  if (fits) {
    waiting_.bytes += bytes;
    filled_.notify_one();
  } else {
    dropped_.fetch_add(1, std::memory_order_relaxed);  // a number nobody waits for
  }
  return fits;
}

bool PromptStore::log(LoggedVerdict verdict) {
  MutexLock guard(mutex_);
  if (!take_room(bytes_of(verdict))) return false;
  waiting_.verdicts.push_back(std::move(verdict));
  return true;
}

bool PromptStore::put(std::string_view key, std::string_view body, Time now) {
  if (key.size() > kKeyBytesMax || body.size() > kResultBytesMax) return false;
  KeptResult result{std::string(key), std::string(body), now};
  MutexLock guard(mutex_);
  if (!take_room(sizeof result + key.size() + body.size())) return false;
  waiting_.results.push_back(std::move(result));
  return true;
}

void PromptStore::count(std::size_t direction, std::size_t bin) {
  VD_ASSERT(direction < kDirections && bin < kBins);
  // A number that the writer takes later: relaxed.
  bins_[direction * kBins + bin].fetch_add(1, std::memory_order_relaxed);
}

Result<std::optional<std::string>> PromptStore::find(std::string_view key, Time now) {
  MutexLock guard(finds_.mutex);
  return finds_.reader->result(key, now - options_.results_for);
}
Result<VerdictPage> PromptStore::page(const VerdictQuery& query,
                                      const std::optional<VerdictKey>& after, std::size_t limit) {
  MutexLock guard(pages_.mutex);
  return pages_.reader->page(query, after, limit);
}
Result<std::optional<LoggedVerdict>> PromptStore::verdict(std::uint64_t id) {
  MutexLock guard(pages_.mutex);
  return pages_.reader->verdict(id);
}

PromptStore::Counts PromptStore::counts() const {
  return {.logged = logged_,
          .dropped = dropped_,
          .failed = failed_,
          .verdicts = verdicts_,
          .results = results_};
}

void PromptStore::flush() {
  MutexLock guard(mutex_);
  const std::uint64_t mine = ++asked_;
  filled_.notify_one();
  while (answered_ < mine) settled_.wait(mutex_);
}

PromptStore::Turn PromptStore::take(double due) {
  MutexLock guard(mutex_);
  while (waiting_.size() == 0 && asked_ == answered_ && !closed_) {
    const double left = due - monotonic_seconds();
    if (left <= 0) break;
    filled_.wait_for(mutex_, std::chrono::duration<double>(left));
  }
  const bool is_due = closed_ || asked_ > answered_ || monotonic_seconds() >= due;
  return {std::exchange(waiting_, {}), asked_, is_due, closed_};
}

void PromptStore::settle(const Turn& turn) {
  MutexLock guard(mutex_);
  answered_ = turn.asked;
  settled_.notify_all();
}

bool PromptStore::is_waiting() const {
  MutexLock guard(mutex_);
  return closed_ || waiting_.size() > 0;
}

void PromptStore::run() {
  pthread_setname_np(pthread_self(), "vd-prompts");
  double due = monotonic_seconds() + kDueSeconds;
  for (;;) {
    const Turn turn = take(due);
    write(turn);
    since_tidy_ += turn.batch.size();
    if (turn.is_due || since_tidy_ >= kTidyRows) tidy();
    if (turn.is_due) due = monotonic_seconds() + kDueSeconds;
    settle(turn);
    if (turn.is_last) return;
  }
}

void PromptStore::write(const Turn& turn) {
  const auto counts = turn.is_due ? take_counts() : std::vector<BinCount>();
  if (turn.batch.size() == 0 && counts.empty()) return;
  const auto written = write_all(turn.batch, counts);
  tell(written);
  if (written) {
    logged_ += turn.batch.verdicts.size();
    return;
  }
  database_->roll_back();
  failed_ += turn.batch.size();
  for (const BinCount& one : counts) bins_[one.place] += one.texts;
  static_cast<void>(recount());
}

Result<void> PromptStore::write_all(const Batch& batch, const std::vector<BinCount>& counts) {
  VD_CHECK(database_->execute("BEGIN IMMEDIATE", Errc::StoreWrite));
  VD_CHECK(write_verdicts(batch));
  VD_CHECK(write_results(batch));
  VD_CHECK(write_counts(counts));
  return database_->execute("COMMIT", Errc::StoreWrite);
}

Result<void> PromptStore::write_verdicts(const Batch& batch) {
  VD_TRY(Statement * put,
         database_->statement("INSERT INTO verdict(time, client, direction, decision, score, "
                              "alarmed, text_hash, policy, model, form, body, text) "
                              "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
                              Errc::StoreWrite));
  for (const LoggedVerdict& one : batch.verdicts) {
    put->bind(1, number_of(one.time)).bind_text(2, one.client);
    put->bind(3, std::int64_t{one.direction}).bind(4, std::int64_t{one.decision});
    put->bind(5, one.score).bind(6, std::int64_t{one.alarmed});
    put->bind_blob(7, as_bytes(one.text_hash)).bind(8, signed_of(one.policy));
    put->bind(9, signed_of(one.model)).bind(10, static_cast<std::int64_t>(one.form));
    VD_CHECK(put->bind_blob(11, one.body).bind_blob(12, one.text).run());
  }
  verdicts_ += batch.verdicts.size();
  return {};
}

Result<void> PromptStore::write_results(const Batch& batch) {
  VD_TRY(Statement * put,
         database_->statement("INSERT OR IGNORE INTO result VALUES(?1, ?2, ?3)", Errc::StoreWrite));
  VD_TRY(Statement * replace,
         database_->statement("UPDATE result SET at = ?2, body = ?3 WHERE key = ?1",
                              Errc::StoreWrite));
  for (const KeptResult& one : batch.results) {
    VD_CHECK(put->bind_blob(1, one.key).bind(2, number_of(one.at)).bind_blob(3, one.body).run());
    if (database_->changes() > 0) {
      ++results_;
      continue;
    }
    replace->bind_blob(1, one.key).bind(2, number_of(one.at));
    VD_CHECK(replace->bind_blob(3, one.body).run());
  }
  return {};
}

Result<void> PromptStore::write_counts(const std::vector<BinCount>& counts) {
  VD_TRY(Statement * add, database_->statement("INSERT INTO score_count VALUES(?1, ?2, ?3, ?4) "
                                               "ON CONFLICT(model, direction, bin) "
                                               "DO UPDATE SET texts = texts + excluded.texts",
                                               Errc::StoreWrite));
  for (const BinCount& one : counts) {
    add->bind(1, signed_of(options_.model)).bind(2, signed_of(one.place / kBins));
    VD_CHECK(add->bind(3, signed_of(one.place % kBins)).bind(4, signed_of(one.texts)).run());
  }
  return {};
}

std::vector<PromptStore::BinCount> PromptStore::take_counts() {
  std::vector<BinCount> counts;
  for (std::size_t place = 0; place < bins_.size(); ++place) {
    if (bins_[place].load(std::memory_order_relaxed) == 0) continue;  // most are
    counts.push_back({place, bins_[place].exchange(0)});
  }
  return counts;
}

void PromptStore::tidy() {
  // More than came, so that it comes to an end however fast they come.
  const auto rows = static_cast<std::int64_t>(std::max(kTidyRows, 2 * since_tidy_));
  since_tidy_ = 0;
  for (;;) {
    const auto trimmed = trim(rows);
    if (!trimmed) {
      database_->roll_back();
      static_cast<void>(recount());
      return tell(trimmed.error());
    }
    if (!*trimmed || is_waiting()) return;
  }
}

Result<std::int64_t> PromptStore::remove(std::string_view sql, std::int64_t rows, Time before) {
  if (rows <= 0) return std::int64_t{0};
  VD_TRY(Statement * statement, database_->statement(sql, Errc::StoreWrite));
  VD_CHECK(statement->bind(1, rows).bind(2, number_of(before)).run());
  return database_->changes();
}

Result<bool> PromptStore::trim(std::int64_t rows) {
  constexpr std::string_view kVerdicts =
      "DELETE FROM verdict WHERE id IN (SELECT id FROM verdict INDEXED BY verdict_by_time "
      "WHERE time < ?2 ORDER BY time, id LIMIT ?1)";
  constexpr std::string_view kResults =
      "DELETE FROM result WHERE key IN (SELECT key FROM result INDEXED BY result_by_time "
      "WHERE at < ?2 ORDER BY at LIMIT ?1)";
  const auto over = [rows](std::uint64_t kept, std::uint64_t most) {
    return kept <= most ? 0 : std::min(rows, static_cast<std::int64_t>(kept - most));
  };
  const Time now = clock_.now();
  VD_TRY(const std::int64_t used,
         database_->value_of("SELECT (page_count - freelist_count) * page_size FROM "
                             "pragma_page_count, pragma_freelist_count, pragma_page_size",
                             Errc::StoreRead));
  const bool is_full = unsigned_of(used) > options_.bytes_max;
  VD_CHECK(database_->execute("BEGIN IMMEDIATE", Errc::StoreWrite));
  VD_TRY(std::int64_t verdicts,
         remove(kVerdicts, rows, now - std::chrono::hours(24 * options_.days_max)));
  VD_TRY(std::int64_t results, remove(kResults, rows, now - options_.results_for));
  const std::uint64_t verdicts_left = verdicts_ - unsigned_of(verdicts);
  const std::uint64_t results_left = results_ - unsigned_of(results);
  VD_TRY(
      const std::int64_t more_verdicts,
      remove(kVerdicts, is_full ? rows : over(verdicts_left, options_.verdicts_max), Time::max()));
  VD_TRY(const std::int64_t more_results,
         remove(kResults, is_full ? rows : over(results_left, options_.results_max), Time::max()));
  VD_CHECK(database_->execute("COMMIT", Errc::StoreWrite));
  verdicts += more_verdicts;
  results += more_results;
  verdicts_ -= unsigned_of(verdicts);
  results_ -= unsigned_of(results);
  return verdicts + results > 0;
}

Result<void> PromptStore::recount() {
  VD_TRY(const std::int64_t verdicts,
         database_->value_of("SELECT count(*) FROM verdict", Errc::StoreRead));
  VD_TRY(const std::int64_t results,
         database_->value_of("SELECT count(*) FROM result", Errc::StoreRead));
  verdicts_ = unsigned_of(verdicts);
  results_ = unsigned_of(results);
  return {};
}

void PromptStore::tell(const Result<void>& written) {
  if (written.has_value() != failing_) return;
  failing_ = !written;
  if (written) return log::info("Verdicts on prompts are written again.");
  log::warn("Verdicts on prompts cannot be written; until they can be they are lost.",
            {{"error", written.error().detail}});
}

}  // namespace vedette::store
