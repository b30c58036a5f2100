#include "store/prompt_reader.h"

#include "store/threat_row.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::store {
namespace {

/// "VEDP": tells these databases from our others and from other programs'.
constexpr int kPromptsId = 0x56454450, kPromptsVersion = 1;

// Times are nanoseconds since 1970; hashes and versions unsigned numbers stored as signed ones.
// Each question that is asked often has an index in the order of the answer; those by scanner hold
// only what that scanner alarmed on.
constexpr char kTables[] = R"sql(
CREATE TABLE verdict(
  id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, client TEXT NOT NULL,
  direction INTEGER NOT NULL, decision INTEGER NOT NULL, score REAL NOT NULL,
  alarmed INTEGER NOT NULL, text_hash BLOB NOT NULL, policy INTEGER NOT NULL,
  model INTEGER NOT NULL, form INTEGER NOT NULL, body BLOB NOT NULL, text BLOB NOT NULL);
CREATE INDEX verdict_by_time ON verdict(time);
CREATE INDEX verdict_by_score ON verdict(score, time);
CREATE INDEX verdict_by_decision ON verdict(decision, time);
CREATE INDEX verdict_by_client ON verdict(client, time) WHERE client <> '';
CREATE TABLE result(key BLOB PRIMARY KEY, at INTEGER NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX result_by_time ON result(at);
CREATE TABLE score_count(
  model INTEGER NOT NULL, direction INTEGER NOT NULL, bin INTEGER NOT NULL, texts INTEGER NOT NULL,
  PRIMARY KEY(model, direction, bin)) WITHOUT ROWID;
)sql";

constexpr std::string_view kColumns =
    "SELECT id, time, score, decision, alarmed, client, direction, text_hash, policy, model, form";

std::string scanner_condition(unsigned scanner) {
  return fmt::format("alarmed & {} <> 0", 1u << scanner);
}

void bind_walk(Statement& rows, const VerdictQuery& query, const std::optional<VerdictKey>& after) {
  constexpr VerdictKey kFirst{.score = std::numeric_limits<double>::infinity(),
                              .time = Time::max(),
                              .id = std::numeric_limits<std::int64_t>::max()};
  const VerdictKey from = after.value_or(kFirst);
  rows.bind(2, signed_of(from.id));
  if (query.order == VerdictOrder::HighestScore) {
    rows.bind(1, number_of(from.time)).bind(4, from.score).bind(5, query.score_min);
    return;
  }
  // `until` is not itself among what is asked for.
  const bool from_until = query.until <= from.time;
  const Time last = from_until && query.until > Time::min() ? query.until - Duration{1} : from.time;
  if (from_until) rows.bind(2, signed_of(kFirst.id));
  rows.bind(1, number_of(last)).bind(3, number_of(query.since));
  if (!query.client.empty()) {
    rows.bind_text(6, query.client);
  } else if (!query.scanner && query.decision) {
    rows.bind(7, std::int64_t{*query.decision});
  }
}

VerdictKey key_of(const Statement& row) {
  return {row.real(2), time_of(row.integer(1)), unsigned_of(row.integer(0))};
}

bool is_asked_for(const Statement& row, const VerdictQuery& query) {
  const Time time = time_of(row.integer(1));
  return time >= query.since && time < query.until && row.real(2) >= query.score_min &&
         (!query.decision || row.integer(3) == *query.decision) &&
         (!query.scanner || (row.integer(4) >> *query.scanner & 1) != 0) &&
         (query.client.empty() || row.text(5) == query.client);
}

LoggedVerdict read_row(const Statement& row) {
  LoggedVerdict verdict;
  verdict.id = unsigned_of(row.integer(0));
  verdict.time = time_of(row.integer(1));
  verdict.score = row.real(2);
  verdict.decision = static_cast<std::uint8_t>(row.integer(3));
  verdict.alarmed = static_cast<std::uint32_t>(row.integer(4));
  verdict.client = row.text(5);
  verdict.direction = static_cast<std::uint8_t>(row.integer(6));
  const std::string_view hash = row.blob(7);
  std::copy_n(hash.begin(), std::min(hash.size(), verdict.text_hash.size()),
              verdict.text_hash.begin());
  verdict.policy = unsigned_of(row.integer(8));
  verdict.model = unsigned_of(row.integer(9));
  verdict.form = static_cast<TextForm>(row.integer(10));
  return verdict;
}

Result<void> check_marks(const Database::Marks& found, const std::string& path) {
  if (found.application == kPromptsId && found.version == kPromptsVersion) return {};
  return Error{Errc::StoreDamaged,
               found.application != kPromptsId
                   ? fmt::format("{}: this database is another program's", path)
                   : fmt::format("{}: the form of these verdicts is {}, this version knows {}",
                                 path, found.version, kPromptsVersion)};
}

}  // namespace

std::string prompt_database_in(const std::string& directory) {
  return directory + "/prompts.db";
}

// What is asked for besides is looked at row by row.
std::string walk_of(const VerdictQuery& query) {
  std::string sql = std::string(kColumns) + " FROM verdict INDEXED BY verdict_by_";
  if (query.order == VerdictOrder::HighestScore) {
    return sql +
           "score WHERE score >= ?5 AND (score, time) <= (?4, ?1) "
           "AND NOT (score = ?4 AND time = ?1 AND id >= ?2) "
           "ORDER BY score DESC, time DESC, id DESC";
  }
  if (!query.client.empty()) {
    sql += "client WHERE client <> '' AND client = ?6 AND ";
  } else if (query.scanner) {
    sql +=
        fmt::format("scanner_{} WHERE {} AND ", *query.scanner, scanner_condition(*query.scanner));
  } else if (query.decision) {
    sql += "decision WHERE decision = ?7 AND ";
  } else {
    sql += "time WHERE ";
  }
  return sql + "time <= ?1 AND time >= ?3 AND (time < ?1 OR id < ?2) ORDER BY time DESC, id DESC";
}

Result<void> prepare_prompt_tables(Database& database) {
  VD_TRY(const Database::Marks found, database.marks());
  if (!found.is_empty()) return check_marks(found, database.path());
  std::string all = fmt::format("BEGIN IMMEDIATE;{}", kTables);
  for (unsigned i = 0; i < kScannersMax; ++i) {
    all += fmt::format("CREATE INDEX verdict_by_scanner_{} ON verdict(time) WHERE {};", i,
                       scanner_condition(i));
  }
  all += fmt::format("PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;", kPromptsId,
                     kPromptsVersion);
  auto made = database.execute(all.c_str(), Errc::StoreOpen);
  if (!made) database.roll_back();
  return made;
}

Result<std::unique_ptr<PromptReader>> PromptReader::open(const std::string& directory) {
  const std::string path = prompt_database_in(directory);
  VD_TRY(auto database, Database::open(path, Database::Access::ReadOnly));
  VD_TRY(const Database::Marks found, database->marks());
  VD_CHECK(check_marks(found, path));
  VD_CHECK(database->execute("PRAGMA cache_size=-2048", Errc::StoreOpen));
  return std::unique_ptr<PromptReader>(new PromptReader(std::move(database)));
}

Result<VerdictPage> PromptReader::page(const VerdictQuery& query,
                                       const std::optional<VerdictKey>& after, std::size_t limit) {
  VD_ASSERT(!query.scanner || *query.scanner < kScannersMax);
  VD_TRY(auto rows, database_->prepare(walk_of(query), Errc::StoreRead));
  bind_walk(rows, query, after);
  VerdictPage page;
  VerdictKey last;
  for (std::size_t looked = 0;; ++looked) {
    VD_TRY(const bool row, rows.step());
    if (!row) return page;
    if (page.verdicts.size() == limit || looked == kLooksMax) break;
    last = key_of(rows);
    if (is_asked_for(rows, query)) page.verdicts.push_back(read_row(rows));
  }
  page.next = last;
  return page;
}

Result<std::optional<LoggedVerdict>> PromptReader::verdict(std::uint64_t id) {
  VD_TRY(Statement * rows,
         database_->statement("SELECT id, time, score, decision, alarmed, client, direction, "
                              "text_hash, policy, model, form, text, body FROM verdict "
                              "WHERE id = ?1",
                              Errc::StoreRead));
  VD_TRY(const bool row, rows->bind(1, signed_of(id)).step());
  if (!row) return std::optional<LoggedVerdict>{};
  LoggedVerdict verdict = read_row(*rows);
  verdict.text = rows->blob(11);
  verdict.body = rows->blob(12);
  rows->reset();
  return std::optional<LoggedVerdict>(std::move(verdict));
}

Result<std::optional<std::string>> PromptReader::result(std::string_view key, Time since) {
  VD_TRY(
      Statement * rows,
      database_->statement("SELECT body FROM result WHERE key = ?1 AND at >= ?2", Errc::StoreRead));
  VD_TRY(const bool row, rows->bind_blob(1, key).bind(2, number_of(since)).step());
  if (!row) return std::optional<std::string>{};
  std::string body(rows->blob(0));
  rows->reset();
  return std::optional<std::string>(std::move(body));
}

Result<std::vector<ScoreCount>> PromptReader::scores() {
  VD_TRY(Statement * rows,
         database_->statement("SELECT model, direction, bin, texts FROM score_count",
                              Errc::StoreRead));
  std::vector<ScoreCount> counts;
  for (;;) {
    VD_TRY(const bool row, rows->step());
    if (!row) return counts;
    counts.push_back({unsigned_of(rows->integer(0)), static_cast<std::uint8_t>(rows->integer(1)),
                      static_cast<std::uint32_t>(rows->integer(2)), unsigned_of(rows->integer(3))});
  }
}

}  // namespace vedette::store
