// InputFile: the unpacked bytes of one open file, pipe or terminal, read from front to back.
//
// Plain bytes go straight where the caller wants them, but for the first piece. Used by the scan
// and for rotated siblings; not thread-safe. Holds one descriptor and at most 64 KiB (and a
// decoder).
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "base/time.h"
#include "source/fingerprint.h"
#include "source/inflate.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace vedette::source {

class InputFile {
 public:
  enum class State : std::uint8_t {
    More,     ///< something was read
    Blocked,  ///< nothing yet: wait until fd() can be read
    End,      ///< nothing more will come; problem() says whether it should have
  };
  struct Step {
    std::size_t bytes = 0;
    State state = State::More;
  };

  /// Opens a path. "-" and the names of descriptors (/dev/stdin, /dev/fd/7) share the descriptor
  /// that this process has. A directory is an error.
  static Result<InputFile> open(const std::string& path);

  /// At most `room` bytes (at least 1) to `out`.
  Step read(char* out, std::size_t room);
  /// Up to `room` bytes, less only at the end (or if it blocks).
  std::size_t read_all(char* out, std::size_t room);
  /// Passes over unpacked bytes. False when the file ends before (or blocks).
  bool skip(std::uint64_t bytes);

  int fd() const { return fd_.get(); }
  FileId id() const { return id_; }
  bool is_regular() const { return regular_; }
  bool is_packed() const { return decoder_ != nullptr; }
  std::uint64_t bytes_read() const { return bytes_read_; }    ///< of the file as it lies on disk
  std::uint64_t bytes_total() const { return bytes_total_; }  ///< the same; 0 when unknown
  /// No byte that was read is younger: the time in the packed file, else the file's own. Nothing
  /// for what has no such time.
  std::optional<Time> written_by() const;
  /// Why the end came too early.
  const std::optional<Error>& problem() const { return problem_; }

 private:
  InputFile(UniqueFd fd, std::string path) : fd_(std::move(fd)), path_(std::move(path)) {}
  Result<void> look();
  bool fill();
  bool choose();
  Step read_plain(char* out, std::size_t room);
  Step read_packed(char* out, std::size_t room);
  Step read_descriptor(char* out, std::size_t room);
  Step fail(Errc code, std::string detail);

  UniqueFd fd_;
  std::string path_;
  FileId id_;
  bool regular_ = false;
  bool chosen_ = false;  // what kind of content it is
  bool at_eof_ = false;  // of the descriptor
  bool blocked_ = false;
  std::string in_;  // read, not yet used: [in_at_, end)
  std::size_t in_at_ = 0;
  std::unique_ptr<Decoder> decoder_;
  std::uint64_t bytes_read_ = 0, bytes_total_ = 0;
  std::optional<Time> file_time_;
  std::optional<Error> problem_;
};

/// The first kHeadBytes unpacked bytes of a file; fewer if it is shorter, none if it cannot be
/// read.
std::string read_head(const std::string& path);

/// The time of last change, from a stat.
Time modified_at(const struct stat& status);

}  // namespace vedette::source
