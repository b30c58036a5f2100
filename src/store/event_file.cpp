#include "store/event_file.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::store {
namespace {

/// "VEDE": tells these files from other databases, ours among them.
constexpr int kEventsId = 0x56454445;
/// Grows with the tables, the form of blocks, and the rule of words that filters are made by.
constexpr int kEventsVersion = 1;

/// Blocks of less are merged, into ones of up to kBlockBytesMax.
constexpr std::uint64_t kSmallBytes = 64 * 1024;
/// Bounds one step of merging: blocks of one line each would otherwise be looked at by millions.
constexpr std::size_t kRunMax = 1024;
constexpr std::size_t kHeadsMax = 4096;

// Heads and bytes are apart so that a search that passes over blocks reads heads only. Times are
// nanoseconds since 1970. The blobs are those of store/event_block.h and store/words.h.
constexpr char kTables[] = R"sql(
CREATE TABLE summary(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE block(
  first_line INTEGER PRIMARY KEY, lines INTEGER NOT NULL, raw_bytes INTEGER NOT NULL,
  barrier INTEGER NOT NULL, first_event INTEGER NOT NULL, last_event INTEGER NOT NULL,
  first_received INTEGER NOT NULL, last_received INTEGER NOT NULL, filter BLOB NOT NULL);
CREATE TABLE block_bytes(first_line INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
)sql";
constexpr char kHeadColumns[] =
    "SELECT first_line, lines, raw_bytes, barrier, first_event, last_event, first_received, "
    "last_received, filter FROM block ";

std::int64_t signed_of(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::uint64_t unsigned_of(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}
std::int64_t number_of(Time time) {
  return time.time_since_epoch().count();
}
Time time_of(std::int64_t number) {
  return Time{Duration{number}};
}

EventTimes times_of(const Statement& head) {
  return {{time_of(head.integer(4)), time_of(head.integer(5))},
          {time_of(head.integer(6)), time_of(head.integer(7))}};
}

Result<void> check(const Database::Marks& found, const std::string& path) {
  if (found.application == kEventsId && found.version == kEventsVersion) return {};
  return Error{Errc::StoreDamaged,
               found.application != kEventsId
                   ? fmt::format("{}: this database is another program's", path)
                   : fmt::format("{}: the form of these events is {}, this version knows {}", path,
                                 found.version, kEventsVersion)};
}

/// Pages larger than usual, since nearly all is in blobs; free ones can be given back by and by.
/// Both must be said before there are tables.
Result<void> prepare_tables(Database& database) {
  VD_TRY(const Database::Marks found, database.marks());
  if (!found.is_empty()) {
    return check(found, database.path());
  }
  VD_CHECK(
      database.execute("PRAGMA page_size=16384; PRAGMA auto_vacuum=INCREMENTAL", Errc::StoreOpen));
  const std::string all =
      fmt::format("BEGIN IMMEDIATE;{} PRAGMA application_id={}; PRAGMA user_version={}; COMMIT;",
                  kTables, kEventsId, kEventsVersion);
  auto made = database.execute(all.c_str(), Errc::StoreOpen);
  if (!made) database.roll_back();
  return made;
}

Result<std::optional<EventBlock>> load_block(Statement& bytes, std::uint64_t first_line) {
  VD_TRY(const bool row, bytes.bind(1, signed_of(first_line)).step());
  if (!row) return std::optional<EventBlock>{};
  auto block = EventBlock::unpack(bytes.blob(0));
  bytes.reset();
  return block;
}

}  // namespace

void TimeSpan::add(const TimeSpan& other) {
  first = std::min(first, other.first);
  last = std::max(last, other.last);
}

void EventTimes::add(const EventTimes& other) {
  events.add(other.events);
  received.add(other.received);
}

Result<std::unique_ptr<EventFile>> EventFile::open(const std::string& path) {
  VD_TRY(auto database, Database::open(path, Database::Access::Create));
  std::unique_ptr<EventFile> file(new EventFile(std::move(database)));
  VD_CHECK(prepare_tables(*file->database_));
  VD_CHECK(file->database_->execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-2048;"
      "PRAGMA journal_size_limit=16777216",
      Errc::StoreOpen));
  VD_CHECK(file->prepare());
  VD_CHECK(file->read_summary());
  return file;
}

Result<void> EventFile::prepare() {
  const auto make = [&](Statement& statement, std::string_view sql, Errc usual) -> Result<void> {
    VD_TRY(statement, database_->prepare(sql, usual));
    return {};
  };
  VD_CHECK(make(put_block_, "INSERT INTO block VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                Errc::StoreWrite));
  VD_CHECK(make(put_bytes_, "INSERT INTO block_bytes VALUES(?1, ?2)", Errc::StoreWrite));
  VD_CHECK(make(drop_block_, "DELETE FROM block WHERE first_line = ?1", Errc::StoreWrite));
  VD_CHECK(make(drop_bytes_, "DELETE FROM block_bytes WHERE first_line = ?1", Errc::StoreWrite));
  VD_CHECK(make(put_summary_,
                "INSERT INTO summary(name, value) VALUES(?1, ?2) "
                "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
                Errc::StoreWrite));
  VD_CHECK(make(heads_,
                std::string(kHeadColumns) + "WHERE first_line >= ?1 ORDER BY first_line LIMIT ?2",
                Errc::StoreRead));
  return make(bytes_, "SELECT bytes FROM block_bytes WHERE first_line = ?1", Errc::StoreRead);
}

Result<void> EventFile::read_summary() {
  VD_TRY(auto rows, database_->prepare("SELECT name, value FROM summary", Errc::StoreRead));
  for (;;) {
    VD_TRY(const bool row, rows.step());
    if (!row) return {};
    const std::string_view name = rows.text(0);
    const std::int64_t value = rows.integer(1);
    if (name == "first_event") summary_.times.events.first = time_of(value);
    if (name == "last_event") summary_.times.events.last = time_of(value);
    if (name == "first_received") summary_.times.received.first = time_of(value);
    if (name == "last_received") summary_.times.received.last = time_of(value);
    if (name == "next_line") summary_.next_line = unsigned_of(value);
    if (name == "last_barrier") summary_.last_barrier = unsigned_of(value);
    if (name == "is_merged") summary_.is_merged = value != 0;
  }
}

Result<void> EventFile::write_summary(const FileSummary& summary) {
  const std::pair<std::string_view, std::int64_t> values[] = {
      {"first_event", number_of(summary.times.events.first)},
      {"last_event", number_of(summary.times.events.last)},
      {"first_received", number_of(summary.times.received.first)},
      {"last_received", number_of(summary.times.received.last)},
      {"next_line", signed_of(summary.next_line)},
      {"last_barrier", signed_of(summary.last_barrier)},
      {"is_merged", summary.is_merged ? 1 : 0},
  };
  for (const auto& [name, value] : values) {
    VD_CHECK(put_summary_.bind_text(1, name).bind(2, value).run());
  }
  return {};
}

Result<std::uint64_t> EventFile::roll_back(std::uint64_t barrier) {
  if (summary_.last_barrier <= barrier) return std::uint64_t{0};
  const auto run = [&]() -> Result<std::uint64_t> {
    VD_CHECK(database_->execute("BEGIN IMMEDIATE", Errc::StoreWrite));
    VD_TRY(auto rows,
           database_->prepare("SELECT first_line FROM block WHERE barrier > ?1", Errc::StoreWrite));
    std::vector<std::uint64_t> lines;
    for (rows.bind(1, signed_of(barrier));;) {
      VD_TRY(const bool row, rows.step());
      if (!row) break;
      lines.push_back(unsigned_of(rows.integer(0)));
    }
    for (const std::uint64_t line : lines) {
      VD_CHECK(drop_block_.bind(1, signed_of(line)).run());
      VD_CHECK(drop_bytes_.bind(1, signed_of(line)).run());
    }
    FileSummary summary = summary_;
    summary.last_barrier = barrier;
    VD_TRY(const std::int64_t next,
           database_->value_of("SELECT first_line + lines FROM block ORDER BY first_line DESC "
                               "LIMIT 1",
                               Errc::StoreRead));
    summary.next_line = unsigned_of(next);
    VD_CHECK(write_summary(summary));
    VD_CHECK(database_->execute("COMMIT", Errc::StoreWrite));
    summary_ = summary;
    return std::uint64_t{lines.size()};
  };
  auto removed = run();
  if (!removed) database_->roll_back();
  return removed;
}

Result<void> EventFile::insert(std::uint64_t first_line, std::uint64_t barrier,
                               const EventTimes& times, const PackedBlock& block) {
  put_block_.bind(1, signed_of(first_line)).bind(2, signed_of(block.lines));
  put_block_.bind(3, signed_of(block.raw_bytes)).bind(4, signed_of(barrier));
  put_block_.bind(5, number_of(times.events.first)).bind(6, number_of(times.events.last));
  put_block_.bind(7, number_of(times.received.first)).bind(8, number_of(times.received.last));
  VD_CHECK(put_block_.bind_blob(9, block.filter).run());
  return put_bytes_.bind(1, signed_of(first_line)).bind_blob(2, block.bytes).run();
}

Result<void> EventFile::append_all(std::uint64_t barrier, const EventTimes& times,
                                   std::span<const BlockChunk> chunks, FileSummary& summary) {
  VD_CHECK(database_->execute("BEGIN IMMEDIATE", Errc::StoreWrite));
  BlockCutter cutter(chunks);
  for (auto part = cutter.take(); !part.empty(); part = cutter.take()) {
    const PackedBlock block = pack(part, words_);
    VD_CHECK(insert(summary.next_line, barrier, times, block));
    summary.next_line += block.lines;
  }
  summary.times.add(times);
  summary.last_barrier = barrier;
  summary.is_merged = false;
  VD_CHECK(write_summary(summary));
  return database_->execute("COMMIT", Errc::StoreWrite);
}

Result<void> EventFile::append(std::uint64_t barrier, Time received, const TimeSpan& events,
                               std::span<const BlockChunk> chunks) {
  FileSummary summary = summary_;
  auto written = append_all(barrier, {events, {received, received}}, chunks, summary);
  if (!written) {
    database_->roll_back();
    return written;
  }
  summary_ = summary;
  return {};
}

/// The next neighbours that make one block together; fewer than two: there are none from
/// merged_to_ to where it is moved to.
Result<std::vector<EventFile::Small>> EventFile::find_small() {
  std::vector<Small> run;
  std::uint64_t bytes = 0;
  heads_.bind(1, signed_of(merged_to_)).bind(2, signed_of(kHeadsMax));
  for (std::size_t seen = 0;; ++seen) {
    VD_TRY(const bool row, heads_.step());
    if (!row && seen < kHeadsMax && run.size() < 2) merged_to_ = summary_.next_line;
    if (!row) return run;
    const Small head{unsigned_of(heads_.integer(0)), unsigned_of(heads_.integer(1)),
                     unsigned_of(heads_.integer(2)), unsigned_of(heads_.integer(3)),
                     times_of(heads_)};
    const bool goes_on = !run.empty() && run.size() < kRunMax && head.raw_bytes < kSmallBytes &&
                         bytes + head.raw_bytes <= kBlockBytesMax &&
                         run.back().first_line + run.back().lines == head.first_line;
    if (!goes_on) {
      if (run.size() >= 2) break;
      run.clear();
      bytes = 0;
      merged_to_ = head.first_line;
      if (head.raw_bytes >= kSmallBytes) continue;
    }
    bytes += head.raw_bytes;
    run.push_back(head);
  }
  heads_.reset();
  return run;
}

Result<std::optional<EventBlock>> EventFile::load(std::uint64_t first_line) {
  return load_block(bytes_, first_line);
}

Result<void> EventFile::merge(const std::vector<Small>& run) {
  std::vector<EventBlock> blocks;
  std::vector<BlockChunk> chunks;
  EventTimes times;
  std::uint64_t barrier = 0;
  std::size_t cost = 0;
  for (const Small& small : run) {
    if (cost > kBlockBytesMax) {  // many names of sources: what follows makes another block
      merged_to_ = small.first_line;
      break;
    }
    VD_TRY(auto block, load(small.first_line));
    if (!block) {  // damaged: it stays as it is, and what is beyond it has its turn next
      merged_to_ = small.first_line + 1;
      if (blocks.size() < 2) return {};
      break;
    }
    for (const BlockChunk& chunk : block->chunks()) {
      cost += bytes_of(chunk);
      chunks.push_back(chunk);
    }
    blocks.push_back(std::move(*block));
    times.add(small.times);
    barrier = std::max(barrier, small.barrier);
  }
  const PackedBlock merged = pack(chunks, words_);
  const auto write = [&]() -> Result<void> {
    VD_CHECK(database_->execute("BEGIN IMMEDIATE", Errc::StoreWrite));
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      VD_CHECK(drop_block_.bind(1, signed_of(run[i].first_line)).run());
      VD_CHECK(drop_bytes_.bind(1, signed_of(run[i].first_line)).run());
    }
    VD_CHECK(insert(run[0].first_line, barrier, times, merged));
    return database_->execute("COMMIT", Errc::StoreWrite);
  };
  auto written = write();
  if (!written) database_->roll_back();
  return written;
}

/// Gives back what merging has left free, a few megabytes at a time.
Result<bool> EventFile::tidy() {
  VD_TRY(const std::int64_t before, database_->value_of("PRAGMA freelist_count", Errc::StoreRead));
  if (before > 0) {
    VD_CHECK(database_->execute("PRAGMA incremental_vacuum(256)", Errc::StoreWrite));
    VD_TRY(const std::int64_t after, database_->value_of("PRAGMA freelist_count", Errc::StoreRead));
    if (after < before) return true;
  }
  FileSummary summary = summary_;
  summary.is_merged = true;
  VD_CHECK(database_->execute("BEGIN IMMEDIATE", Errc::StoreWrite));
  auto written = write_summary(summary);
  if (written) written = database_->execute("COMMIT", Errc::StoreWrite);
  if (!written) {
    database_->roll_back();
    return std::move(written).error();
  }
  summary_ = summary;
  return false;
}

Result<bool> EventFile::merge_some() {
  if (summary_.is_merged) return false;
  VD_TRY(const auto run, find_small());
  if (run.size() >= 2) {
    VD_CHECK(merge(run));
    return true;
  }
  if (merged_to_ < summary_.next_line) return true;
  return tidy();
}

Result<std::unique_ptr<EventScan>> EventScan::open(const std::string& path, EventOrder order,
                                                   std::uint64_t line) {
  std::unique_ptr<EventScan> scan(new EventScan());
  VD_TRY(scan->database_, Database::open(path, Database::Access::ReadOnly));
  VD_TRY(const Database::Marks found, scan->database_->marks());
  VD_CHECK(check(found, path));
  VD_CHECK(scan->database_->execute("PRAGMA cache_size=-1024", Errc::StoreOpen));
  const char* const where = order == EventOrder::NewestFirst
                                ? "WHERE first_line < ?1 ORDER BY first_line DESC"
                                : "WHERE first_line >= coalesce((SELECT max(first_line) FROM block "
                                  "WHERE first_line <= ?1), 0) ORDER BY first_line";
  VD_TRY(scan->heads_,
         scan->database_->prepare(std::string(kHeadColumns) + where, Errc::StoreRead));
  VD_TRY(scan->bytes_, scan->database_->prepare(
                           "SELECT bytes FROM block_bytes WHERE first_line = ?1", Errc::StoreRead));
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
  scan->heads_.bind(1, signed_of(std::min(line, kMost)));
  return scan;
}

Result<std::optional<EventScan::Head>> EventScan::next() {
  VD_TRY(const bool row, heads_.step());
  if (!row) return std::optional<Head>{};
  return std::optional<Head>(Head{unsigned_of(heads_.integer(0)), unsigned_of(heads_.integer(1)),
                                  times_of(heads_), heads_.blob(8)});
}

Result<std::optional<EventBlock>> EventScan::load(const Head& head) {
  return load_block(bytes_, head.first_line);
}

}  // namespace vedette::store
