#include "source/input_file.h"

#include "base/text.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <string_view>
#include <unistd.h>

namespace vedette::source {
namespace {

constexpr std::size_t kPieceBytes = 64 * 1024;
constexpr std::size_t kMagicBytesMax = 8;

/// The descriptor of this process that a path names. Opening /dev/fd/N anew would lose what only
/// the old descriptor knows: whether a pipe ever had a writer, and how far a file was read.
std::optional<int> own_descriptor(std::string_view path) {
  if (path == "-" || path == "/dev/stdin") return STDIN_FILENO;
  if (take_prefix(path, "/dev/fd/") || take_prefix(path, "/proc/self/fd/")) {
    return parse_int<int>(path);
  }
  return {};
}

bool can_be_read(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

}  // namespace

Time modified_at(const struct stat& status) {
  return Time{std::chrono::seconds(status.st_mtim.tv_sec) +
              std::chrono::nanoseconds(status.st_mtim.tv_nsec)};
}

std::string read_head(const std::string& path) {
  auto opened = InputFile::open(path);
  if (!opened || !opened->is_regular()) return {};
  std::string head(kHeadBytes, '\0');
  head.resize(opened->read_all(head.data(), head.size()));
  return head;
}

Result<InputFile> InputFile::open(const std::string& path) {
  UniqueFd fd;
  if (const auto own = own_descriptor(path)) {
    fd = UniqueFd(::fcntl(*own, F_DUPFD_CLOEXEC, 3));
    if (!fd) return Error{Errc::FileOpen, fmt::format("{}: {}", path, errno_text(errno))};
  } else {
    VD_TRY(fd, open_for_reading(path));
  }
  InputFile file(std::move(fd), path);
  VD_CHECK(file.look());
  return file;
}

Result<void> InputFile::look() {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) {
    return Error{Errc::FileOpen, fmt::format("{}: {}", path_, errno_text(errno))};
  }
  if (S_ISDIR(status.st_mode)) {
    return Error{Errc::InputKind, fmt::format("{}: this is a directory; to read the files in it, "
                                              "give {}/*",
                                              path_, path_)};
  }
  id_ = id_of(status);
  regular_ = S_ISREG(status.st_mode);
  if (regular_) {
    const off_t at = std::max<off_t>(::lseek(fd_.get(), 0, SEEK_CUR), 0);
    bytes_total_ = static_cast<std::uint64_t>(std::max<off_t>(status.st_size - at, 0));
    file_time_ = modified_at(status);
    ::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  }
  return {};
}

InputFile::Step InputFile::read(char* out, std::size_t room) {
  if (problem_) return {0, State::End};
  while (!chosen_) {
    if (!choose()) return problem_ ? Step{0, State::End} : Step{0, State::Blocked};
  }
  return decoder_ ? read_packed(out, room) : read_plain(out, room);
}

std::size_t InputFile::read_all(char* out, std::size_t room) {
  std::size_t done = 0;
  while (done < room) {
    const Step step = read(out + done, room - done);
    if (step.state != State::More) break;
    done += step.bytes;
  }
  return done;
}

bool InputFile::skip(std::uint64_t bytes) {
  std::string scratch(std::min<std::uint64_t>(bytes, kPieceBytes), '\0');
  while (bytes > 0) {
    const Step step = read(scratch.data(), std::min<std::uint64_t>(bytes, scratch.size()));
    if (step.state != State::More) return false;
    bytes -= step.bytes;
  }
  return true;
}

std::optional<Time> InputFile::written_by() const {
  const auto packed_time = decoder_ ? decoder_->written_at() : std::optional<Time>{};
  return packed_time ? packed_time : file_time_;
}

/// Reads another piece behind what is in in_. False when nothing came: at_eof_, blocked_ or
/// problem_.
bool InputFile::fill() {
  blocked_ = false;
  if (at_eof_) return false;
  in_.erase(0, in_at_);
  in_at_ = 0;
  const std::size_t old = in_.size();
  in_.resize(old + kPieceBytes);
  const Step step = read_descriptor(in_.data() + old, kPieceBytes);
  in_.resize(old + step.bytes);
  return step.bytes > 0;
}

/// Finds out what the content is. False when that is not known yet, or for ever.
bool InputFile::choose() {
  const bool came = fill();
  if (problem_ || (!came && blocked_)) return false;
  const std::string_view head = std::string_view(in_).substr(0, kMagicBytesMax);
  auto packing = packing_of(head);
  if (!packing && !at_eof_) return came;  // too short to tell: another piece
  if (!packing) packing = Packing::Plain;
  if (*packing == Packing::Foreign) {
    problem_ = Error{Errc::InputKind,
                     fmt::format("{}: this is {}; unpack it first", path_, foreign_name(head))};
    return false;
  }
  if (*packing != Packing::Plain) decoder_ = make_decoder(*packing);
  chosen_ = true;
  return true;
}

InputFile::Step InputFile::read_plain(char* out, std::size_t room) {
  if (in_at_ < in_.size()) {
    const std::size_t bytes = std::min(room, in_.size() - in_at_);
    std::memcpy(out, in_.data() + in_at_, bytes);
    in_at_ += bytes;
    if (in_at_ == in_.size()) {
      in_ = std::string();
      in_at_ = 0;
    }
    return {bytes, State::More};
  }
  return at_eof_ ? Step{0, State::End} : read_descriptor(out, room);
}

InputFile::Step InputFile::read_descriptor(char* out, std::size_t room) {
  // Not O_NONBLOCK: a terminal or pipe shares that flag with the process that gave it to us.
  if (!regular_ && !can_be_read(fd_.get())) {
    blocked_ = true;
    return {0, State::Blocked};
  }
  for (;;) {
    const ssize_t count = ::read(fd_.get(), out, room);
    if (count > 0) {
      bytes_read_ += static_cast<std::uint64_t>(count);
      return {static_cast<std::size_t>(count), State::More};
    }
    if (count == 0) {
      at_eof_ = true;
      return {0, State::End};
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN) {
      blocked_ = true;
      return {0, State::Blocked};
    }
    return fail(Errc::FileRead, errno_text(errno));
  }
}

InputFile::Step InputFile::read_packed(char* out, std::size_t room) {
  for (;;) {
    const auto step = decoder_->decode(std::string_view(in_).substr(in_at_), out, room);
    in_at_ += step.taken;
    if (step.damaged) {
      fail(Errc::InputDamaged,
           fmt::format("damaged before byte {}", bytes_read_ - (in_.size() - in_at_)));
    }
    if (step.made > 0) return {step.made, State::More};
    if (problem_) return {0, State::End};
    if (in_at_ < in_.size() && step.taken > 0) continue;
    if (fill()) continue;
    if (blocked_) return {0, State::Blocked};
    if (problem_) return {0, State::End};
    if (!decoder_->complete()) {
      return fail(Errc::InputDamaged, fmt::format("cut short after {} bytes", bytes_read_));
    }
    return {0, State::End};
  }
}

InputFile::Step InputFile::fail(Errc code, std::string detail) {
  problem_ = Error{code, fmt::format("{}: {}", path_, detail)};
  return {0, State::End};
}

}  // namespace vedette::source
