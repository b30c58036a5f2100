// A block of the event log: lines as they stood, with what is needed to decode them again, packed.
// Pure functions; any thread.
#pragma once

#include "base/time.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::store {

/// A block of more lines than one has at most so many bytes, names of sources included.
inline constexpr std::size_t kBlockBytesMax = 256 * 1024;

/// Whole lines of one source that stood next to each other in it (see model/raw_batch.h).
struct BlockChunk {
  std::string_view source;
  std::uint64_t offset = 0;  ///< of the first byte in the source
  Time written_by;
  Time received;
  std::string_view lines;
};

struct PackedBlock {
  std::string bytes;   ///< compressed
  std::string filter;  ///< over the words of the lines: store/words.h
  std::uint64_t lines = 0;
  std::uint64_t raw_bytes = 0;  ///< of the lines
};

/// What it takes in a block that is unpacked, about.
std::size_t bytes_of(const BlockChunk& chunk);
/// Counts the line at the end that has no '\n', too.
std::uint64_t count_lines(std::string_view lines);

class WordSet;
PackedBlock pack(std::span<const BlockChunk> chunks, WordSet& scratch);

/// A block unpacked. Owns the lines; RawBatch::kPadding readable bytes follow each.
class EventBlock {
 public:
  EventBlock(EventBlock&&) = default;  // never copied: the chunks are views of the memory
  EventBlock& operator=(EventBlock&&) = default;
  /// Nothing when the bytes are not a block.
  static std::optional<EventBlock> unpack(std::string_view bytes);
  std::span<const BlockChunk> chunks() const { return chunks_; }

 private:
  EventBlock() = default;
  std::vector<char> memory_;
  std::vector<BlockChunk> chunks_;
};

/// Deals chunks into blocks of at most kBlockBytesMax, cutting them between lines only; a line that
/// is longer (none should be) is a block of its own. The first call of take() gives the first
/// block; an empty one when nothing is left. The views are those that came in.
class BlockCutter {
 public:
  explicit BlockCutter(std::span<const BlockChunk> chunks) : chunks_(chunks) {}
  std::span<const BlockChunk> take();

 private:
  std::span<const BlockChunk> chunks_;
  std::size_t taken_ = 0;  // bytes of the first of chunks_
  std::vector<BlockChunk> block_;
};

}  // namespace vedette::store
