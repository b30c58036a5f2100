// The form in which the ingest journal stores a batch of lines on disk:
//   [magic u32][payload bytes u32][hash u64]  [written u64][id bytes u8][id][lines]
//   \_______________ header _______________/  \______________ payload ____________/
// Little endian; `written` in nanoseconds since 1970. The hash covers the payload, its length and
// the place of the frame, so that a frame is one only where it was written.
//
// Pure functions on bytes; any thread. The cost is one XXH3 of the lines.
#pragma once

#include "base/time.h"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace vedette::source {

/// A place in the ingest journal. Later places are greater, over restarts too.
struct Place {
  std::uint64_t segment = 0;  ///< counts from 1
  std::uint64_t offset = 0;   ///< bytes from the beginning of the segment
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// So that a place fits into 64 bits, with segments below 4 GiB.
inline constexpr std::uint64_t kSegmentNumberMax = UINT32_MAX - 1;
inline constexpr std::size_t kFrameHeaderBytes = 16;
inline constexpr std::size_t kBatchIdBytesMax = 64;
inline constexpr std::size_t kFrameLinesBytesMax = 64u << 20;
/// What a frame adds to its lines, at most.
inline constexpr std::size_t kFrameOverheadMax = kFrameHeaderBytes + 9 + kBatchIdBytesMax;

struct Frame {
  Time written{};
  std::string_view id{};     ///< "" when the client gave none
  std::string_view lines{};  ///< each ends in '\n'
  std::size_t bytes = 0;     ///< the whole frame
};

/// What stands before the lines of a frame at `place`. `lines_hash` is hash64() of its lines;
/// `frame.bytes` is not looked at. Bounds: kBatchIdBytesMax, kFrameLinesBytesMax.
std::string frame_head(const Place& place, const Frame& frame, std::uint64_t lines_hash);

enum class FrameStatus : std::uint8_t {
  Whole,
  Short,    ///< `frame.bytes` are needed to tell more
  Damaged,  ///< `frame.bytes` is what the header says, or 0
};
/// Reads the frame at the front of `bytes`, which stood at `place`. The views in `frame` point into
/// `bytes`.
FrameStatus parse_frame(std::string_view bytes, const Place& place, Frame& frame);

}  // namespace vedette::source
