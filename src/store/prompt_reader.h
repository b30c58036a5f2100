// What is kept about prompts, read: verdicts, results that may be used again, counts of scores. It
// lies in prompts.db of the state directory, which prompt_store.h writes; one may read beside it,
// from another process, too. What values mean that name directions, decisions and scanners, and
// what is in bodies, is the business of those who put them there.
//
// One thread at a time. A page is a walk of one index from its cursor on.
#pragma once

#include "base/sha256.h"
#include "base/time.h"
#include "store/database.h"

#include <limits>
#include <optional>
#include <vector>

namespace vedette::store {

enum class TextForm : std::uint8_t { None, Masked, Raw };

struct LoggedVerdict {
  std::uint64_t id = 0;  ///< given by the store; grows with each
  Time time;
  std::string client;  ///< an address; empty: nobody said
  std::uint8_t direction = 0, decision = 0;
  double score = 0;           ///< 0 to 1
  std::uint32_t alarmed = 0;  ///< a bit for each scanner, of kScannersMax at most
  Digest text_hash{};
  std::uint64_t policy = 0, model = 0;  ///< their versions
  TextForm form = TextForm::None;       ///< of `text`
  std::string text = {}, body = {};
};
inline constexpr unsigned kScannersMax = 16;

enum class VerdictOrder : std::uint8_t { Newest, HighestScore };
struct VerdictQuery {
  VerdictOrder order = VerdictOrder::Newest;
  Time since = Time::min(), until = Time::max();  ///< not before, and before
  double score_min = 0;
  std::string client = {};  ///< empty: any
  std::optional<std::uint8_t> decision = {};
  std::optional<unsigned> scanner = {};  ///< that alarmed
};
/// The place behind a verdict, in either order.
struct VerdictKey {
  double score = 0;
  Time time;
  std::uint64_t id = 0;
};
struct VerdictPage {
  std::vector<LoggedVerdict> verdicts;  ///< without text and body
  std::optional<VerdictKey> next;       ///< nothing: there is no more
};

/// So many texts had a score of this bin.
struct ScoreCount {
  std::uint64_t model = 0;
  std::uint8_t direction = 0;
  std::uint32_t bin = 0;
  std::uint64_t texts = 0;
};

class PromptReader {
 public:
  /// Rows that one page looks at; one that finds few in them is short, and has a next one.
  static constexpr std::size_t kLooksMax = 20'000;

  /// StoreOpen where there is no database, StoreDamaged where it is not ours or of this version.
  static Result<std::unique_ptr<PromptReader>> open(const std::string& directory);

  Result<VerdictPage> page(const VerdictQuery& query, const std::optional<VerdictKey>& after,
                           std::size_t limit);
  Result<std::optional<LoggedVerdict>> verdict(std::uint64_t id);
  /// The body that was put under the key, if that was not before `since`.
  Result<std::optional<std::string>> result(std::string_view key, Time since);
  Result<std::vector<ScoreCount>> scores();
  /// Looks through the whole database; what is wrong, a line each.
  Result<std::vector<std::string>> check() { return database_->check(); }

 private:
  explicit PromptReader(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  std::unique_ptr<Database> database_;
};

/// Makes the tables in an empty database, refuses what is another program's or version's.
Result<void> prepare_prompt_tables(Database& database);
std::string prompt_database_in(const std::string& directory);
/// The statement that walks the index for a query.
std::string walk_of(const VerdictQuery& query);

}  // namespace vedette::store
