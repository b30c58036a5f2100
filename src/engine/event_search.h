// Searching the event log by time, entity, fields and text: blocks that may hold what is wanted are
// unpacked and their lines decoded again, so that every field can be asked for, and nothing but
// lines is stored. A page at a time, each of bounded cost.
//
// The events of a page stand in the order in which their lines were received, newest (or oldest)
// first: by day, within it by barrier, within that as their sources were read. That is the order of
// their times only as far as lines arrive in that order. Following `next`, each line that was
// stored when the first page was made comes exactly once, however many are added or blocks are
// merged meanwhile; lines that expire do not. Newest first, later lines do not come; oldest first,
// they do.
//
// Any thread. About 2 µs for a block that is passed over; for others half a millisecond, and a
// microsecond for each line that is decoded.
#pragma once

#include "base/result.h"
#include "base/time.h"
#include "model/entity.h"
#include "store/event_log.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vedette::engine {

inline constexpr std::size_t kFoundMax = 1000;
inline constexpr std::size_t kPageBytesMax = 4 * 1024 * 1024;  ///< but at least one event
inline constexpr std::size_t kQueryBytesMax = 4096;            ///< each text and value
inline constexpr std::size_t kQueryFieldsMax = 16;

struct EventQuery {
  struct Entity {
    EntityType type = EntityType::SourceIp;
    std::string value;  ///< as entity_value() has it; any IPv6 address stands for its /64
  };

  // All that is given must hold.
  Time from = Time::min();  ///< inclusive; see FoundEvent::time
  Time to = Time::max();    ///< exclusive
  std::optional<Entity> entity = {};
  /// ECS names and values as `vedette decode` shows them. Of several values of a name one is
  /// enough.
  std::vector<std::pair<std::string, std::string>> fields = {};
  /// Stands in the line, in upper or lower case (ASCII), not within longer words (store/words.h).
  std::string text = {};

  std::size_t limit = 100;  ///< 1 to kFoundMax
  std::string cursor = {};  ///< EventPage::next of the page before, else empty
  bool newest_first = true;
};

struct FoundEvent {
  /// What the line says; when it was received if it says nothing, or more than a day after that.
  Time time;
  std::string source;
  std::uint64_t offset = 0;  ///< of the line in its source
  std::string json;          ///< what `vedette decode` prints; once, however often it was repeated
};

struct EventPage {
  std::vector<FoundEvent> events;
  std::string next;  ///< where to go on; empty: that was all. The last page may have no events
  /// False: the deadline came before the limit and before the end.
  bool complete = true;
  std::uint64_t blocks_read = 0, blocks_skipped = 0, lines_read = 0;
  /// Files and blocks that cannot be read and were left out.
  std::uint64_t damaged = 0;
};

/// Whether the time is over; asked after each block.
using Deadline = std::function<bool()>;
Deadline deadline_in(Duration span);

/// At least one block is looked at, so that following `next` ends. Errors: EventSearch, when the
/// query cannot be understood.
Result<EventPage> search(store::EventLog& log, const EventQuery& query, const Deadline& is_over);

}  // namespace vedette::engine
