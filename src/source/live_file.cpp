#include "source/live_file.h"

#include "source/input_file.h"

#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <unistd.h>

namespace vedette::source {
namespace {

using HeadBuffer = std::array<char, kHeadBytes>;

std::string_view read_head(int fd, HeadBuffer& buffer) {
  ssize_t count = 0;
  do {
    count = ::pread(fd, buffer.data(), buffer.size(), 0);
  } while (count < 0 && errno == EINTR);
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

}  // namespace

LiveFile::Outcome LiveFile::read(RawBatch& batch) {
  bytes_ = 0;
  if (!cutter_.fits(batch)) return Outcome::NoRoom;
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) return Outcome::Failed;
  removed_ = status.st_nlink == 0;
  modified_ = modified_at(status);
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::uint64_t at = cutter_.read_offset();
  HeadBuffer head;
  if (size < at || !begins_with(read_head(fd_.get(), head), head_)) return Outcome::Replaced;
  if (size == at) return Outcome::AtEnd;

  const Trail before = cutter_.read_trail();
  std::array<char, kTrailBytes> found_before;
  const auto space = cutter_.space(batch);
  // Not beyond the size that was seen, so that `modified_` is later than every byte.
  const std::size_t wanted = std::min<std::uint64_t>(space.bytes, size - at);
  const std::size_t before_bytes = before.bytes().size();
  std::array<iovec, 2> parts{iovec{found_before.data(), before_bytes}, iovec{space.at, wanted}};
  const ssize_t count = ::preadv(fd_.get(), parts.data(), static_cast<int>(parts.size()),
                                 static_cast<off_t>(at - before_bytes));
  if (count < 0) return errno == EINTR ? Outcome::Read : Outcome::Failed;
  if (static_cast<std::size_t>(count) <= before_bytes) return Outcome::Replaced;
  const std::size_t bytes = static_cast<std::size_t>(count) - before_bytes;
  if (std::string_view(found_before.data(), before_bytes) != before.bytes())
    return Outcome::Replaced;
  if (!is_unchanged(read_head(fd_.get(), head), {space.at, bytes}, at)) return Outcome::Replaced;
  bytes_ = bytes;
  return Outcome::Read;
}

void LiveFile::take(RawBatch& batch, SourceIndex source, Time now) {
  if (bytes_ == 0) return;
  cutter_.take(batch, bytes_, {source, std::min(now, modified_)});
  head_ = new_head_;
  bytes_ = 0;
}

/// Compares the first bytes, as they are now, with what is known of them and with what was `read`
/// at `at`. False if they differ.
bool LiveFile::is_unchanged(std::string_view found, std::string_view read, std::uint64_t at) {
  const std::size_t length = std::min<std::uint64_t>(kHeadBytes, at + read.size());
  if (found.size() < length || !begins_with(found, head_)) return false;
  if (at < length && found.substr(at, length - at) != read.substr(0, length - at)) return false;
  new_head_ = head_.length < length ? fingerprint(found.substr(0, length)) : head_;
  return true;
}

void LiveFile::finish(RawBatch& batch, SourceIndex source, Time now) {
  cutter_.finish(batch, {source, std::min(now, modified_)});
}

}  // namespace vedette::source
