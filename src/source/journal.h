// Journal: systemd's journal as a source of lines. Each entry becomes one line in the form rsyslog
// writes:
//   2026-01-02T03:04:05.678901+00:00 HOST IDENT[PID]: MESSAGE
// The only place that knows libsystemd. Owned by SourceSet, used by its thread.
#pragma once

#include "base/result.h"
#include "model/raw_batch.h"
#include "source/fill.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::source {

class Journal {
 public:
  /// This machine's journal, from now on; or the journal files of a directory, from the first
  /// entry.
  static Result<std::unique_ptr<Journal>> open(const std::string& directory);
  ~Journal();

  /// Goes on behind the entry of an earlier position(). False if it is not one.
  bool restore(std::string_view position);
  Fill fill(RawBatch& batch, SourceIndex source, Time now);
  /// Behind the last line handed out.
  std::string position() const;

  // For poll().
  int fd() const;
  short events() const;
  /// Takes note of what happened to the journal's files: whenever fd() can be read, and now and
  /// then.
  void process();

  std::uint64_t bytes_read() const;
  std::vector<Error> take_problems();

 private:
  struct Impl;
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::source
