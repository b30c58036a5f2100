// Segments: the files of the ingest journal, `<directory>/00000000000000000001.seg` and on, each a
// row of frames. SegmentWriter makes what it is given durable; SegmentReader finds the frames again
// and passes over what is damaged.
//
// Each is used by one thread; a writer and a reader may share a file as long as the reader stays
// before the place up to which it is synced.
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "source/ingest_frame.h"

#include <sys/uio.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vedette::source {

std::string segment_path(const std::string& directory, std::uint64_t number);
/// The numbers of the segments that lie in `directory`, ascending. Other names are passed over.
Result<std::vector<std::uint64_t>> list_segments(const std::string& directory);

/// Files are not allocated ahead: on ext4 a sync of 1.6 MB took 0.96 ms without and 0.85 ms with.
class SegmentWriter {
 public:
  /// A new file, 0600, with its name synced in `directory` (a descriptor of which is
  /// `directory_fd`).
  Result<void> begin(const std::string& directory, int directory_fd, std::uint64_t number);

  /// Appends all pieces with as few calls as the kernel allows, then syncs once. After an error the
  /// file ends where it did before, and the next call may succeed. Changes `pieces`.
  Result<void> append(std::vector<iovec>& pieces);

  bool is_open() const { return static_cast<bool>(fd_); }
  /// Behind the last byte that is synced.
  Place end() const { return {number_, end_}; }

 private:
  int write_and_sync(std::vector<iovec>& pieces);
  int cut_back();

  UniqueFd fd_;
  std::string path_;
  std::uint64_t number_ = 0;
  std::uint64_t end_ = 0;
  bool dirty_ = false;  // something that was not synced may lie behind end_
};

class SegmentReader {
 public:
  SegmentReader() = default;
  SegmentReader(UniqueFd fd, const Place& start)
      : fd_(std::move(fd)), segment_(start.segment), offset_(start.offset) {}

  enum class Step : std::uint8_t {
    Frame,
    End,
    Skipped,  ///< one damaged frame was passed over; whole ones follow
    Lost,     ///< from here on nothing is a frame, or the file cannot be read: see error_number()
  };
  /// The next frame before `end`. Its views live until the next call. Holds as much memory as the
  /// longest frame has bytes.
  Step next(std::uint64_t end, Frame& frame);

  bool is_open() const { return static_cast<bool>(fd_); }
  /// Where the next frame begins.
  Place place() const { return {segment_, offset_}; }
  int error_number() const { return error_number_; }

 private:
  FrameStatus parse(std::uint64_t offset, std::uint64_t end, Frame& frame);
  std::string_view bytes(std::uint64_t offset, std::size_t wanted, std::uint64_t end);

  UniqueFd fd_;
  std::uint64_t segment_ = 0;
  std::uint64_t offset_ = 0;
  std::string window_;  // the bytes at window_offset_
  std::uint64_t window_offset_ = 0;
  int error_number_ = 0;
};

}  // namespace vedette::source
