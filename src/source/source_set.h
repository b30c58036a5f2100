// SourceSet: every place lines come from, read by one thread. It fills RawBatches with whole lines
// and knows how far each source was read, in a form that can be stored and resumed.
//
// Life: add everything, restore() stored positions, then read() until it says Ended (scan) or
// stop() (run). One thread; stop() may come from any other.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "model/commit.h"
#include "model/raw_batch.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::source {

class IngestJournal;

enum class ReadStatus : std::uint8_t {
  Filled,   ///< the batch holds lines
  Idle,     ///< nothing came before the time-out
  Ended,    ///< every source has been read to its end and none is followed
  Stopped,  ///< stop() was called
};

/// What became of one input, for progress and the final report.
struct SourceReport {
  std::string name;               ///< path, "-", "journal", "http"
  std::uint64_t bytes_read = 0;   ///< of the file as it lies on disk (packed)
  std::uint64_t bytes_total = 0;  ///< 0 when unknown
  bool ended = false;
  std::vector<Error> problems;  ///< damaged, unreadable, vanished: what could be read was read
};

/// When the event of a line happened; the epoch if the line does not say. `written_by`: no line is
/// younger. 64 readable bytes follow the line.
using TimeOfLine = std::function<Time(std::string_view line, Time written_by)>;

struct SourceOptions {
  std::chrono::milliseconds poll = std::chrono::milliseconds(250);  ///< where inotify cannot see
  std::size_t watches_max = 1'000'000;  ///< inotify watches to ask for; what is beyond is polled
  /// By which several logs that are scanned are read side by side; without it one after the other.
  TimeOfLine time_of{};
};

class SourceSet {
 public:
  SourceSet(const SourceOptions& options, const Clock& clock);
  ~SourceSet();

  /// Files, globs and "-", to be read once from start to end. Rotated siblings among them come
  /// oldest first, different logs side by side. What cannot be opened becomes a problem in
  /// reports(); the rest goes on.
  void add_inputs(const std::vector<std::string>& paths);
  /// A file that is followed for ever, through every kind of rotation. It need not exist yet.
  /// `from_start`: without a stored position, begin with what is there already (and its rotated
  /// siblings are not read); otherwise begin at its end.
  void follow(const std::string& path, bool from_start);
  /// systemd's journal of this machine, from now on; or the journal files of a directory, from
  /// their first entry.
  Result<void> follow_journal(const std::string& directory = {});

  /// What clients send. The journal must outlive this; its reader's side belongs to this from now
  /// on.
  void attach(IngestJournal& journal);

  /// Stored positions of an earlier process, for the sources of the same names.
  void restore(const std::vector<SourcePosition>& positions);

  /// Fills `batch` (cleared first) with what is there now, waiting at most `timeout` for the first
  /// line.
  ReadStatus read(RawBatch& batch, std::chrono::milliseconds timeout);

  /// Positions behind the last line handed out.
  std::vector<SourcePosition> positions() const;
  /// Says that these positions(), or later ones, are stored: sources that keep lines until then
  /// may let them go.
  void committed(const std::vector<SourcePosition>& positions);
  const std::vector<SourceReport>& reports() const;
  const std::string& name(SourceIndex source) const;

  void stop();           ///< wakes read(); any thread, also from a signal handler
  bool stopped() const;  ///< any thread

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// What exists on this machine: paths under `root`/var/log that are worth following.
std::vector<std::string> discover_logs(const std::string& root = "/");

}  // namespace vedette::source
