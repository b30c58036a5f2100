#include "engine/event_search.h"

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "decode/line_decoder.h"
#include "engine/event_match.h"
#include "store/event_reader.h"

#include <fmt/core.h>

#include <algorithm>

namespace vedette::engine {
namespace {

using store::BlockChunk;
using store::EventOrder;
using store::EventPlace;
using store::EventReader;

Error invalid(std::string detail) {
  return {Errc::EventSearch, std::move(detail)};
}

/// "n20513:0:1234": the order, and the place.
std::string cursor_of(EventOrder order, const EventPlace& place) {
  return fmt::format("{}{}:{}:{}", order == EventOrder::NewestFirst ? 'n' : 'o', place.day,
                     place.part, place.line);
}

Result<EventPlace> place_of(std::string_view cursor, EventOrder order) {
  const bool newest = order == EventOrder::NewestFirst;
  if (cursor.empty()) return newest ? store::kNewestPlace : store::kOldestPlace;
  std::string_view rest = cursor;
  const bool ordered = take_char(rest, newest ? 'n' : 'o');
  const auto day = parse_int<std::int32_t>(take_until(rest, ':'));
  const auto part = parse_int<std::uint32_t>(take_until(rest, ':'));
  const auto line = parse_int<std::uint64_t>(rest);
  if (!ordered || !day || !part || !line) {
    return invalid(fmt::format("'{}' is no place to go on from in this order",
                               escape_for_terminal(clip_utf8(cursor, 64))));
  }
  return EventPlace{*day, *part, *line};
}

struct Line {
  std::uint32_t chunk;
  std::uint32_t begin, size;  // in the chunk; without '\n'
  bool is_candidate;
};

class Search {
 public:
  Search(store::EventLog& log, const EventQuery& query, EventMatch match, const EventPlace& from)
      : order_(query.newest_first ? EventOrder::NewestFirst : EventOrder::OldestFirst),
        limit_(std::clamp<std::size_t>(query.limit, 1, kFoundMax)),
        match_(std::move(match)),
        decoder_(match_.fields()),
        reader_(log, {query.from, query.to, match_.words(), order_}, from) {}

  EventPage run(const Deadline& is_over) {
    for (;;) {
      const auto step = reader_.step();
      if (step == EventReader::Step::End) break;
      if (step == EventReader::Step::Block && !take_block()) break;
      if (is_over()) {
        page_.complete = false;
        page_.next = cursor_of(order_, reader_.place());
        break;
      }
    }
    page_.blocks_read = reader_.blocks_read();
    page_.blocks_skipped = reader_.blocks_passed();
    page_.damaged = reader_.damaged();
    return std::move(page_);
  }

 private:
  /// False: the page is full.
  bool take_block() {
    cut_lines();
    const std::uint64_t first = reader_.first().line;
    const std::uint64_t begin = reader_.lines_begin() - first;
    const std::uint64_t end = std::min<std::uint64_t>(reader_.lines_end() - first, lines_.size());
    const bool backwards = order_ == EventOrder::NewestFirst;
    for (std::uint64_t i = begin; i < end; ++i) {
      const std::uint64_t at = backwards ? end - 1 - (i - begin) : i;
      ++page_.lines_read;
      if (!lines_[at].is_candidate || !take_line(lines_[at])) continue;
      if (page_.events.size() < limit_ && bytes_ < kPageBytesMax) continue;
      EventPlace place = reader_.first();
      place.line += backwards ? at : at + 1;
      page_.next = cursor_of(order_, place);
      return false;
    }
    return true;
  }

  void cut_lines() {
    lines_.clear();
    const auto chunks = reader_.block().chunks();
    for (std::uint32_t c = 0; c < chunks.size(); ++c) {
      const std::size_t first = lines_.size();
      std::string_view rest = chunks[c].lines;
      std::uint32_t at = 0;
      while (!rest.empty()) {
        const auto size = static_cast<std::uint32_t>(take_until(rest, '\n').size());
        lines_.push_back({c, at, size, match_.text().empty()});
        at += size + 1;
      }
      if (!match_.text().empty()) mark_candidates(chunks[c].lines, first);
    }
  }

  /// Lines of the chunk, from lines_[at] on, that have the text.
  void mark_candidates(std::string_view text, std::size_t at) {
    lowered_.assign(text);
    for (char& c : lowered_) c = lower(c);
    for (std::size_t from = 0;;) {
      const std::size_t found = store::find_phrase(lowered_, match_.text(), from);
      if (found == std::string::npos) return;
      while (lines_[at].begin + lines_[at].size < found) ++at;
      lines_[at].is_candidate = true;
      from = lines_[at].begin + lines_[at].size + 1;
      if (from > lowered_.size()) return;
    }
  }

  /// True: the event of the line is on the page.
  bool take_line(const Line& line) {
    const BlockChunk& chunk = reader_.block().chunks()[line.chunk];
    const std::string_view text = chunk.lines.substr(line.begin, line.size);
    if (!match_.may_match(text)) return false;
    const Event* const event = decoder_.decode(
        text, {.offset = chunk.offset + line.begin, .chunk = 0, .written_by = chunk.written_by});
    if (event == nullptr) return false;
    const bool has_time =
        event->time != Time{} && event->time <= chunk.received + std::chrono::hours(24);
    const Time time = has_time ? event->time : chunk.received;
    if (!match_.matches(decoder_.batch(), *event, time)) return false;
    FoundEvent& found = page_.events.emplace_back();
    found.time = time;
    found.source = chunk.source;
    found.offset = event->offset;
    decoder_.append_json(found.json);
    bytes_ += found.json.size() + found.source.size();
    return true;
  }

  const EventOrder order_;
  const std::size_t limit_;
  const EventMatch match_;
  decode::LineDecoder decoder_;
  EventReader reader_;
  EventPage page_;
  std::size_t bytes_ = 0;
  std::vector<Line> lines_;
  std::string lowered_;
};

}  // namespace

Deadline deadline_in(Duration span) {
  const double until = monotonic_seconds() + std::chrono::duration<double>(span).count();
  return [until] { return monotonic_seconds() >= until; };
}

Result<EventPage> search(store::EventLog& log, const EventQuery& query, const Deadline& is_over) {
  VD_TRY(auto match, EventMatch::make(query));
  VD_TRY(const EventPlace from,
         place_of(query.cursor,
                  query.newest_first ? EventOrder::NewestFirst : EventOrder::OldestFirst));
  return Search(log, query, std::move(match), from).run(is_over);
}

}  // namespace vedette::engine
