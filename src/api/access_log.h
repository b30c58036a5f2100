// The access log: a line for every answered request, appended to a file. Any thread.
#pragma once

#include "base/file.h"
#include "base/result.h"

#include <memory>
#include <string>
#include <string_view>

namespace vedette::api {

class AccessLog {
 public:
  /// FileOpen if it cannot be written.
  static Result<std::unique_ptr<AccessLog>> open(const std::string& path);
  /// One write, so that lines of several threads do not mix. What cannot be written is lost.
  void add(std::string_view line);

 private:
  explicit AccessLog(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace vedette::api
