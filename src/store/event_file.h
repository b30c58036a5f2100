// One file of the event log: a SQLite database of packed blocks, each with its filter beside it.
//
// The lines of a file are numbered in the order in which they came; a block is the lines from
// `first_line` on. Merging blocks changes no number, which is what readers hold on to.
//
// EventFile writes; EventScan reads, with a connection of its own. Each belongs to one thread, but
// any number of them may have a file at once (WAL). Memory: caches of 2 and 1 MB, and one block.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "store/database.h"
#include "store/event_block.h"
#include "store/words.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vedette::store {

/// From the first to the last; empty as it is made.
struct TimeSpan {
  Time first = Time::max(), last = Time::min();
  void add(const TimeSpan& other);
  /// Of `from` inclusive to `to` exclusive.
  bool meets(Time from, Time to) const { return first < to && last >= from && first <= last; }
};

/// What is known of a file, or of a block, without looking into it.
struct EventTimes {
  TimeSpan events;    ///< what the lines say of themselves
  TimeSpan received;  ///< counts for lines that say nothing, or nonsense
  void add(const EventTimes& other);
  bool meets(Time from, Time to) const {
    return events.meets(from, to) || received.meets(from, to);
  }
};

struct FileSummary {
  EventTimes times;  ///< at least those of its lines
  std::uint64_t next_line = 0;
  std::uint64_t last_barrier = 0;
  bool is_merged = false;  ///< nothing is left to merge
};

class EventFile {
 public:
  /// Makes the file if there is none. StoreDamaged: it is no file of this version.
  static Result<std::unique_ptr<EventFile>> open(const std::string& path);

  const FileSummary& summary() const { return summary_; }
  /// Removes what came after the barrier; says how many blocks that were.
  Result<std::uint64_t> roll_back(std::uint64_t barrier);
  /// All or nothing, and synced. Chunks have the same time of reception.
  Result<void> append(std::uint64_t barrier, Time received, const TimeSpan& events,
                      std::span<const BlockChunk> chunks);

  /// One step: makes one block of neighbours that are small, or gives some free pages back to the
  /// file system. False: nothing is left to do, and the file says so from now on.
  Result<bool> merge_some();

 private:
  struct Small {
    std::uint64_t first_line, lines, raw_bytes, barrier;
    EventTimes times;
  };

  explicit EventFile(std::unique_ptr<Database> database) : database_(std::move(database)) {}
  Result<void> prepare();
  Result<void> read_summary();
  Result<void> write_summary(const FileSummary& summary);
  Result<void> insert(std::uint64_t first_line, std::uint64_t barrier, const EventTimes& times,
                      const PackedBlock& block);
  Result<void> append_all(std::uint64_t barrier, const EventTimes& times,
                          std::span<const BlockChunk> chunks, FileSummary& summary);
  Result<std::vector<Small>> find_small();
  Result<void> merge(const std::vector<Small>& run);
  Result<std::optional<EventBlock>> load(std::uint64_t first_line);
  Result<bool> tidy();

  std::unique_ptr<Database> database_;  // before its statements, so that it outlives them
  Statement put_block_, put_bytes_, drop_block_, drop_bytes_, put_summary_, heads_, bytes_;
  FileSummary summary_;
  WordSet words_;
  std::uint64_t merged_to_ = 0;  // before this line there is nothing to merge
};

enum class EventOrder : std::uint8_t { NewestFirst, OldestFirst };

/// Goes through the blocks of one file by their heads.
class EventScan {
 public:
  struct Head {
    std::uint64_t first_line = 0, lines = 0;
    EventTimes times;
    std::string_view filter;  ///< until the next call
    std::uint64_t end_line() const { return first_line + lines; }
  };

  /// From `line` on, that one included; NewestFirst: backwards from the line before it.
  static Result<std::unique_ptr<EventScan>> open(const std::string& path, EventOrder order,
                                                 std::uint64_t line);
  /// Nothing: that was the last one.
  Result<std::optional<Head>> next();
  /// The block of the head. Nothing: it is damaged.
  Result<std::optional<EventBlock>> load(const Head& head);

 private:
  EventScan() = default;
  std::unique_ptr<Database> database_;
  Statement heads_, bytes_;
};

}  // namespace vedette::store
