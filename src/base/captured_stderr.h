// What a piece of a test writes to standard error.
#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <unistd.h>

namespace vedette {

/// Runs `body` with standard error going into a temporary file.
template <typename Body>
std::string captured_stderr(Body body) {
  std::FILE* file = std::tmpfile();
  if (file == nullptr) return {};
  std::fflush(stderr);
  const int saved = ::dup(STDERR_FILENO);
  ::dup2(::fileno(file), STDERR_FILENO);
  body();
  std::fflush(stderr);
  ::dup2(saved, STDERR_FILENO);
  ::close(saved);
  std::rewind(file);
  std::array<char, 4096> buffer;
  const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), file);
  std::fclose(file);
  return {buffer.data(), size};
}

}  // namespace vedette
