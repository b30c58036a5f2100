// Scan: inputs that are read once, from start to end. The files of one log (rotated siblings) come
// one after the other; several logs are read side by side, some kilobytes at a time and always the
// one whose latest line is the oldest, so that what happened at one time is read at about one time.
// Owned by SourceSet, used by its thread. Holds at most kLogsOpenMax files open.
#pragma once

#include "base/clock.h"
#include "model/raw_batch.h"
#include "source/fill.h"
#include "source/input_file.h"
#include "source/line_cutter.h"
#include "source/source_set.h"

#include <optional>
#include <string>
#include <vector>

namespace vedette::source {

class Scan {
 public:
  /// Adds to `reports` what becomes of each input; the place there is its SourceIndex.
  Scan(std::vector<SourceReport>& reports, const Clock& clock, TimeOfLine time_of)
      : reports_(reports), clock_(clock), time_of_(std::move(time_of)) {}

  void add(const std::vector<std::string>& paths);

  /// Drained: every input has ended.
  Fill fill(RawBatch& batch);
  bool ended() const { return logs_.empty(); }
  /// What to wait for when fill() said Blocked.
  int fd() const { return blocked_; }

 private:
  static constexpr std::size_t kLogsOpenMax = 64;

  struct Log {
    std::vector<SourceIndex> files;  // oldest first
    std::size_t next = 0;            // of them
    SourceIndex current = 0;
    std::optional<InputFile> file;
    LineCutter cutter;
    bool looked = false;    // at its first lines
    Time at = Time::min();  // of the latest line that says when it is of
  };

  std::size_t oldest();
  Time first_time(const std::string& path) const;
  bool open_next(Log& log);
  Fill fill_from(Log& log, RawBatch& batch);
  void note_time(Log& log, const RawBatch& batch) const;
  void end_file(Log& log);
  void expand(const std::string& path, std::vector<std::string>& out);

  std::vector<SourceReport>& reports_;
  const Clock& clock_;
  TimeOfLine time_of_;
  std::vector<Log> logs_;  // those that have not ended, as they were given
  int blocked_ = -1;
};

}  // namespace vedette::source
