// Scan: inputs that are read once, from start to end, one after the other, with one of them open at
// a time. Owned by SourceSet, used by its thread.
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
  Scan(std::vector<SourceReport>& reports, const Clock& clock) : reports_(reports), clock_(clock) {}

  void add(const std::vector<std::string>& paths);

  /// Drained: every input has ended.
  Fill fill(RawBatch& batch);
  bool ended() const { return !file_ && next_ == inputs_.size(); }
  /// What to wait for when fill() said Blocked.
  int fd() const { return file_ ? file_->fd() : -1; }

 private:
  bool open_next();
  Fill fill_from_file(RawBatch& batch);
  void end();
  void expand(const std::string& path, std::vector<std::string>& out);

  std::vector<SourceReport>& reports_;
  const Clock& clock_;
  std::vector<SourceIndex> inputs_;
  std::size_t next_ = 0;
  SourceIndex current_ = 0;
  std::optional<InputFile> file_;
  LineCutter cutter_;
};

}  // namespace vedette::source
