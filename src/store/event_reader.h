// EventReader: goes through the event log block by block and passes over those that cannot have
// what is wanted. Belongs to one thread; any number of them read while the log is written, merged
// and expired.
//
// It sees each line that was there when it began exactly once, also when a later reader goes on at
// its place(); unless the line expires first. Lines that come meanwhile are seen by a reader that
// goes from the oldest to the newest, and not by the other.
#pragma once

#include "store/event_log.h"

namespace vedette::store {

class EventReader {
 public:
  struct Query {
    Time from = Time::min();           ///< inclusive
    Time to = Time::max();             ///< exclusive
    std::vector<WordTest> words = {};  ///< a block must pass all
    EventOrder order = EventOrder::NewestFirst;
  };

  /// From the place on, in the order of the query. The log must live as long.
  EventReader(EventLog& log, Query query, const EventPlace& from);

  enum class Step : std::uint8_t { Block, Passed, End };
  /// One block at most: unpacked, or passed over. Some microseconds when it is passed over, half a
  /// millisecond when not.
  Step step();

  /// After Step::Block: the block; its first line's place; and which of its lines are still to be
  /// seen, counted from `first().line` like it.
  const EventBlock& block() const { return *block_; }
  EventPlace first() const { return first_; }
  std::uint64_t lines_begin() const { return lines_begin_; }
  std::uint64_t lines_end() const { return lines_end_; }

  /// Behind what was stepped over: where another reader goes on.
  const EventPlace& place() const { return place_; }
  std::uint64_t blocks_read() const { return blocks_read_; }
  std::uint64_t blocks_passed() const { return blocks_passed_; }
  /// Files and blocks that could not be read.
  std::uint64_t damaged() const { return damaged_; }

 private:
  bool open_file();
  void leave_file();
  void fail(const Error& error);
  bool is_wanted(const EventScan::Head& head) const;

  EventLog& log_;
  const Query query_;
  EventPlace place_;
  EventLog::File file_;
  std::unique_ptr<EventScan> scan_;
  std::optional<EventBlock> block_;
  EventPlace first_;
  std::uint64_t lines_begin_ = 0, lines_end_ = 0;
  std::uint64_t blocks_read_ = 0, blocks_passed_ = 0, damaged_ = 0;
};

}  // namespace vedette::store
