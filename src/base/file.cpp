#include "base/file.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace vedette {

UniqueFd::~UniqueFd() {
  if (fd_ >= 0) ::close(fd_);
}

std::string errno_text(int error_number) {
  return std::generic_category().message(error_number);
}

Result<UniqueFd> open_for_reading(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (!fd) return Error{Errc::FileOpen, fmt::format("{}: {}", path, errno_text(errno))};
  return fd;
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  VD_TRY(auto fd, open_for_reading(path));
  std::string content;
  char buffer[64 * 1024];
  for (;;) {
    const ssize_t count = ::read(fd.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error{Errc::FileRead, fmt::format("{}: {}", path, errno_text(errno))};
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > bytes_max) {
      return Error{Errc::FileRead, fmt::format("{}: more than {} bytes", path, bytes_max)};
    }
  }
}

Result<void> write_file_atomically(const std::string& path, std::string_view content) {
  const std::string beside = path + ".new";
  const auto failed = [&](int error_number) {
    ::unlink(beside.c_str());
    return Error{Errc::FileWrite, fmt::format("{}: {}", path, errno_text(error_number))};
  };
  UniqueFd fd(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (!fd) return failed(errno);
  while (!content.empty()) {
    const ssize_t count = ::write(fd.get(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed(errno);
    content.remove_prefix(static_cast<std::size_t>(count));
  }
  if (::fsync(fd.get()) != 0) return failed(errno);
  if (::rename(beside.c_str(), path.c_str()) != 0) return failed(errno);
  return {};
}

}  // namespace vedette
