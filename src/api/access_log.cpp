#include "api/access_log.h"

#include <fmt/core.h>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace vedette::api {

Result<std::unique_ptr<AccessLog>> AccessLog::open(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!fd) return Error{Errc::FileOpen, fmt::format("{}: {}", path, errno_text(errno))};
  return std::unique_ptr<AccessLog>(new AccessLog(std::move(fd)));
}

void AccessLog::add(std::string_view line) {
  if (::write(fd_.get(), line.data(), line.size()) < 0) errno = 0;
}

}  // namespace vedette::api
