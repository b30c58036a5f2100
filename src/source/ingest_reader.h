// IngestReader: hands out the lines of the ingest journal, frame by frame, across its segments, and
// knows how far it came. It reads only what it is told is synced.
//
// Owned by IngestJournal, used by the thread of SourceSet. Memory: one frame. A copy of each line
// and one XXH3 of it.
#pragma once

#include "base/result.h"
#include "model/raw_batch.h"
#include "source/fill.h"
#include "source/ingest_position.h"
#include "source/ingest_segment.h"
#include "source/line_cutter.h"

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vedette::source {

/// A segment with the bytes of it that are synced.
struct SegmentEnd {
  std::uint64_t number = 0;
  std::uint64_t bytes = 0;
  bool last = true;  ///< it may grow
};

class IngestReader {
 public:
  /// The first segment whose number is not below the given one.
  using Find = std::function<std::optional<SegmentEnd>(std::uint64_t number)>;

  IngestReader(std::string directory, Find find)
      : directory_(std::move(directory)), find_(std::move(find)) {}

  /// Begins anew at a position.
  void start(const IngestPosition& position);
  Fill fill(RawBatch& batch, SourceIndex source);
  /// Behind the last line handed out.
  IngestPosition position() const;
  /// Not everything that was found was handed out.
  bool has_more() const { return has_frame_ || segment_.place() < seen_; }
  /// Up to where it has looked: what is synced behind this is new to it.
  Place seen() const { return seen_; }
  std::uint64_t bytes_read() const { return bytes_read_; }
  std::vector<Error> take_problems() { return std::exchange(problems_, {}); }

 private:
  bool next_frame();
  bool open(const SegmentEnd& segment, std::uint64_t offset);
  void pass_over(const SegmentEnd& segment);
  bool begin_frame(const Place& at);
  void go_to(const Place& place) { segment_ = SegmentReader(UniqueFd(), place); }
  void report(std::uint64_t segment, const std::string& what);

  std::string directory_;
  Find find_;
  SegmentReader segment_;
  Place seen_;
  IngestPosition resume_;  // what of the frame there was handed out by an earlier process

  bool has_frame_ = false;
  Place frame_at_;
  Frame frame_;                   // views into segment_
  std::uint64_t lines_base_ = 0;  // the cutter's offset at the first line of the frame
  LineCutter cutter_;

  std::uint64_t bytes_read_ = 0;
  std::vector<Error> problems_;    // not yet taken
  std::vector<std::string> told_;  // their details, so that each is told once
};

}  // namespace vedette::source
