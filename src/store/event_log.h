// EventLog: every line that was read, as it stood, for as long as days and bytes allow. Storing the
// events themselves could not keep up with a million lines a second; so lines are packed into
// blocks with a small filter over their words (words.h), and decoded again when they are searched.
//
// A directory with one SQLite file (event_file.h) for each day on which lines were RECEIVED: what
// lines say of themselves, which is hostile, makes no file. A file that grows past a sixteenth of
// `bytes_max` is followed by another part of the day, so that retention is always a file removed.
//
// Thread-safe: one thread appends; any may read (event_reader.h), expire and compact meanwhile.
// There must be one EventLog for a directory: the lock of the Store of the same state guards it.
// Memory: 2 MB of cache each for the file being written and the one being merged, one block, and
// about 200 bytes for a file. Packing costs about 5 ns a byte, in the thread that appends.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "store/event_file.h"

#include <compare>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::store {

/// Whole lines of one source that stood next to each other in it: a Chunk of model/raw_batch.h.
struct EventChunk {
  std::string_view source;
  std::uint64_t offset = 0;  ///< of the first byte in the source
  Time written_by;           ///< as the decoder was told: it decides the year of some times
  std::string_view lines;
};

/// A place between two lines; stable while blocks are added and merged, and when files go. Only
/// lines that a later opening rolls back may give their numbers to others.
struct EventPlace {
  std::int32_t day = 0;  ///< since 1970
  std::uint32_t part = 0;
  std::uint64_t line = 0;  ///< the one behind it, counted from the beginning of the file
  auto operator<=>(const EventPlace&) const = default;
};
inline constexpr EventPlace kNewestPlace{std::numeric_limits<std::int32_t>::max(),
                                         std::numeric_limits<std::uint32_t>::max(),
                                         std::numeric_limits<std::uint64_t>::max()};
inline constexpr EventPlace kOldestPlace{std::numeric_limits<std::int32_t>::min(), 0, 0};

class EventLog {
 public:
  struct Options {
    unsigned days_max = 90;                             ///< today included; at least 1
    std::uint64_t bytes_max = std::uint64_t{10} << 30;  ///< on disk, of all files
  };

  /// Makes the directory if need be. Lines of barriers after `last_barrier` (Store::last_barrier)
  /// are removed: they belong to a commit that never happened. A file that cannot be opened or
  /// understood is reported in problems() and left out.
  static Result<std::unique_ptr<EventLog>> open(const std::string& directory,
                                                const Options& options, std::uint64_t last_barrier);
  ~EventLog();

  /// What was received up to one barrier; durable when this returns. To be called before the Store
  /// commits the same barrier and after it has committed all before; they count upwards from 1. All
  /// or nothing; a barrier that is here already is left as it is, so trying again is safe.
  /// `first_event` and `last_event` are the extremes of the times of the events as decoded, without
  /// those of lines that have none; first_event > last_event: none has one.
  Result<void> append(std::uint64_t barrier, Time received, Time first_event, Time last_event,
                      std::span<const EventChunk> chunks);

  struct Expired {
    std::uint64_t files = 0, bytes = 0;
  };
  /// Removes the files of days beyond days_max, then the oldest ones until bytes_max holds; never
  /// the newest one for its bytes. Logs what went. To be called now and then; costs a stat a file.
  Result<Expired> expire(Time now);

  /// One small step (some ten milliseconds at most) of making larger blocks from small ones, in
  /// files that are no longer written and whose barriers are committed. False: nothing is left to
  /// do. Append does not wait for it.
  Result<bool> compact_some();

  struct Totals {
    std::uint64_t files = 0, damaged = 0, bytes = 0, lines = 0;
  };
  Totals totals() const;
  /// What was wrong with files since open(): at most one for each.
  std::vector<Error> problems() const;

  // For EventReader.
  struct File {
    std::int32_t day = 0;
    std::uint32_t part = 0;
    std::string path;
    EventTimes times;
    bool is_damaged = false;
  };
  /// The first file at or behind the place in that order.
  std::optional<File> file_at(EventOrder order, const EventPlace& place) const;
  /// Whether the file was still ours: else it has expired. Logged once for each file.
  bool set_damaged(const File& file, const Error& error);

 private:
  struct Impl;
  explicit EventLog(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::store
