#include "source/ingest_recover.h"

#include "base/log.h"
#include "source/ingest_segment.h"

#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace vedette::source {
namespace {

Error cannot(Errc code, const std::string& path, int error_number) {
  return Error{code, fmt::format("{}: {}", path, errno_text(error_number))};
}

Result<UniqueFd> open_directory(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return cannot(Errc::FileOpen, path, errno);
  return fd;
}

Result<void> cut(const std::string& path, std::uint64_t bytes) {
  const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!fd || ::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0 || ::fdatasync(fd.get()) != 0) {
    return cannot(Errc::FileWrite, path, errno);
  }
  return {};
}

}  // namespace

Result<UniqueFd> own_directory(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) == 0) {
    VD_TRY(const auto parent, open_directory(path + "/.."));
    if (::fsync(parent.get()) != 0) return cannot(Errc::FileWrite, path, errno);
  } else if (errno != EEXIST) {
    return cannot(Errc::FileWrite, path, errno);
  }
  VD_TRY(auto fd, open_directory(path));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) return cannot(Errc::StoreLocked, path, errno);
  return fd;
}

std::uint64_t recover_segment(const std::string& directory, std::uint64_t number, bool last,
                              RecentIds& ids, std::vector<Error>& problems) {
  const std::string path = segment_path(directory, number);
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat status {};
  if (!fd || ::fstat(fd.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    problems.push_back(cannot(Errc::FileOpen, path, fd ? EINVAL : errno));
    return 0;
  }
  // What was written but not synced when its process ended will be read, so it has to last.
  if (last && ::fsync(fd.get()) != 0) problems.push_back(cannot(Errc::FileWrite, path, errno));
  const auto size = std::min<std::uint64_t>(static_cast<std::uint64_t>(status.st_size), UINT32_MAX);
  SegmentReader frames(std::move(fd), {number, 0});
  Frame frame;
  auto step = SegmentReader::Step::Frame;
  while (step == SegmentReader::Step::Frame || step == SegmentReader::Step::Skipped) {
    step = frames.next(size, frame);
    if (step == SegmentReader::Step::Frame && !frame.id.empty()) ids.add(frame.id, frames.place());
  }
  const std::uint64_t whole = frames.place().offset;
  if (step == SegmentReader::Step::End) return whole;
  if (last && frames.error_number() == 0) {
    if (auto done = cut(path, whole); !done) problems.push_back(std::move(done).error());
    log::info("What followed the last whole batch of the ingest journal was cut off.",
              {{"path", path}, {"bytes", size - whole}});
  } else {
    problems.push_back(
        {Errc::IngestDamaged, fmt::format("{}: damaged from byte {} on; {} bytes were passed over",
                                          path, whole, size - whole)});
  }
  return whole;
}

}  // namespace vedette::source
