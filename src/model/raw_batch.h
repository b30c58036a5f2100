// RawBatch: whole lines from one or more sources, on their way from source/ to decode/.
#pragma once

#include "base/time.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette {

/// A source by its place in the list of sources; stable as long as the process runs.
using SourceIndex = std::uint32_t;

/// Longer lines are cut to this; the rest is skipped and the line counted as truncated.
inline constexpr std::size_t kLineBytesMax = 64 * 1024;

/// Whole lines of one source that stood next to each other in it. Every line ends in '\n', but
/// perhaps the last one of a source that has ended.
struct Chunk {
  SourceIndex source = 0;
  std::uint32_t begin = 0, end = 0;  ///< in the batch's buffer
  std::uint64_t offset = 0;          ///< of the first byte in the source (unpacked)
  std::uint32_t truncated = 0;       ///< lines that were cut
  Time written_by;  ///< no line is younger than this (and a day): tells the year of times without
                    ///< one
};

/// Fixed memory that is filled again and again. kPadding readable bytes follow the used part, as
/// vectorised readers of the lines want.
class RawBatch {
 public:
  static constexpr std::size_t kPadding = 64;
  explicit RawBatch(std::size_t capacity = 256 * 1024)
      : memory_(new char[capacity + kPadding]()), capacity_(capacity) {}

  std::span<const Chunk> chunks() const { return chunks_; }
  std::string_view bytes(const Chunk& chunk) const {
    return {memory_.get() + chunk.begin, chunk.end - chunk.begin};
  }
  bool empty() const { return chunks_.empty(); }
  std::size_t size() const { return used_; }

  /// Where the next bytes go, and how many fit.
  char* room() { return memory_.get() + used_; }
  std::size_t room_bytes() const { return capacity_ - used_; }
  /// Says that `chunk.end - chunk.begin` bytes were written at room(); sets begin and end itself.
  void add(Chunk chunk, std::size_t bytes) {
    chunk.begin = static_cast<std::uint32_t>(used_);
    chunk.end = static_cast<std::uint32_t>(used_ + bytes);
    used_ += bytes;
    chunks_.push_back(chunk);
  }
  void clear() {
    used_ = 0;
    chunks_.clear();
  }

 private:
  std::unique_ptr<char[]> memory_;
  std::size_t capacity_;
  std::size_t used_ = 0;
  std::vector<Chunk> chunks_;
};

}  // namespace vedette
