#include "store/event_block.h"

#include "base/codec.h"
#include "base/compress.h"
#include "model/raw_batch.h"
#include "store/words.h"

#include <algorithm>

namespace vedette::store {
namespace {

constexpr int kZstdLevel = 1;
constexpr std::size_t kUnpackedMax = 64 * 1024 * 1024;
/// What a chunk costs besides its lines and the name of its source.
constexpr std::size_t kChunkBytes = 32;

/// The end of the last line that ends within `room` bytes from `from` on, or else of the first one.
std::size_t cut(std::string_view lines, std::size_t from, std::size_t room) {
  if (lines.size() - from <= room) return lines.size();
  const auto last = lines.substr(from, room).rfind('\n');
  if (last != std::string_view::npos) return from + last + 1;
  const auto first = lines.find('\n', from);
  return first == std::string_view::npos ? lines.size() : first + 1;
}

}  // namespace

std::size_t bytes_of(const BlockChunk& chunk) {
  return chunk.source.size() + chunk.lines.size() + kChunkBytes;
}

std::uint64_t count_lines(std::string_view lines) {
  const auto ends = std::count(lines.begin(), lines.end(), '\n');
  return static_cast<std::uint64_t>(ends) + (!lines.empty() && lines.back() != '\n');
}

PackedBlock pack(std::span<const BlockChunk> chunks, WordSet& scratch) {
  PackedBlock packed;
  for (const BlockChunk& chunk : chunks) packed.raw_bytes += chunk.lines.size();
  scratch.clear(packed.raw_bytes);
  std::string bytes;
  bytes.reserve(packed.raw_bytes + chunks.size() * (kChunkBytes + 64));
  Writer out(bytes);
  out.u64(chunks.size());
  for (const BlockChunk& chunk : chunks) {
    out.bytes(chunk.source);
    out.u64(chunk.offset);
    out.time(chunk.written_by);
    out.time(chunk.received);
    out.bytes(chunk.lines);
    packed.lines += count_lines(chunk.lines);
    scratch.add(chunk.lines);
  }
  packed.bytes = zstd(bytes, kZstdLevel);
  packed.filter = scratch.filter();
  return packed;
}

std::optional<EventBlock> EventBlock::unpack(std::string_view bytes) {
  const auto unpacked = unzstd(bytes, kUnpackedMax);
  if (!unpacked) return {};
  EventBlock block;
  block.memory_.reserve(unpacked->size() + RawBatch::kPadding);
  block.memory_.assign(unpacked->begin(), unpacked->end());
  block.memory_.resize(unpacked->size() + RawBatch::kPadding);
  const std::string_view all(block.memory_.data(), unpacked->size());
  Reader in(all);
  for (std::uint64_t left = in.u64(); left > 0; --left) {
    BlockChunk chunk;
    chunk.source = in.bytes();
    chunk.offset = in.u64();
    chunk.written_by = in.time();
    chunk.received = in.time();
    chunk.lines = in.bytes();
    if (!in.ok()) return {};  // each time, so that no number makes this long
    block.chunks_.push_back(chunk);
  }
  if (!in.done()) return {};
  return block;
}

std::span<const BlockChunk> BlockCutter::take() {
  block_.clear();
  std::size_t used = 0;
  while (!chunks_.empty()) {
    const BlockChunk& chunk = chunks_.front();
    const std::size_t overhead = bytes_of(chunk) - chunk.lines.size();
    const std::size_t left = chunk.lines.size() - taken_;
    if (!block_.empty() && used + overhead + left > kBlockBytesMax) {
      // Cut only where a good part fits: a block need not be full.
      if (used + overhead + kBlockBytesMax / 4 > kBlockBytesMax) break;
    }
    const std::size_t room = kBlockBytesMax - std::min(kBlockBytesMax, used + overhead);
    const std::size_t end = cut(chunk.lines, taken_, room);
    if (!block_.empty() && end - taken_ > room) break;  // a line too long for what is left
    BlockChunk piece = chunk;
    piece.offset += taken_;
    piece.lines = chunk.lines.substr(taken_, end - taken_);
    used += overhead + piece.lines.size();
    if (!piece.lines.empty()) block_.push_back(piece);
    taken_ = end;
    if (taken_ < chunk.lines.size()) break;
    chunks_ = chunks_.subspan(1);
    taken_ = 0;
  }
  return block_;
}

}  // namespace vedette::store
