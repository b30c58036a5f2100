// LiveFile: one plain file that is being written while it is read. Its own writer may empty it and
// begin anew at any moment (copytruncate), so every read is checked: the first bytes must be the
// same before and after it, and what stands before it must be what was read there.
//
// Owned by a FileTail. Four system calls per read, at most one batch of bytes each.
#pragma once

#include "base/file.h"
#include "base/time.h"
#include "model/raw_batch.h"
#include "source/fingerprint.h"
#include "source/line_cutter.h"

#include <cstdint>

namespace vedette::source {

class LiveFile {
 public:
  enum class Outcome : std::uint8_t {
    Read,  ///< bytes came; take() hands them out, and there may be more
    AtEnd,
    NoRoom,    ///< the batch is full
    Replaced,  ///< this is not the content that was read before; nothing was handed out
    Failed,    ///< the file cannot be read; errno says why
  };

  /// `head` is what is known of the first bytes, the cutter says where to go on.
  LiveFile(UniqueFd fd, const Fingerprint& head, LineCutter cutter)
      : fd_(std::move(fd)), head_(head), cutter_(std::move(cutter)) {}

  /// One read, straight into the room of the batch.
  Outcome read(RawBatch& batch);
  /// Hands out what the last read() brought. `now` bounds the time of the lines if the file's own
  /// time is later.
  void take(RawBatch& batch, SourceIndex source, Time now);
  /// So few bytes are known that other content may well begin with the same ones.
  bool is_doubtful() const { return head_.length < kHeadBytes; }
  /// Hands out the unterminated last line. Only if cutter().fits(batch).
  void finish(RawBatch& batch, SourceIndex source, Time now);

  int fd() const { return fd_.get(); }
  const Fingerprint& head() const { return head_; }
  LineCutter& cutter() { return cutter_; }
  const LineCutter& cutter() const { return cutter_; }
  /// No name leads to it any more.
  bool is_removed() const { return removed_; }

 private:
  bool is_unchanged(std::string_view found, std::string_view read, std::uint64_t at);

  UniqueFd fd_;
  Fingerprint head_;
  LineCutter cutter_;
  std::size_t bytes_ = 0;  // read, not taken
  Fingerprint new_head_;   // once they are taken
  Time modified_;
  bool removed_ = false;
};

}  // namespace vedette::source
