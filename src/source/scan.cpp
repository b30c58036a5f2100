#include "source/scan.h"

#include "base/text.h"
#include "source/lineage.h"
#include "source/rotation.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <glob.h>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace vedette::source {
namespace {

/// Bytes that may be skipped (in lines that are too long) before others get their turn.
constexpr std::uint64_t kBytesPerTurn = 32u << 20;
/// Of one log, while others have their turns.
constexpr std::size_t kBytesAtATime = 16 * 1024;
/// The last lines of those that are asked for their time: some may be the rest of an event.
constexpr int kLinesWithoutTimeMax = 16;

/// Leaves out what is there twice: one file under two names, and log.1.gz beside the log.1 it is
/// made from, as long as the rotation program works on it.
std::vector<std::string> without_doubles(std::vector<std::string> paths) {
  std::unordered_set<std::string> names(paths.begin(), paths.end());
  std::unordered_set<std::string> seen;
  std::unordered_map<std::uint64_t, std::unordered_set<std::uint64_t>> inodes;
  std::erase_if(paths, [&](const std::string& path) {
    if (!seen.insert(path).second) return true;
    struct stat status {};
    if (path == "-" || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    const FileId id = id_of(status);
    if (!inodes[id.device].insert(id.inode).second) return true;
    const SiblingName name = parse_sibling(path);
    if (!name.packed) return false;
    const std::string plain = path.substr(0, path.rfind('.'));
    return names.count(plain) > 0 && read_head(plain).starts_with(read_head(path));
  });
  return paths;
}

}  // namespace

void Scan::add(const std::vector<std::string>& paths) {
  std::vector<std::string> all, once;
  for (const std::string& path : paths) expand(path, all);
  for (auto& log : oldest_first(std::move(all))) std::ranges::move(log, std::back_inserter(once));
  for (auto& files : oldest_first(without_doubles(std::move(once)))) {
    Log& log = logs_.emplace_back();
    for (std::string& path : files) {
      SourceReport report;
      struct stat status {};
      if (path != "-" && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
        report.bytes_total = static_cast<std::uint64_t>(status.st_size);
      }
      report.name = std::move(path);
      log.files.push_back(static_cast<SourceIndex>(reports_.size()));
      reports_.push_back(std::move(report));
    }
  }
}

/// A name that exists is taken as it is, even with brackets in it; else it may be a pattern.
void Scan::expand(const std::string& path, std::vector<std::string>& out) {
  struct stat status {};
  const bool pattern = path != "-" && path.find_first_of("*?[") != std::string::npos &&
                       ::lstat(path.c_str(), &status) != 0;
  if (!pattern) {
    out.push_back(path);
    return;
  }
  glob_t found{};
  if (::glob(path.c_str(), GLOB_BRACE | GLOB_TILDE, nullptr, &found) == 0) {
    for (std::size_t i = 0; i < found.gl_pathc; ++i) {
      // What a person means by a pattern are the files; a directory among them is no mistake.
      const char* one = found.gl_pathv[i];
      if (::stat(one, &status) != 0 || !S_ISDIR(status.st_mode)) out.emplace_back(one);
    }
  } else {
    out.push_back(path);  // opening it will say that there is no such file
  }
  ::globfree(&found);
}

Fill Scan::fill(RawBatch& batch) {
  while (!logs_.empty()) {
    const std::size_t which = oldest();
    Log& log = logs_[which];
    if (!log.file && !open_next(log)) {
      logs_.erase(logs_.begin() + static_cast<std::ptrdiff_t>(which));
      continue;
    }
    if (!log.file) continue;
    const std::size_t before = batch.chunks().size();
    const Fill filled = fill_from(log, batch);
    reports_[log.current].bytes_read = log.file->bytes_read();
    if (filled == Fill::Drained) {
      end_file(log);
    } else if (filled == Fill::Blocked) {
      blocked_ = log.file->fd();
      return filled;
    } else if (filled == Fill::NoRoom || logs_.size() == 1 || batch.chunks().size() == before) {
      return filled;
    }
  }
  return Fill::Drained;
}

/// Which log is to be read next: the first, where nobody knows times.
std::size_t Scan::oldest() {
  if (!time_of_) return 0;
  const auto end =
      logs_.begin() + static_cast<std::ptrdiff_t>(std::min(logs_.size(), kLogsOpenMax));
  for (auto log = logs_.begin(); log != end && logs_.size() > 1; ++log) {
    if (std::exchange(log->looked, true)) continue;
    log->at = first_time(reports_[log->files[log->next]].name);
  }
  return static_cast<std::size_t>(std::ranges::min_element(logs_.begin(), end, {}, &Log::at) -
                                  logs_.begin());
}

/// Of the first lines of a file, so that a log that begins later than others waits for them. The
/// least where they do not say, or can be read only once.
Time Scan::first_time(const std::string& path) const {
  struct stat status {};
  if (path == "-" || path.starts_with("/dev/") || ::stat(path.c_str(), &status) != 0 ||
      !S_ISREG(status.st_mode)) {
    return Time::min();
  }
  std::string head = read_head(path);
  std::size_t size = head.rfind('\n') + 1;  // 0: not even one line
  head.resize(head.size() + 64);            // see TimeOfLine
  for (std::string_view lines = std::string_view(head).substr(0, size); !lines.empty();) {
    const Time time = time_of_(take_until(lines, '\n'), modified_at(status));
    if (time != Time{}) return time;
  }
  return Time::min();
}

/// False when there is no other file of it. One that cannot be opened has ended.
bool Scan::open_next(Log& log) {
  if (log.next == log.files.size()) return false;
  log.current = log.files[log.next++];
  SourceReport& report = reports_[log.current];
  auto opened = InputFile::open(report.name);
  if (!opened) {
    report.problems.push_back(std::move(opened).error());
    report.ended = true;
    return true;
  }
  log.file.emplace(*std::move(opened));
  log.cutter = LineCutter();
  report.bytes_total = log.file->bytes_total();
  return true;
}

Fill Scan::fill_from(Log& log, RawBatch& batch) {
  const bool others = time_of_ && logs_.size() > 1;
  const std::size_t before = batch.chunks().size();
  for (std::uint64_t turn = 0; turn < kBytesPerTurn;) {
    if (!log.cutter.fits(batch)) return Fill::NoRoom;
    const auto space = log.cutter.space(batch);
    const auto step =
        log.file->read(space.at, others ? std::min(space.bytes, kBytesAtATime) : space.bytes);
    if (step.state == InputFile::State::Blocked) return Fill::Blocked;
    const auto written_by = log.file->written_by();
    const ChunkLabel label{log.current, written_by ? *written_by : clock_.now()};
    const bool end = step.state == InputFile::State::End;
    if (end) {
      log.cutter.finish(batch, label);
      return Fill::Drained;
    }
    log.cutter.take(batch, step.bytes, label);
    turn += step.bytes;
    if (others && batch.chunks().size() > before) {
      note_time(log, batch);
      return Fill::More;
    }
  }
  return Fill::More;
}

void Scan::note_time(Log& log, const RawBatch& batch) const {
  const Chunk& chunk = batch.chunks().back();
  std::string_view lines = batch.bytes(chunk);
  for (int tries = 0; tries < kLinesWithoutTimeMax && !lines.empty(); ++tries) {
    if (lines.ends_with('\n')) lines.remove_suffix(1);
    const std::size_t begin = lines.rfind('\n') + 1;
    const Time time = time_of_(lines.substr(begin), chunk.written_by);
    lines = lines.substr(0, begin);
    if (time == Time{}) continue;
    log.at = time;
    return;
  }
}

void Scan::end_file(Log& log) {
  SourceReport& report = reports_[log.current];
  if (log.file->problem()) report.problems.push_back(*log.file->problem());
  if (report.bytes_total == 0 || report.bytes_total < report.bytes_read) {
    report.bytes_total = report.bytes_read;  // it grew meanwhile, or was a pipe
  }
  report.ended = true;
  log.file.reset();
}

}  // namespace vedette::source
