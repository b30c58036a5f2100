#include "store/event_reader.h"

#include <algorithm>

namespace vedette::store {

EventReader::EventReader(EventLog& log, Query query, const EventPlace& from)
    : log_(log), query_(std::move(query)), place_(from) {}

/// Goes to the file at the place. False: there is none.
bool EventReader::open_file() {
  auto file = log_.file_at(query_.order, place_);
  if (!file) return false;
  file_ = std::move(*file);
  if (file_.day != place_.day || file_.part != place_.part) {
    const bool backwards = query_.order == EventOrder::NewestFirst;
    place_ = {file_.day, file_.part, backwards ? kNewestPlace.line : 0};
  }
  if (file_.is_damaged) {
    ++damaged_;
    leave_file();
    return true;
  }
  if (!file_.times.meets(query_.from, query_.to)) {
    leave_file();
    return true;
  }
  auto scan = EventScan::open(file_.path, query_.order, place_.line);
  if (scan) {
    scan_ = std::move(*scan);
  } else {
    fail(scan.error());
  }
  return true;
}

void EventReader::leave_file() {
  scan_.reset();
  if (query_.order == EventOrder::OldestFirst) {
    place_ = {file_.day, file_.part + 1, 0};
  } else if (file_.part > 0) {
    place_ = {file_.day, file_.part - 1, kNewestPlace.line};
  } else {
    place_ = {file_.day - 1, kNewestPlace.part, kNewestPlace.line};
  }
}

void EventReader::fail(const Error& error) {
  damaged_ += log_.set_damaged(file_, error);
  leave_file();
}

bool EventReader::is_wanted(const EventScan::Head& head) const {
  return head.times.meets(query_.from, query_.to) &&
         std::all_of(query_.words.begin(), query_.words.end(),
                     [&](const WordTest& test) { return filter_passes(head.filter, test); });
}

EventReader::Step EventReader::step() {
  block_.reset();
  // A file that is opened gives its first block in the same step: readers of one step each, all
  // going on where the one before ended, must come to the end.
  if (scan_ == nullptr && !open_file()) return Step::End;
  if (scan_ == nullptr) return Step::Passed;
  const bool backwards = query_.order == EventOrder::NewestFirst;
  auto head = scan_->next();
  // Forwards, the first block may have ended at the place.
  while (head && *head && !backwards && (*head)->end_line() <= place_.line) head = scan_->next();
  if (!head || !*head) {
    if (!head) {
      fail(head.error());
    } else {
      leave_file();
    }
    return Step::Passed;
  }
  first_ = {file_.day, file_.part, (*head)->first_line};
  lines_begin_ = backwards ? (*head)->first_line : std::max((*head)->first_line, place_.line);
  lines_end_ = backwards ? std::min((*head)->end_line(), place_.line) : (*head)->end_line();
  place_.line = backwards ? lines_begin_ : lines_end_;
  if (!is_wanted(**head)) {
    ++blocks_passed_;
    return Step::Passed;
  }
  auto block = scan_->load(**head);
  if (!block) {
    fail(block.error());
    return Step::Passed;
  }
  if (!*block) {
    ++damaged_;
    return Step::Passed;
  }
  ++blocks_read_;
  block_ = std::move(*block);
  return Step::Block;
}

}  // namespace vedette::store
