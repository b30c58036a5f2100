#include "base/file.h"
#include "store/database.h"

#include <fmt/core.h>

#include <limits>
#include <sqlite3.h>
#include <utility>

namespace vedette::store {
namespace {

/// Long enough for another connection's checkpoint, short enough to notice that someone holds the
/// file.
constexpr int kBusyTimeoutMs = 5000;

/// A bound size is an int to SQLite. Nothing of ours comes near; SQLite's own limit is 10^9 anyway.
int size_of(std::string_view value) {
  VD_ASSERT(value.size() <= static_cast<std::size_t>(std::numeric_limits<int>::max()));
  return static_cast<int>(value.size());
}

/// The data pointer, never null: SQLite takes a null pointer for NULL, not for an empty value.
const char* data_of(std::string_view value) {
  return value.data() != nullptr ? value.data() : "";
}

std::string uri_of(const std::string& path) {
  std::string uri = "file:";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                       (byte >= '0' && byte <= '9') || c == '/' || c == '.' || c == '_' || c == '-';
    if (plain) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", unsigned{byte});
    }
  }
  return uri;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

// Binding fails only for a wrong number (our mistake) or without memory, which ends the process
// anyway.
Statement& Statement::bind(int parameter, std::int64_t value) {
  VD_ASSERT(sqlite3_bind_int64(handle_.get(), parameter, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind(int parameter, double value) {
  VD_ASSERT(sqlite3_bind_double(handle_.get(), parameter, value) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind_text(int parameter, std::string_view value) {
  VD_ASSERT(sqlite3_bind_text(handle_.get(), parameter, data_of(value), size_of(value),
                              SQLITE_STATIC) == SQLITE_OK);
  return *this;
}
Statement& Statement::bind_blob(int parameter, std::string_view value) {
  VD_ASSERT(sqlite3_bind_blob(handle_.get(), parameter, data_of(value), size_of(value),
                              SQLITE_STATIC) == SQLITE_OK);
  return *this;
}

Result<bool> Statement::step() {
  const int result = sqlite3_step(handle_.get());
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) {
    sqlite3_reset(handle_.get());
    return false;
  }
  Error error = database_->failure(usual_);
  sqlite3_reset(handle_.get());
  return error;
}

Result<void> Statement::run() {
  VD_TRY(const bool row, step());
  if (row) reset();
  return {};
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(handle_.get(), column);
}
double Statement::real(int column) const {
  return sqlite3_column_double(handle_.get(), column);
}
std::string_view Statement::text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(handle_.get(), column));
  if (text == nullptr) return {};
  return {text, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}
std::string_view Statement::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_.get(), column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_.get(), column))};
}

Result<void> Database::connect(const std::string& name, int flags) {
  // Nobody asks SQLite how much memory it uses, and counting it takes a lock.
  [[maybe_unused]] static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  // No mutex inside: whoever owns this has one.
  const int result = sqlite3_open_v2(name.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
  if (result != SQLITE_OK) {
    Error error = failure(Errc::StoreOpen);
    sqlite3_close_v2(std::exchange(handle_, nullptr));
    return error;
  }
  sqlite3_busy_timeout(handle_, kBusyTimeoutMs);
  // A database from elsewhere must not run code of its own (triggers, views with functions).
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return {};
}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Access access) {
  std::unique_ptr<Database> database(new Database(path));
  if (access == Access::Create) {
    VD_CHECK(database->connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
    return database;
  }
  VD_CHECK(database->connect(path, SQLITE_OPEN_READONLY));
  // In a directory that we may not write, SQLite cannot make the shared memory of a database in WAL
  // mode that nobody has open. Then nobody writes it either, and it may be read as it lies there.
  auto readable = database->value_of("SELECT count(*) FROM sqlite_master", Errc::StoreOpen);
  const int code = sqlite3_errcode(database->handle_);
  if (!readable && (code == SQLITE_CANTOPEN || code == SQLITE_READONLY) &&
      !open_for_reading(path + "-wal")) {
    sqlite3_close_v2(std::exchange(database->handle_, nullptr));
    VD_CHECK(
        database->connect(uri_of(path) + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI));
    return database;
  }
  if (!readable) return std::move(readable).error();
  return database;
}

Result<std::unique_ptr<Database>> Database::open_temporary() {
  std::unique_ptr<Database> database(new Database("the temporary database"));
  VD_CHECK(database->connect("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
  return database;
}

Database::~Database() {
  statements_.clear();
  sqlite3_close_v2(handle_);
}

Result<void> Database::execute(const char* sql, Errc usual) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure(usual);
  return {};
}

Result<Statement> Database::prepare(std::string_view sql, Errc usual) {
  sqlite3_stmt* handle = nullptr;
  const int result = sqlite3_prepare_v3(handle_, sql.data(), size_of(sql),
                                        SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (result != SQLITE_OK) return failure(usual);
  Statement statement;
  statement.handle_.reset(handle);
  statement.database_ = this;
  statement.usual_ = usual;
  return statement;
}

Result<Statement*> Database::statement(std::string_view sql, Errc usual) {
  const auto known = statements_.find(sql);
  if (known != statements_.end()) {
    known->second.reset();
    return &known->second;
  }
  VD_TRY(Statement prepared, prepare(sql, usual));
  return &statements_.emplace(sql, std::move(prepared)).first->second;
}

Result<std::int64_t> Database::value_of(std::string_view sql, Errc usual) {
  VD_TRY(auto statement, prepare(sql, usual));
  VD_TRY(const bool row, statement.step());
  return row ? statement.integer(0) : 0;
}

Result<Database::Marks> Database::marks() {
  Marks found{};
  VD_TRY(found.application, value_of("PRAGMA application_id", Errc::StoreOpen));
  VD_TRY(found.version, value_of("PRAGMA user_version", Errc::StoreOpen));
  VD_TRY(found.tables, value_of("SELECT count(*) FROM sqlite_master", Errc::StoreOpen));
  return found;
}

Result<std::vector<std::string>> Database::check() {
  std::vector<std::string> problems;
  VD_TRY(Statement rows, prepare("PRAGMA integrity_check(20)", Errc::StoreRead));
  for (;;) {
    VD_TRY(const bool row, rows.step());
    if (!row) return problems;
    if (rows.text(0) != "ok") problems.emplace_back(rows.text(0));
  }
}

void Database::roll_back() {
  // Some failures (a full disk) end the transaction by themselves.
  if (sqlite3_get_autocommit(handle_) == 0) {
    sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

std::int64_t Database::changes() const {
  return sqlite3_changes(handle_);
}

Error Database::failure(Errc usual) const {
  if (handle_ == nullptr) return {usual, fmt::format("{}: out of memory", path_)};
  const int code = sqlite3_errcode(handle_);
  std::string detail = fmt::format("{}: {}", path_, sqlite3_errmsg(handle_));
  const bool from_system = code == SQLITE_IOERR || code == SQLITE_CANTOPEN || code == SQLITE_FULL;
  if (const int number = sqlite3_system_errno(handle_); from_system && number != 0) {
    detail += fmt::format(" ({})", errno_text(number));
  }
  const bool damaged = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return {damaged ? Errc::StoreDamaged : usual, std::move(detail)};
}

}  // namespace vedette::store
