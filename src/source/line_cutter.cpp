#include "source/line_cutter.h"

#include "base/assert.h"

#include <algorithm>
#include <cstring>

namespace vedette::source {
namespace {

/// Below this a read costs more than waiting for the next batch.
constexpr std::size_t kReadBytesMin = 4096;
/// A tail larger than this gives its memory back when it is done.
constexpr std::size_t kTailBytesKept = 4096;

struct Cut {
  std::size_t bytes;  // whole lines at the front
  bool too_long;      // what follows them is the start of a line that is too long
};

/// Searches backwards from the end of each window in which a newline must stand, so that ordinary
/// text is hardly touched.
Cut find_cut(const char* begin, std::size_t size) {
  std::size_t done = 0;
  while (size - done > kLineBytesMax) {
    const void* newline = ::memrchr(begin + done, '\n', kLineBytesMax + 1);
    if (newline == nullptr) return {done, true};
    done = static_cast<std::size_t>(static_cast<const char*>(newline) - begin) + 1;
  }
  const void* newline = done < size ? ::memrchr(begin + done, '\n', size - done) : nullptr;
  if (newline != nullptr) {
    done = static_cast<std::size_t>(static_cast<const char*>(newline) - begin) + 1;
  }
  return {done, false};
}

}  // namespace

LineCutter::LineCutter(std::uint64_t offset, bool in_long_line, std::string_view before)
    : offset_(offset), in_long_line_(in_long_line) {
  trail_.append(before);
}

bool LineCutter::fits(const RawBatch& batch) const {
  const std::size_t room = batch.room_bytes();
  if (batch.empty()) {
    VD_ASSERT(room >= kBatchBytesMin);
    return true;
  }
  return room >= tail_.size() + kReadBytesMin;
}

LineCutter::Space LineCutter::space(RawBatch& batch) {
  std::memcpy(batch.room(), tail_.data(), tail_.size());
  return {batch.room() + tail_.size(), batch.room_bytes() - tail_.size()};
}

void LineCutter::take(RawBatch& batch, std::size_t bytes, const ChunkLabel& label) {
  char* begin = batch.room();
  std::size_t size = tail_.size() + bytes;
  if (tail_.capacity() > kTailBytesKept) {
    tail_ = std::string();
  } else {
    tail_.clear();
  }
  for (;;) {
    if (in_long_line_) {
      const std::size_t skipped = skip(begin, size);
      begin += skipped;
      size -= skipped;
      if (in_long_line_) return;
    }
    if (begin != batch.room()) std::memmove(batch.room(), begin, size);
    begin = batch.room();
    const Cut cut = find_cut(begin, size);
    if (!cut.too_long) {
      if (cut.bytes > 0) hand_out(batch, cut.bytes, label, 0);
      tail_.assign(begin + cut.bytes, size - cut.bytes);
      return;
    }
    // The byte that the newline replaces belongs to the rest of the line, which is skipped anyway.
    const std::size_t handed = cut.bytes + kLineBytesMax + 1;
    const char replaced = begin[handed - 1];
    trail_.append({begin, handed - 1});
    trail_.append({&replaced, 1});
    begin[handed - 1] = '\n';
    hand_out(batch, handed, label, 1);
    in_long_line_ = true;
    begin += handed;
    size -= handed;
  }
}

void LineCutter::finish(RawBatch& batch, const ChunkLabel& label) {
  if (tail_.empty()) return;
  VD_ASSERT(batch.room_bytes() >= tail_.size());
  std::memcpy(batch.room(), tail_.data(), tail_.size());
  const std::size_t size = tail_.size();
  tail_ = std::string();
  hand_out(batch, size, label, 0);
}

Trail LineCutter::read_trail() const {
  Trail trail = trail_;
  trail.append(tail_);
  return trail;
}

/// Passes over the rest of a line that was cut; returns how many bytes that took.
std::size_t LineCutter::skip(const char* at, std::size_t bytes) {
  const void* newline = bytes > 0 ? std::memchr(at, '\n', bytes) : nullptr;
  std::size_t skipped = bytes;
  if (newline != nullptr) {
    skipped = static_cast<std::size_t>(static_cast<const char*>(newline) - at) + 1;
    in_long_line_ = false;
  }
  trail_.append({at, skipped});
  offset_ += skipped;
  return skipped;
}

void LineCutter::hand_out(RawBatch& batch, std::size_t bytes, const ChunkLabel& label,
                          std::uint32_t cut) {
  if (cut == 0) trail_.append({batch.room(), bytes});
  Chunk chunk;
  chunk.source = label.source;
  chunk.offset = offset_;
  chunk.truncated = cut;
  chunk.written_by = label.written_by;
  batch.add(chunk, bytes);
  offset_ += bytes;
}

}  // namespace vedette::source
