// A small door to SQLite: one connection, prepared statements, errors as ours. No SQL text is ever
// made from values; what varies is bound. Not thread-safe: whoever owns it has the lock.
//
// Failures come as StoreOpen, StoreRead or StoreWrite by what was tried, but as StoreDamaged
// whenever SQLite finds that the file is not what it wrote. The detail names the file and the
// system's reason.
#pragma once

#include "base/result.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace vedette::store {

/// A prepared statement. Parameters count from 1, columns from 0. Must not outlive its database.
class Statement {
 public:
  /// Bound views must live until the statement has run.
  Statement& bind(int parameter, std::int64_t value);
  Statement& bind(int parameter, double value);
  Statement& bind_text(int parameter, std::string_view value);
  Statement& bind_blob(int parameter, std::string_view value);

  /// True: there is a row to look at. False: there is no more, and the statement can be bound anew.
  Result<bool> step();
  /// Runs a statement that gives no rows.
  Result<void> run();
  /// Gives up the rows that are left, so that the next use begins anew.
  void reset();

  std::int64_t integer(int column) const;
  double real(int column) const;
  /// Views of the row: until the next step or reset.
  std::string_view text(int column) const;
  std::string_view blob(int column) const;

 private:
  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  const class Database* database_ = nullptr;
  Errc usual_ = Errc::StoreRead;
};

class Database {
 public:
  /// By which one knows whose database it is, and of which version.
  struct Marks {
    std::int64_t application, version, tables;
    bool is_empty() const { return application == 0 && version == 0 && tables == 0; }
  };
  enum class Access : std::uint8_t { Create, ReadOnly };
  /// Opens; the file is looked at only by the first statement.
  static Result<std::unique_ptr<Database>> open(const std::string& path, Access access);
  /// Ours alone, gone when closed; in memory until its cache is full, then in an unlinked file.
  static Result<std::unique_ptr<Database>> open_temporary();
  ~Database();

  /// Statements without parameters, one after the other.
  Result<void> execute(const char* sql, Errc usual);
  Result<Statement> prepare(std::string_view sql, Errc usual);
  /// Prepared once and kept: `sql` is one of our constants. Ready to be bound; what an earlier use
  /// left open is given up.
  Result<Statement*> statement(std::string_view sql, Errc usual);
  /// The first column of the first row, 0 without one.
  Result<std::int64_t> value_of(std::string_view sql, Errc usual);

  Result<Marks> marks();
  /// Looks through all of it; what is wrong, a line each.
  Result<std::vector<std::string>> check();

  /// Rows that the last INSERT, UPDATE or DELETE changed.
  std::int64_t changes() const;

  /// Ends a transaction that failed, if SQLite has not done so itself.
  void roll_back();
  const std::string& path() const { return path_; }
  /// What went wrong last.
  Error failure(Errc usual) const;

 private:
  explicit Database(std::string path) : path_(std::move(path)) {}
  Result<void> connect(const std::string& name, int flags);

  std::string path_;
  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string_view, Statement> statements_;
};

}  // namespace vedette::store
