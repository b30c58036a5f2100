// PromptStore: what is kept about prompts, in prompts.db of the state directory: a log of verdicts,
// results that may be used again, and counts of scores. Nobody who has a verdict waits for the
// disk: what is to be kept goes into a bounded queue, a thread writes all that waits in one
// transaction, and what does not fit is dropped and counted.
//
// Thread-safe. There must be one for a directory: the lock of the Store of the same state guards
// it. A crash loses at most what was written in the last moments; the database stays sound.
#pragma once

#include "base/clock.h"
#include "base/mutex.h"
#include "store/prompt_reader.h"

#include <array>
#include <atomic>
#include <thread>

namespace vedette::store {

class PromptStore {
 public:
  struct Options {
    unsigned days_max = 90;                    ///< verdicts are kept for
    std::uint64_t verdicts_max = 1'000'000;    ///< beyond it the oldest go, as they do
    std::uint64_t bytes_max = 1ull << 30;      ///< beyond this much on disk, results too
    std::uint64_t results_max = 100'000;       ///< beyond it the oldest go
    std::chrono::seconds results_for{86'400};  ///< older ones are not found
    std::uint64_t model = 0;                   ///< whose scores count() counts
    std::size_t waiting_max = 8192;            ///< that are not written yet, and their bytes
    std::size_t waiting_bytes_max = 16u << 20;
  };
  struct Counts {
    std::uint64_t logged, dropped, failed;  ///< since the start; `failed`: by the disk
    std::uint64_t verdicts, results;        ///< that are kept
  };
  static constexpr std::size_t kKeyBytesMax = 64, kResultBytesMax = 64 * 1024;
  static constexpr std::size_t kDirections = 3, kBins = 4097;

  /// The directory exists. The clock outlives this.
  static Result<std::unique_ptr<PromptStore>> open(const std::string& directory,
                                                   const Options& options, const Clock& clock);
  ~PromptStore();  ///< after what waits was written

  /// Never waits. False: it was dropped.
  bool log(LoggedVerdict verdict);
  /// Never waits; what was there under the key is replaced. False: it was dropped, since too much
  /// waits or it is larger than kKeyBytesMax and kResultBytesMax.
  bool put(std::string_view key, std::string_view body, Time now);
  /// One more text of this direction whose score is in this bin. Written every few seconds.
  void count(std::size_t direction, std::size_t bin);

  /// The body that was put under the key not too long ago. Reads the disk.
  Result<std::optional<std::string>> find(std::string_view key, Time now);
  Result<VerdictPage> page(const VerdictQuery& query, const std::optional<VerdictKey>& after,
                           std::size_t limit);
  Result<std::optional<LoggedVerdict>> verdict(std::uint64_t id);

  Counts counts() const;
  /// Waits until what was given before is written.
  void flush() EXCLUDES(mutex_);

 private:
  struct KeptResult {
    std::string key, body;
    Time at;
  };
  struct Batch {
    std::vector<LoggedVerdict> verdicts;
    std::vector<KeptResult> results;
    std::size_t bytes = 0;
    std::size_t size() const { return verdicts.size() + results.size(); }
  };
  struct Turn {
    Batch batch;
    std::uint64_t asked;  ///< flushes that it answers
    bool is_due;          ///< scores are to be written, too, and what is too old is to go
    bool is_last;
  };
  struct BinCount {
    std::size_t place;
    std::uint64_t texts;
  };
  struct Place {
    Mutex mutex;
    std::unique_ptr<PromptReader> reader GUARDED_BY(mutex);
  };

  PromptStore(std::unique_ptr<Database> database, const Options& options, const Clock& clock)
      : options_(options), clock_(clock), database_(std::move(database)) {}
  bool take_room(std::size_t bytes) REQUIRES(mutex_);
  bool is_waiting() const EXCLUDES(mutex_);

  // Of the writer's thread.
  void run();
  /// What waits, once there is something or `due`, in monotonic seconds, has come.
  Turn take(double due) EXCLUDES(mutex_);
  void settle(const Turn& turn) EXCLUDES(mutex_);
  void write(const Turn& turn);
  Result<void> write_all(const Batch& batch, const std::vector<BinCount>& counts);
  Result<void> write_verdicts(const Batch& batch);
  Result<void> write_results(const Batch& batch);
  Result<void> write_counts(const std::vector<BinCount>& counts);
  std::vector<BinCount> take_counts();
  /// Removes what is too old and too much, in small steps, as long as nothing waits.
  void tidy();
  /// One step; whether there was something to remove.
  Result<bool> trim(std::int64_t rows);
  Result<std::int64_t> remove(std::string_view sql, std::int64_t rows, Time before);
  Result<void> recount();
  /// Says once that the disk refuses, and once that it does no more.
  void tell(const Result<void>& written);

  const Options options_;
  const Clock& clock_;
  std::array<std::atomic<std::uint64_t>, kDirections * kBins> bins_{};
  std::atomic<std::uint64_t> logged_{0}, dropped_{0}, failed_{0}, verdicts_{0}, results_{0};

  Place pages_, finds_;

  mutable Mutex mutex_;
  Condition filled_, settled_;
  Batch waiting_ GUARDED_BY(mutex_);
  std::uint64_t asked_ GUARDED_BY(mutex_) = 0, answered_ GUARDED_BY(mutex_) = 0;
  bool closed_ GUARDED_BY(mutex_) = false;

  // Of the writer's thread.
  std::unique_ptr<Database> database_;
  std::size_t since_tidy_ = 0;
  bool failing_ = false;
  std::thread thread_;
};

}  // namespace vedette::store
