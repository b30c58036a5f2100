// The part of FileTail that finds out which file comes next.
#include "source/file_tail.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace vedette::source {
namespace {

/// Well above the tick of any file system's clock.
constexpr double kTickSeconds = 1;

std::uint64_t size_of(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace

std::optional<Fill> FileTail::advance(RawBatch& batch, double seconds) {
  if (nothing_newer()) return Fill::Drained;
  Snapshot snapshot(path_, directories_);
  const auto all = known();
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    if (parts_[k].state == Part::State::Lost) return find_lost(snapshot, k, batch);
  }
  const auto next = snapshot.next(all);
  const bool at_last = !next || snapshot.file(*next).kind == Rotated::Current;
  const bool removed = at_last && waiting_was_removed(snapshot);
  if (!snapshot.settled()) return unsettled(snapshot);
  if (removed) return begin_waiting(batch, seconds);
  if (next) return begin(snapshot, *next, batch, seconds);
  if (resume(snapshot)) return {};
  return Fill::Drained;
}

/// A file that was put aside and is at the path again is read on where it was left.
bool FileTail::resume(Snapshot& snapshot) {
  if (snapshot.size() == 0) return false;
  const Sibling& current = snapshot.file(snapshot.size() - 1);
  if (current.kind != Rotated::Current) return false;
  for (std::size_t k = parts_.size(); k-- > 0;) {
    const bool same = parts_[k].mark.id == current.id && parts_[k].mark.head.length > 0;
    if (!same || parts_[k].mark.whole || parts_[k].state == Part::State::Lost) continue;
    if (parts_[k].state == Part::State::Open && k + 1 == parts_.size()) return false;
    close(parts_[k], Part::State::Lost);
    std::rotate(parts_.begin() + static_cast<std::ptrdiff_t>(k),
                parts_.begin() + static_cast<std::ptrdiff_t>(k) + 1, parts_.end());
    return true;
  }
  return false;
}

/// Whether the file at the path is the one that is being read: the usual case, for one system call.
bool FileTail::nothing_newer() {
  const bool lost =
      std::ranges::any_of(parts_, [](const Part& part) { return part.state == Part::State::Lost; });
  if (lost) return false;
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) {
    if (errno != ENOENT && errno != ENOTDIR) {
      report(Errc::FileOpen, fmt::format("{}: {}", path_, errno_text(errno)));
    }
    return false;
  }
  if (!S_ISREG(status.st_mode)) {
    report(Errc::InputKind, fmt::format("{}: only regular files can be followed", path_));
    return true;
  }
  const FileId id = id_of(status);
  if (!parts_.empty() && parts_.back().live && parts_.back().mark.id == id) {
    stop_waiting();
    return true;
  }
  const bool written_late = waiting_before_.fd && size_of(waiting_before_.fd.get()) > 0;
  return !written_late && waiting_.quiet && waiting_.id == id && status.st_size == 0 &&
         waiting_.modified == modified_at(status);
}

/// Whether the newest file was copied and emptied, and what was read just now is its new content.
/// Asked while so little of it is known that new content may begin like the old. Nothing: cannot
/// tell yet.
std::optional<bool> FileTail::was_copied() {
  Snapshot snapshot(path_, directories_);
  auto all = known();
  Known newest = all.back();
  all.pop_back();
  const LineCutter& cutter = parts_.back().live->cutter();
  newest.mark.offset = cutter.read_offset();
  newest.mark.trail = fingerprint(cutter.read_trail().bytes());
  const auto next = snapshot.next(all);
  const bool copied = next && snapshot.file(*next).kind != Rotated::Current &&
                      !(snapshot.file(*next).id == newest.mark.id) && snapshot.is(*next, newest);
  if (!snapshot.settled()) {
    unsettled(snapshot);
    return {};
  }
  return copied;
}

std::optional<Fill> FileTail::find_lost(Snapshot& snapshot, std::size_t which, RawBatch& batch) {
  if (parts_[which].mark.offset ==
      0) {  // nothing of it was handed out: then it is like any new file
    parts_.erase(parts_.begin() + static_cast<std::ptrdiff_t>(which));
    return {};
  }
  const auto found = snapshot.find(known(), which);
  if (!snapshot.settled()) return unsettled(snapshot);
  Part& part = parts_[which];
  if (found) {
    if (open_part(part, snapshot, *found)) {
      if (part.live) part.watch = watch(part.live->fd());
      return {};
    }
    const int reason = errno;
    if (reason != EACCES) return cannot_open(snapshot.file(*found), reason);
    report(Errc::FileOpen, fmt::format("{}: {}", snapshot.file(*found).path, errno_text(reason)));
  }
  if (!hand_out_tail(part, batch)) return Fill::NoRoom;
  part.state = Part::State::Done;
  return {};
}

std::optional<Fill> FileTail::begin(Snapshot& snapshot, std::size_t i, RawBatch& batch,
                                    double seconds) {
  const Sibling& sibling = snapshot.file(i);
  Part next;
  next.mark.head = fingerprint(snapshot.head(i));
  if (sibling.kind == Rotated::Current && next.mark.head.length == 0) {
    UniqueFd fd = open_same(sibling);
    if (!fd) return cannot_open(sibling, errno);
    wait_for(std::move(fd), sibling.id, seconds);
    return Fill::Drained;
  }
  if (!open_part(next, snapshot, i)) return cannot_open(sibling, errno);
  const auto result = succeed(std::move(next), batch, seconds);
  if (!result && sibling.id == waiting_before_.id) drop(waiting_before_);
  // The file we waited for may have been rotated, and packed, before it was its turn.
  if (!result && waiting_.fd &&
      (sibling.kind == Rotated::Current || sibling.id == waiting_.id ||
       snapshot.head(i) == read_at(waiting_.fd.get(), 0, kHeadBytes))) {
    stop_waiting();
  }
  return result;
}

/// The file for whose first line we waited got it, and is gone since: only we still have it.
bool FileTail::waiting_was_removed(Snapshot& snapshot) const {
  if (!waiting_.fd || size_of(waiting_.fd.get()) == 0) return false;
  Known file;
  file.mark.id = waiting_.id;
  file.mark.head = fingerprint(read_at(waiting_.fd.get(), 0, kHeadBytes));
  return !snapshot.has(file);
}

std::optional<Fill> FileTail::begin_waiting(RawBatch& batch, double seconds) {
  Part next;
  next.mark.id = waiting_.id;
  next.mark.head = fingerprint(read_at(waiting_.fd.get(), 0, kHeadBytes));
  if (!open_live(next, UniqueFd(::fcntl(waiting_.fd.get(), F_DUPFD_CLOEXEC, 3)))) {
    Sibling removed;
    removed.path = path_;
    return cannot_open(removed, errno);
  }
  const auto result = succeed(std::move(next), batch, seconds);
  if (!result) stop_waiting();
  return result;
}

/// `next` has lines, so its writer is done with the file before it, which is read to its end now.
std::optional<Fill> FileTail::succeed(Part next, RawBatch& batch, double seconds) {
  if (!parts_.empty()) {
    Part& last = parts_.back();
    const Fill drained = drain(last, batch, seconds);
    const bool whole = drained == Fill::Drained && last.state != Part::State::Lost;
    if (!whole || !hand_out_tail(last, batch)) {
      close(next, Part::State::Done);
      if (drained != Fill::Drained) return drained;
      return whole ? Fill::NoRoom : Fill::More;
    }
    last.active_at = seconds;
  }
  next.active_at = seconds;
  if (next.live) next.watch = watch(next.live->fd());
  parts_.push_back(std::move(next));
  names_watched_ = false;  // a symbolic link may lead elsewhere now
  return {};
}

/// Goes on in file `i` where part.mark says. False if the file is not what it was a moment ago, or
/// cannot be opened (errno).
bool FileTail::open_part(Part& part, Snapshot& snapshot, std::size_t i) {
  const Sibling& sibling = snapshot.file(i);
  snapshot.head(i);
  part.mark.id = sibling.id;
  if (snapshot.is_packed(i)) return open_packed(part, sibling);
  UniqueFd fd = open_same(sibling);
  return fd && open_live(part, std::move(fd));
}

bool FileTail::open_packed(Part& part, const Sibling& sibling) {
  auto opened = InputFile::open(sibling.path);
  if (!opened || !(opened->id() == sibling.id)) return false;
  std::string before(part.mark.trail.length, '\0');
  const bool there = opened->skip(part.mark.offset - before.size()) &&
                     opened->read_all(before.data(), before.size()) == before.size();
  errno = ENOENT;
  if (!there) return false;
  part.packed = std::make_unique<InputFile>(*std::move(opened));
  part.cutter = LineCutter(part.mark.offset, part.mark.in_long_line, before);
  part.state = Part::State::Open;
  return true;
}

bool FileTail::open_live(Part& part, UniqueFd fd) {
  const Mark& mark = part.mark;
  const std::string before = read_at(fd.get(), mark.offset - mark.trail.length, mark.trail.length);
  errno = ENOENT;
  if (!(fingerprint(before) == mark.trail) && mark.trail.length > 0) return false;
  LineCutter cutter(mark.offset, mark.in_long_line, before);
  part.live = std::make_unique<LiveFile>(std::move(fd), mark.head, std::move(cutter));
  part.cutter = LineCutter();
  part.state = Part::State::Open;
  return true;
}

/// Opens what the listing named, if the name still leads to it. Else errno says ENOENT or why.
UniqueFd FileTail::open_same(const Sibling& sibling) {
  UniqueFd fd(::open(sibling.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return fd;
  struct stat status {};
  if (::fstat(fd.get(), &status) == 0 && id_of(status) == sibling.id) return fd;
  errno = ENOENT;
  return UniqueFd();
}

Fill FileTail::unsettled(const Snapshot& snapshot) {
  starved_ = starved_ || snapshot.is_starved();
  return Fill::Unsettled;
}

std::optional<Fill> FileTail::cannot_open(const Sibling& sibling, int error_number) {
  if (error_number == ENOENT) return Fill::Unsettled;
  starved_ = starved_ || error_number == EMFILE || error_number == ENFILE;
  if (starved_) return Fill::Unsettled;
  report(Errc::FileOpen, fmt::format("{}: {}", sibling.path, errno_text(error_number)));
  const bool try_later = error_number != EACCES || sibling.kind == Rotated::Current;
  if (try_later) return Fill::Drained;
  Part unreadable;  // counts as read, or nothing after it ever would be
  unreadable.mark.id = sibling.id;
  unreadable.mark.whole = true;
  parts_.push_back(std::move(unreadable));
  return {};
}

void FileTail::close(Part& part, Part::State state) {
  if (part.live || part.packed) part.mark = mark_of(part);
  if (part.watch != Watcher::kNone) watcher_.unwatch_file(part.watch, source_);
  part.watch = Watcher::kNone;
  if (part.live) part.cutter = std::move(part.live->cutter());
  part.live.reset();
  part.packed.reset();
  part.state = state;
}

/// An empty file may get lines, be copied and be emptied again (copytruncate) between two looks.
/// Its time of change shows that, once the clock of the file system has moved on (it ticks some 100
/// times a second); until then only its siblings tell.
void FileTail::wait_for(UniqueFd fd, const FileId& id, double seconds) {
  struct stat status {};
  ::fstat(fd.get(), &status);
  const Time modified = modified_at(status);
  if (!waiting_.fd || !(waiting_.id == id)) {
    drop(waiting_before_);
    std::swap(waiting_before_, waiting_);
    waiting_.watch = watch(fd.get());
    waiting_.fd = std::move(fd);
    waiting_.id = id;
  }
  const bool same = modified == waiting_.modified;
  waiting_.quiet = same && seconds - waiting_.since > kTickSeconds;
  if (!same) waiting_.since = seconds;
  waiting_.modified = modified;
}

void FileTail::stop_waiting() {
  drop(waiting_);
  drop(waiting_before_);
}

void FileTail::drop(Waiting& waiting) {
  if (waiting.watch != Watcher::kNone) watcher_.unwatch_file(waiting.watch, source_);
  waiting = Waiting();
}

std::vector<Known> FileTail::known() const {
  std::vector<Known> out;
  for (std::size_t k = 0; k < parts_.size(); ++k) {
    const Part& part = parts_[k];
    const Mark mark = mark_of(part);
    out.push_back({.mark = mark,
                   .open = part.live || part.packed,
                   .unfinished = k + 2 >= parts_.size(),
                   .may_be_current = part.state == Part::State::Lost && mark.id});
  }
  return out;
}

/// Begins at the end of the file, or where its last line begins if that has no newline yet.
void FileTail::skip_what_is_there(const Sibling& current) {
  UniqueFd fd = open_same(current);
  if (!fd) return;
  const std::uint64_t size = size_of(fd.get());
  const std::uint64_t from = size - std::min<std::uint64_t>(size, kLineBytesMax + kTrailBytes);
  const std::string end = read_at(fd.get(), from, size - from);
  const auto newline = end.rfind('\n');
  if (newline == std::string::npos && from == 0) return;
  const bool in_long_line = newline == std::string::npos;
  const std::string_view before =
      std::string_view(end).substr(0, in_long_line ? end.size() : newline + 1);
  Part part;
  part.mark.id = current.id;
  part.mark.head = fingerprint(read_at(fd.get(), 0, std::min<std::uint64_t>(kHeadBytes, size)));
  part.mark.offset = from + before.size();
  part.mark.in_long_line = in_long_line;
  part.mark.trail =
      fingerprint(before.substr(before.size() - std::min(before.size(), kTrailBytes)));
  if (!open_live(part, std::move(fd))) return;
  part.watch = watch(part.live->fd());
  parts_.push_back(std::move(part));
}

}  // namespace vedette::source
