// LineCutter: turns the bytes of one source, in whatever pieces they are read, into chunks of whole
// lines in a RawBatch. Bytes are read straight into the batch; only the unterminated end is kept
// aside (at most kLineBytesMax bytes) and put in front of the next piece.
//
// A line longer than kLineBytesMax is handed out cut; the rest of it is skipped, never stored.
// One per open file; not thread-safe. Cost: one backward search per 64 KiB, one copy of the tail.
#pragma once

#include "model/raw_batch.h"
#include "source/fingerprint.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::source {

/// What all chunks of one read have in common.
struct ChunkLabel {
  SourceIndex source = 0;
  Time written_by;
};

class LineCutter {
 public:
  /// A batch with less room than this cannot hold every line.
  static constexpr std::size_t kBatchBytesMin = kLineBytesMax + 2;

  struct Space {
    char* at;
    std::size_t bytes;
  };

  LineCutter() = default;
  /// Goes on at `offset`, where the bytes before were `before`.
  LineCutter(std::uint64_t offset, bool in_long_line, std::string_view before);

  /// Whether reading into the batch is worth a call.
  bool fits(const RawBatch& batch) const;
  /// Where the next bytes go, and how many at most. Only if fits().
  Space space(RawBatch& batch);
  /// Says that `bytes` were read into the last space(): adds the whole lines to the batch.
  void take(RawBatch& batch, std::size_t bytes, const ChunkLabel& label);
  /// The source has ended: its last line is handed out as it is. Only if fits().
  void finish(RawBatch& batch, const ChunkLabel& label);

  /// Behind the last line handed out.
  std::uint64_t offset() const { return offset_; }
  /// Behind the last byte taken.
  std::uint64_t read_offset() const { return offset_ + tail_.size(); }
  bool in_long_line() const { return in_long_line_; }
  bool has_tail() const { return !tail_.empty(); }
  /// The last bytes before offset().
  const Trail& trail() const { return trail_; }
  /// The last bytes before read_offset().
  Trail read_trail() const;

 private:
  std::size_t skip(const char* at, std::size_t bytes);
  void hand_out(RawBatch& batch, std::size_t bytes, const ChunkLabel& label, std::uint32_t cut);

  std::uint64_t offset_ = 0;
  bool in_long_line_ = false;
  Trail trail_;
  std::string tail_;
};

}  // namespace vedette::source
