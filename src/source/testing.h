// What the tests of this folder share: a directory of their own, packed bytes made by hand (so that
// they need no packing library), and reading until nothing comes.
#pragma once

#include "base/assert.h"
#include "model/raw_batch.h"
#include "source/source_set.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

namespace vedette::source::testing {

using Lines = std::vector<std::string>;

/// Removed with everything in it at the end.
class Directory {
 public:
  Directory() {
    const char* parent = std::getenv("TMPDIR");
    path_ = std::string(parent == nullptr ? "/tmp" : parent) + "/vedette-source-XXXXXX";
    VD_ASSERT(::mkdtemp(path_.data()) != nullptr);
  }
  ~Directory() { std::filesystem::remove_all(path_); }
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

inline void put(const std::string& path, std::string_view text, const char* mode) {
  std::FILE* file = std::fopen(path.c_str(), mode);
  VD_ASSERT(file != nullptr);
  VD_ASSERT(std::fwrite(text.data(), 1, text.size(), file) == text.size());
  std::fclose(file);
}
/// Makes the file, or empties it first.
inline void write(const std::string& path, std::string_view text) {
  put(path, text, "wb");
}
inline void append(const std::string& path, std::string_view text) {
  put(path, text, "ab");
}
inline void rename(const std::string& from, const std::string& to) {
  VD_ASSERT(std::rename(from.c_str(), to.c_str()) == 0);
}
inline void remove(const std::string& path) {
  VD_ASSERT(::unlink(path.c_str()) == 0);
}

inline std::uint32_t crc32(std::string_view bytes) {
  std::uint32_t crc = ~0u;
  for (const char c : bytes) {
    crc ^= static_cast<std::uint8_t>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

inline void little_endian(std::string& out, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i));
}

/// One gzip member of stored blocks.
inline std::string gzip(std::string_view text, std::uint32_t written_at = 0) {
  using std::string_literals::operator""s;
  std::string out = "\x1f\x8b\x08\x00"s;
  little_endian(out, written_at, 4);
  out += "\x00\x03"s;
  const std::uint32_t crc = crc32(text), size = static_cast<std::uint32_t>(text.size());
  do {
    const std::size_t bytes = std::min<std::size_t>(text.size(), 0xFFFF);
    out += static_cast<char>(bytes == text.size());
    little_endian(out, bytes, 2);
    little_endian(out, ~bytes, 2);
    out += text.substr(0, bytes);
    text.remove_prefix(bytes);
  } while (!text.empty());
  little_endian(out, crc, 4);
  little_endian(out, size, 4);
  return out;
}

/// One zstd frame of raw blocks.
inline std::string zstd(std::string_view text) {
  using std::string_literals::operator""s;
  std::string out = "\x28\xb5\x2f\xfd\xa0"s;  // single segment, four bytes of content size
  little_endian(out, text.size(), 4);
  do {
    const std::size_t bytes = std::min<std::size_t>(text.size(), 0x1FFFF);
    little_endian(out, bytes << 3 | (bytes == text.size()), 3);
    out += text.substr(0, bytes);
    text.remove_prefix(bytes);
  } while (!text.empty());
  return out;
}

inline std::string slurp(const std::string& path) {
  std::string out;
  std::FILE* file = std::fopen(path.c_str(), "rb");
  VD_ASSERT(file != nullptr);
  char buffer[64 * 1024];
  for (std::size_t bytes; (bytes = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
    out.append(buffer, bytes);
  }
  std::fclose(file);
  return out;
}

/// The lines of a batch without their newlines.
inline void split(const RawBatch& batch, Lines& out) {
  for (const Chunk& chunk : batch.chunks()) {
    std::string_view bytes = batch.bytes(chunk);
    while (!bytes.empty()) {
      const auto newline = bytes.find('\n');
      out.emplace_back(bytes.substr(0, newline));
      bytes.remove_prefix(newline == std::string_view::npos ? bytes.size() : newline + 1);
    }
  }
}

/// Everything that is there now.
inline Lines read_all(SourceSet& sources) {
  Lines out;
  RawBatch batch;
  while (sources.read(batch, std::chrono::milliseconds(0)) == ReadStatus::Filled) split(batch, out);
  return out;
}

}  // namespace vedette::source::testing
