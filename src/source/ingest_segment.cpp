#include "source/ingest_segment.h"

#include "base/assert.h"
#include "base/text.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <unistd.h>

namespace vedette::source {
namespace {

constexpr std::size_t kNumberDigits = 20;
constexpr std::string_view kSuffix = ".seg";
constexpr std::size_t kReadBytes = 256 * 1024;
/// A window larger than this gives its memory back when it is no longer needed.
constexpr std::size_t kWindowBytesKept = 4 * kReadBytes;

Error not_written(const std::string& path, int error_number) {
  return Error{Errc::FileWrite, fmt::format("{}: {}", path, errno_text(error_number))};
}

}  // namespace

std::string segment_path(const std::string& directory, std::uint64_t number) {
  return fmt::format("{}/{:0{}}{}", directory, number, kNumberDigits, kSuffix);
}

Result<std::vector<std::uint64_t>> list_segments(const std::string& directory) {
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory.c_str()), ::closedir);
  if (!open) {
    return Error{Errc::FileOpen, fmt::format("{}: {}", directory, errno_text(errno))};
  }
  std::vector<std::uint64_t> numbers;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    if (name.size() != kNumberDigits + kSuffix.size() || !name.ends_with(kSuffix)) continue;
    const auto number = parse_int<std::uint64_t>(name.substr(0, kNumberDigits));
    if (number && *number > 0 && *number <= kSegmentNumberMax) numbers.push_back(*number);
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

Result<void> SegmentWriter::begin(const std::string& directory, int directory_fd,
                                  std::uint64_t number) {
  *this = SegmentWriter();
  const std::string path = segment_path(directory, number);
  if (number > kSegmentNumberMax) return not_written(path, EOVERFLOW);
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return not_written(path, errno);
  if (::fsync(directory_fd) != 0) {
    const int error_number = errno;
    ::unlink(path.c_str());
    return not_written(path, error_number);
  }
  fd_ = std::move(fd);
  path_ = path;
  number_ = number;
  return {};
}

Result<void> SegmentWriter::append(std::vector<iovec>& pieces) {
  VD_ASSERT(fd_);
  if (dirty_) {
    if (const int failed = cut_back(); failed != 0) return not_written(path_, failed);
  }
  std::uint64_t bytes = 0;
  for (const iovec& piece : pieces) bytes += piece.iov_len;
  dirty_ = true;
  if (const int failed = write_and_sync(pieces); failed != 0) {
    cut_back();
    return not_written(path_, failed);
  }
  dirty_ = false;
  end_ += bytes;
  return {};
}

/// Returns the errno, 0 for success.
int SegmentWriter::write_and_sync(std::vector<iovec>& pieces) {
  std::uint64_t at = end_;
  for (std::size_t first = 0; first < pieces.size();) {
    const std::size_t count = std::min<std::size_t>(pieces.size() - first, IOV_MAX);
    const ssize_t written = ::pwritev(fd_.get(), pieces.data() + first, static_cast<int>(count),
                                      static_cast<off_t>(at));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    auto rest = static_cast<std::size_t>(written);
    at += rest;
    while (first < pieces.size() && rest >= pieces[first].iov_len) rest -= pieces[first++].iov_len;
    if (first == pieces.size()) break;
    pieces[first].iov_base = static_cast<char*>(pieces[first].iov_base) + rest;
    pieces[first].iov_len -= rest;
  }
  return ::fdatasync(fd_.get()) == 0 ? 0 : errno;
}

/// What was refused must not come back after a crash, so the shorter length is synced, too.
int SegmentWriter::cut_back() {
  if (::ftruncate(fd_.get(), static_cast<off_t>(end_)) != 0) return errno;
  if (::fdatasync(fd_.get()) != 0) return errno;
  dirty_ = false;
  return 0;
}

SegmentReader::Step SegmentReader::next(std::uint64_t end, Frame& frame) {
  if (offset_ >= end) return Step::End;
  error_number_ = 0;
  const FrameStatus found = parse(offset_, end, frame);
  if (found == FrameStatus::Whole) {
    offset_ += frame.bytes;
    return Step::Frame;
  }
  // The length of a damaged frame is believed only if a whole one stands behind it.
  const std::uint64_t behind = offset_ + frame.bytes;
  if (found == FrameStatus::Damaged && frame.bytes > 0 && error_number_ == 0 &&
      parse(behind, end, frame) == FrameStatus::Whole) {
    offset_ = behind;
    return Step::Skipped;
  }
  return Step::Lost;
}

FrameStatus SegmentReader::parse(std::uint64_t offset, std::uint64_t end, Frame& frame) {
  const Place place{segment_, offset};
  FrameStatus found = parse_frame(bytes(offset, kFrameHeaderBytes, end), place, frame);
  if (found == FrameStatus::Short && frame.bytes > kFrameHeaderBytes &&
      frame.bytes <= end - offset) {
    found = parse_frame(bytes(offset, frame.bytes, end), place, frame);
  }
  return found;
}

/// At least `wanted` of the bytes at `offset`, or what there is before `end`.
std::string_view SegmentReader::bytes(std::uint64_t offset, std::size_t wanted, std::uint64_t end) {
  if (offset >= end) return {};
  const std::uint64_t window_end = window_offset_ + window_.size();
  const bool inside = offset >= window_offset_ && offset + wanted <= window_end;
  if (!inside) {
    if (window_.capacity() > kWindowBytesKept && wanted <= kReadBytes) window_ = std::string();
    window_.resize(std::min<std::uint64_t>(std::max(wanted, kReadBytes), end - offset));
    window_offset_ = offset;
    std::size_t used = 0;
    while (used < window_.size()) {
      const ssize_t count = ::pread(fd_.get(), window_.data() + used, window_.size() - used,
                                    static_cast<off_t>(offset + used));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) error_number_ = errno;
      if (count <= 0) break;
      used += static_cast<std::size_t>(count);
    }
    window_.resize(used);
  }
  return std::string_view(window_).substr(offset - window_offset_);
}

}  // namespace vedette::source
