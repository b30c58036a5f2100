// Owned file descriptors and whole-file reads.
#pragma once

#include "base/result.h"

#include <string>
#include <utility>

namespace vedette {

/// Closes its descriptor when it goes.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~UniqueFd();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Opens for reading, close-on-exec, without following a terminal. The error names path and reason.
Result<UniqueFd> open_for_reading(const std::string& path);
/// At most `bytes_max` bytes; a longer file is an error, since it is not what was expected.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max = 16u << 20);
/// Writes beside `path`, syncs and renames: the old content or the new, never half.
Result<void> write_file_atomically(const std::string& path, std::string_view content);

/// "No such file or directory" for ENOENT: strerror without its thread trap.
std::string errno_text(int error_number);

}  // namespace vedette
