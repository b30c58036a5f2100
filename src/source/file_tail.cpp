#include "source/file_tail.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/statfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

namespace vedette::source {
namespace {

/// Files that are remembered. After more rotations than this between two looks, or with all of
/// these deleted, every sibling that is left counts as new.
constexpr std::size_t kPartsMax = 8;
/// A writer with several processes (Apache, nginx) moves on one process at a time, and an Apache
/// child finishes its requests first: the file before is watched for this long.
constexpr double kLingerSeconds = 600;
/// The unterminated end of a removed file is a line after this.
constexpr double kRemovedTailSeconds = 5;
/// Bytes that may be skipped (in lines that are too long) before others get their turn.
constexpr std::uint64_t kBytesPerTurn = 32u << 20;
constexpr int kRoundsPerTurn = 16;
constexpr int kLooksMax = 20;
constexpr std::size_t kProblemsMax = 16;

/// File systems that other machines write to: the kernel does not see that.
bool is_remote(const std::string& directory) {
  constexpr std::array<std::uint32_t, 8> kRemote{
      0x6969,      // NFS
      0x517B,      // SMB
      0xFF534D42,  // CIFS
      0xFE534D42,  // SMB2
      0x65735546,  // FUSE
      0x01021997,  // 9P
      0x00C36400,  // Ceph
      0x5346414F,  // AFS
  };
  struct statfs status {};
  if (::statfs(directory.c_str(), &status) != 0) return false;
  return std::ranges::find(kRemote, static_cast<std::uint32_t>(status.f_type)) != kRemote.end();
}

}  // namespace

FileTail::FileTail(std::string path, SourceIndex source, Watcher& watcher, Directories& directories,
                   const Clock& clock)
    : path_(std::move(path)),
      source_(source),
      watcher_(watcher),
      directories_(directories),
      clock_(clock) {}

FileTail::~FileTail() {
  for (Part& part : parts_) close(part, Part::State::Done);
  stop_waiting();
}

void FileTail::start(bool from_start) {
  watch_names();
  std::optional<Snapshot> snapshot;
  for (int look = 0; look < kLooksMax; ++look) {
    snapshot.emplace(path_, directories_);
    parts_.clear();
    const std::size_t first = snapshot->size() > kPartsMax ? snapshot->size() - kPartsMax : 0;
    for (std::size_t i = first; i < snapshot->size(); ++i) {
      if (snapshot->file(i).kind == Rotated::Current) continue;
      Part part;
      part.mark.id = snapshot->file(i).id;
      part.mark.head = fingerprint(snapshot->head(i));
      part.mark.whole = true;
      parts_.push_back(std::move(part));
    }
    if (snapshot->settled()) break;
  }
  if (from_start || snapshot->size() == 0) return;
  const Sibling& last = snapshot->file(snapshot->size() - 1);
  if (last.kind == Rotated::Current) skip_what_is_there(last);
}

bool FileTail::restore(std::string_view position) {
  const auto marks = decode_marks(position);
  if (!marks) return false;
  for (Part& part : parts_) close(part, Part::State::Done);
  parts_.clear();
  stop_waiting();
  for (const Mark& mark : *marks) {
    Part part;
    part.mark = mark;
    parts_.push_back(std::move(part));
  }
  // The last one was being read, and the one before it may still have been written to.
  for (std::size_t i = parts_.size() < 2 ? 0 : parts_.size() - 2; i < parts_.size(); ++i) {
    if (!parts_[i].mark.whole) parts_[i].state = Part::State::Lost;
  }
  return true;
}

Fill FileTail::fill(RawBatch& batch, double seconds) {
  starved_ = false;
  if (!names_watched_) watch_names();
  for (int round = 0; round < kRoundsPerTurn; ++round) {
    const Fill drained = drain_all(batch, seconds);
    if (drained != Fill::Drained) return drained;
    let_go(batch, seconds);
    if (const auto done = advance(batch, seconds)) return *done;
  }
  return Fill::More;
}

Fill FileTail::drain_all(RawBatch& batch, double seconds) {
  for (Part& part : parts_) {
    const Fill drained = drain(part, batch, seconds);
    if (drained != Fill::Drained) return drained;
    if (part.state == Part::State::Lost) break;  // what comes after it has to wait
  }
  return Fill::Drained;
}

Fill FileTail::drain(Part& part, RawBatch& batch, double seconds) {
  if (part.live) return drain_live(part, batch, seconds);
  return part.packed ? drain_packed(part, batch) : Fill::Drained;
}

Fill FileTail::drain_live(Part& part, RawBatch& batch, double seconds) {
  const Time now = clock_.now();
  for (std::uint64_t turn = 0; turn < kBytesPerTurn;) {
    const std::uint64_t before = part.live->cutter().read_offset();
    LiveFile::Outcome outcome = part.live->read(batch);
    if (outcome == LiveFile::Outcome::Read && part.live->is_doubtful() && &part == &parts_.back()) {
      const auto copied = was_copied();
      if (!copied) return Fill::Unsettled;
      if (*copied) outcome = LiveFile::Outcome::Replaced;
    }
    switch (outcome) {
      case LiveFile::Outcome::Read: {
        part.live->take(batch, source_, now);
        const std::uint64_t bytes = part.live->cutter().read_offset() - before;
        turn += bytes;
        bytes_read_ += bytes;
        part.active_at = seconds;
        break;
      }
      case LiveFile::Outcome::AtEnd:
        return Fill::Drained;
      case LiveFile::Outcome::NoRoom:
        return Fill::NoRoom;
      case LiveFile::Outcome::Replaced:
        // Emptied in place. What it held is in a copy, if anywhere; its inode is another file now.
        close(part, &part == &parts_.back() ? Part::State::Lost : Part::State::Done);
        part.mark.id = {};
        return Fill::Drained;
      case LiveFile::Outcome::Failed:
        report(Errc::FileRead, fmt::format("{}: {}", path_, errno_text(errno)));
        return Fill::Drained;
    }
  }
  return Fill::More;
}

Fill FileTail::drain_packed(Part& part, RawBatch& batch) {
  for (std::uint64_t turn = 0; turn < kBytesPerTurn;) {
    if (!part.cutter.fits(batch)) return Fill::NoRoom;
    const auto space = part.cutter.space(batch);
    const auto step = part.packed->read(space.at, space.bytes);
    const Time now = clock_.now();
    const Time written_by = std::min(now, part.packed->written_by().value_or(now));
    if (step.state == InputFile::State::More) {
      part.cutter.take(batch, step.bytes, {source_, written_by});
      turn += step.bytes;
      bytes_read_ += step.bytes;
      continue;
    }
    if (const auto& problem = part.packed->problem()) report(problem->code, problem->detail);
    if (!part.cutter.fits(batch)) return Fill::NoRoom;
    part.cutter.finish(batch, {source_, written_by});
    close(part, Part::State::Done);
    return Fill::Drained;
  }
  return Fill::More;
}

/// The last line of a file that will not be written any more. False when the batch has no room for
/// it.
bool FileTail::hand_out_tail(Part& part, RawBatch& batch) {
  LineCutter& cutter = part.live ? part.live->cutter() : part.cutter;
  if (!cutter.has_tail()) return true;
  if (!cutter.fits(batch)) return false;
  if (part.live) {
    part.live->finish(batch, source_, clock_.now());
  } else {
    cutter.finish(batch, {source_, clock_.now()});
    part.mark = mark_of(part);
  }
  return true;
}

/// Closes files that nobody writes to any more, so that their disk space is not held.
void FileTail::let_go(RawBatch& batch, double seconds) {
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    Part& part = parts_[i];
    if (!part.live) continue;
    const bool last = i + 1 == parts_.size();
    if (last && part.active_at == 0) part.active_at = seconds;
    const double quiet = seconds - part.active_at;
    if (last && !part.live->is_removed()) continue;
    if (last && quiet > kRemovedTailSeconds) hand_out_tail(part, batch);
    const bool replaced_twice = i + 2 < parts_.size();
    if (!replaced_twice && quiet <= kLingerSeconds) continue;
    if (hand_out_tail(part, batch)) close(part, Part::State::Done);
  }
  if (parts_.size() > kPartsMax) {
    const auto surplus = static_cast<std::ptrdiff_t>(parts_.size() - kPartsMax);
    for (auto part = parts_.begin(); part != parts_.begin() + surplus; ++part) {
      close(*part, Part::State::Done);
    }
    parts_.erase(parts_.begin(), parts_.begin() + surplus);
  }
}

void FileTail::let_go_of_old() {
  for (std::size_t i = 0; i + 1 < parts_.size(); ++i) {
    if (parts_[i].live && !parts_[i].live->cutter().has_tail()) close(parts_[i], Part::State::Done);
  }
}

std::string FileTail::position() const {
  std::vector<Mark> marks;
  marks.reserve(parts_.size());
  for (const Part& part : parts_) marks.push_back(mark_of(part));
  return encode(marks);
}

Mark FileTail::mark_of(const Part& part) const {
  Mark mark = part.mark;
  if (part.state != Part::State::Open && !part.live) {
    // A lost file whose last line was handed out without its newline.
    if (part.cutter.offset() > mark.offset) {
      mark.offset = part.cutter.offset();
      mark.trail = fingerprint(part.cutter.trail().bytes());
    }
    return mark;
  }
  const LineCutter& cutter = part.live ? part.live->cutter() : part.cutter;
  if (part.live) mark.head = part.live->head();
  mark.offset = cutter.offset();
  mark.trail = fingerprint(cutter.trail().bytes());
  mark.in_long_line = cutter.in_long_line();
  return mark;
}

std::vector<Error> FileTail::take_problems() {
  return std::exchange(problems_, {});
}

void FileTail::report(Errc code, std::string detail) {
  if (told_.size() >= kProblemsMax || std::ranges::find(told_, detail) != told_.end()) return;
  told_.push_back(detail);
  problems_.push_back(Error{code, std::move(detail)});
}

/// Watches the name, and for a symbolic link also the name it leads to.
void FileTail::watch_names() {
  names_watched_ = true;
  watch_name(path_);
  struct stat link {};
  if (::lstat(path_.c_str(), &link) == 0 && S_ISLNK(link.st_mode)) {
    const std::unique_ptr<char, void (*)(void*)> target(::realpath(path_.c_str(), nullptr),
                                                        std::free);
    if (target) watch_name(target.get());
  }
}

void FileTail::watch_name(std::string path) {
  const std::string wanted = path;
  for (int look = 0; look < kLooksMax; ++look) {
    const auto slash = path.rfind('/');
    const std::string directory = slash == std::string::npos ? "."
                                  : slash == 0               ? "/"
                                                             : path.substr(0, slash);
    const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
    const int failed = watcher_.watch_name(directory, name, source_);
    if (failed == 0 && is_remote(directory)) polled_ = true;
    if (failed == 0 && path == wanted) return;
    if (failed == 0) {
      // A directory on the way is missing. It may have come before we watched where it would come.
      names_watched_ = false;
      struct stat status {};
      if (::stat(path.c_str(), &status) != 0) return;
      path = wanted;
    } else if ((failed == ENOENT || failed == ENOTDIR) && directory.size() > 1) {
      path = directory;
    } else {
      poll_instead(directory, failed);
      return;
    }
  }
}

int FileTail::watch(int fd) {
  const int handle = watcher_.watch_file(fd, source_);
  if (handle == Watcher::kNone) poll_instead(path_, errno);
  return handle;
}

void FileTail::poll_instead(const std::string& what, int error_number) {
  polled_ = true;
  report(Errc::WatchFailed, fmt::format("{}: {}", what, errno_text(error_number)));
}

}  // namespace vedette::source
