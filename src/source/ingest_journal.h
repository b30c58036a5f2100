// IngestJournal: lines that clients send, written to disk and synced before they are acknowledged.
// From then on the journal is a source of lines like any other, named "http".
//
// Any number of threads append(); one writer thread makes all batches durable that wait at that
// moment, with one write and one sync. The reader's functions are called by SourceSet on its one
// thread. The files are segments (source/ingest_segment.h); a segment goes when everything in it is
// committed elsewhere, but the last two stay. A process that begins again writes new segments only,
// so a place once reached always means the same bytes.
//
// Disk: bytes_max and two segments. Memory: the queue, one batch at the reader, and kRecentIdsMax
// ids. One process per directory.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "model/raw_batch.h"
#include "source/fill.h"
#include "source/ingest_frame.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::source {

class IngestJournal {
 public:
  static constexpr std::string_view kName = "http";
  static constexpr std::size_t kRecentIdsMax = 64 * 1024;

  struct Options {
    std::size_t segment_bytes = 64u << 20;    ///< 4 KiB to 1 GiB
    std::uint64_t bytes_max = 1u << 30;       ///< not released; beyond it append() says Busy
    std::size_t queue_bytes_max = 16u << 20;  ///< waiting to be written, in memory
  };

  enum class Accepted : std::uint8_t {
    Queued,
    Busy,      ///< a limit was reached that goes by itself: send it again later
    TooLarge,  ///< one batch, or its id, is beyond what fits at all
  };
  /// The place behind the batch, or why it is not stored (then none of it is).
  using Done = std::function<void(Result<Place>)>;

  struct Counts {
    std::uint64_t batches = 0, bytes = 0;  ///< made durable by this process
    std::uint64_t repeated = 0;            ///< batches whose id was known: not stored again
    std::uint64_t busy = 0, too_large = 0;
    std::uint64_t failed = 0;  ///< batches that could not be written
    std::uint64_t syncs = 0;   ///< groups that were written
    // How it is now.
    std::uint64_t unreleased_bytes = 0;  ///< up to bytes_max
    std::uint64_t queue_bytes = 0;       ///< up to queue_bytes_max
    std::uint64_t segments = 0;
  };

  /// Makes `directory` (0700) if its parent exists. What an earlier process was writing when it
  /// ended is cut off; damage elsewhere becomes a problem, and reading goes on behind it. Reads all
  /// segments once. StoreLocked while another process has the directory open. `clock` must outlive
  /// the journal and is asked on the writer's thread.
  static Result<std::unique_ptr<IngestJournal>> open(const std::string& directory,
                                                     const Options& options, const Clock& clock);
  /// Writes what is queued, and tells about it, first.
  ~IngestJournal();

  // Any thread.

  /// Hands whole lines to the writer; a missing last '\n' is added. Never waits for the disk. If
  /// the answer is Queued, `done` is called exactly once, on the writer's thread, when the batch is
  /// on disk or has failed; until then the reader does not see it. `done` must be quick, and must
  /// not destroy the journal.
  ///
  /// `id` (at most kBatchIdBytesMax bytes, "" for none) names the batch among all clients: a batch
  /// with the id of a stored one is not stored again, whatever is in it, and `done` gets the place
  /// of the first.
  Accepted append(std::string lines, Done done, std::string id = {});
  /// The last kRecentIdsMax ids, oldest first: those of this process, and after open() all that the
  /// segments hold: the last two, and those that are not released.
  std::vector<std::string> recent_ids() const;
  /// Everything before this place is committed.
  Place released() const;
  Counts counts() const;

  // The reader's thread.

  Fill fill(RawBatch& batch, SourceIndex source);
  /// fill() would find something.
  bool ready() const;
  /// Can be read when there may be something new; fill() makes it unreadable again.
  int fd() const;
  /// Behind the last line handed out.
  std::string position() const;
  /// Goes on where an earlier process was, and releases what is before. Before the first append()
  /// of this process. False (and nothing changed) if the position is not one.
  bool restore(std::string_view position);
  /// What is before `position` is durable elsewhere: segments that lie before it are deleted.
  void released(std::string_view position);
  /// Bytes of lines handed out.
  std::uint64_t bytes_read() const;
  /// Problems that came since the last call.
  std::vector<Error> take_problems();

 private:
  struct Impl;
  explicit IngestJournal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::source
