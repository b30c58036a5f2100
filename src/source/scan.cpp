#include "source/scan.h"

#include "source/lineage.h"
#include "source/rotation.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <glob.h>
#include <unordered_map>
#include <unordered_set>

namespace vedette::source {
namespace {

/// Bytes that may be skipped (in lines that are too long) before others get their turn.
constexpr std::uint64_t kBytesPerTurn = 32u << 20;

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
  std::vector<std::string> all;
  for (const std::string& path : paths) expand(path, all);
  for (std::string& path : without_doubles(oldest_first(std::move(all)))) {
    SourceReport report;
    struct stat status {};
    if (path != "-" && ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      report.bytes_total = static_cast<std::uint64_t>(status.st_size);
    }
    report.name = std::move(path);
    inputs_.push_back(static_cast<SourceIndex>(reports_.size()));
    reports_.push_back(std::move(report));
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
  for (;;) {
    if (!file_ && !open_next()) return Fill::Drained;
    if (!file_) continue;
    const Fill filled = fill_from_file(batch);
    SourceReport& report = reports_[current_];
    report.bytes_read = file_->bytes_read();
    if (filled != Fill::Drained) return filled;
    end();
  }
}

/// False when there is no other input. One that cannot be opened has ended.
bool Scan::open_next() {
  if (next_ == inputs_.size()) return false;
  current_ = inputs_[next_++];
  SourceReport& report = reports_[current_];
  auto opened = InputFile::open(report.name);
  if (!opened) {
    report.problems.push_back(std::move(opened).error());
    report.ended = true;
    return true;
  }
  file_.emplace(*std::move(opened));
  cutter_ = LineCutter();
  report.bytes_total = file_->bytes_total();
  return true;
}

Fill Scan::fill_from_file(RawBatch& batch) {
  for (std::uint64_t turn = 0; turn < kBytesPerTurn;) {
    if (!cutter_.fits(batch)) return Fill::NoRoom;
    const auto space = cutter_.space(batch);
    const auto step = file_->read(space.at, space.bytes);
    if (step.state == InputFile::State::Blocked) return Fill::Blocked;
    const auto written_by = file_->written_by();
    const ChunkLabel label{current_, written_by ? *written_by : clock_.now()};
    if (step.state == InputFile::State::End) {
      cutter_.finish(batch, label);
      return Fill::Drained;
    }
    cutter_.take(batch, step.bytes, label);
    turn += step.bytes;
  }
  return Fill::More;
}

void Scan::end() {
  SourceReport& report = reports_[current_];
  if (file_->problem()) report.problems.push_back(*file_->problem());
  if (report.bytes_total == 0 || report.bytes_total < report.bytes_read) {
    report.bytes_total = report.bytes_read;  // it grew meanwhile, or was a pipe
  }
  report.ended = true;
  file_.reset();
}

}  // namespace vedette::source
