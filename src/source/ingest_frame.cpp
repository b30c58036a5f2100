#include "source/ingest_frame.h"

#include "base/assert.h"
#include "base/hash.h"

#include <algorithm>

namespace vedette::source {
namespace {

constexpr std::uint32_t kMagic = 0x31464456;  // "VDF1"
constexpr std::size_t kPayloadBytesMin = 9;
constexpr std::size_t kPayloadBytesMax = kPayloadBytesMin + kBatchIdBytesMax + kFrameLinesBytesMax;
/// Times up to the year 2116: days can be added to them without overflow.
constexpr std::int64_t kTimeMax = std::int64_t{1} << 62;

template <typename Int>
void put(std::string& out, Int value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out += static_cast<char>(value >> (8 * i));
}

template <typename Int>
Int get(std::string_view bytes) {
  Int value = 0;
  for (std::size_t i = 0; i < sizeof value; ++i) {
    value |= static_cast<Int>(Int{static_cast<std::uint8_t>(bytes[i])} << (8 * i));
  }
  return value;
}

/// `known` is the payload up to the lines.
std::uint64_t frame_hash(const Place& place, std::string_view known, std::size_t payload_bytes,
                         std::uint64_t lines_hash) {
  const std::uint64_t seed = hash_combine(hash_combine(place.segment, place.offset), payload_bytes);
  return hash64(known, hash_combine(seed, lines_hash));
}

}  // namespace

std::string frame_head(const Place& place, const Frame& frame, std::uint64_t lines_hash) {
  VD_ASSERT(frame.id.size() <= kBatchIdBytesMax && frame.lines.size() <= kFrameLinesBytesMax);
  std::string known;
  const std::int64_t time = frame.written.time_since_epoch().count();
  put(known, static_cast<std::uint64_t>(std::clamp<std::int64_t>(time, 0, kTimeMax)));
  put(known, static_cast<std::uint8_t>(frame.id.size()));
  known += frame.id;
  const std::size_t payload_bytes = known.size() + frame.lines.size();
  std::string out;
  out.reserve(kFrameHeaderBytes + known.size());
  put(out, kMagic);
  put(out, static_cast<std::uint32_t>(payload_bytes));
  put(out, frame_hash(place, known, payload_bytes, lines_hash));
  return out += known;
}

FrameStatus parse_frame(std::string_view bytes, const Place& place, Frame& frame) {
  frame = Frame{};
  frame.bytes = kFrameHeaderBytes;
  if (bytes.size() < kFrameHeaderBytes) return FrameStatus::Short;
  frame.bytes = 0;
  const std::size_t payload_bytes = get<std::uint32_t>(bytes.substr(4));
  if (get<std::uint32_t>(bytes) != kMagic || payload_bytes < kPayloadBytesMin ||
      payload_bytes > kPayloadBytesMax) {
    return FrameStatus::Damaged;
  }
  frame.bytes = kFrameHeaderBytes + payload_bytes;
  if (bytes.size() < frame.bytes) return FrameStatus::Short;
  const std::string_view payload = bytes.substr(kFrameHeaderBytes, payload_bytes);
  const std::size_t known_bytes = kPayloadBytesMin + static_cast<std::uint8_t>(payload[8]);
  if (known_bytes > std::min(payload_bytes, kPayloadBytesMin + kBatchIdBytesMax)) {
    return FrameStatus::Damaged;
  }
  const std::string_view known = payload.substr(0, known_bytes);
  const std::string_view lines = payload.substr(known_bytes);
  const auto time = static_cast<std::int64_t>(get<std::uint64_t>(known));
  const bool sound = get<std::uint64_t>(bytes.substr(8)) ==
                         frame_hash(place, known, payload_bytes, hash64(lines)) &&
                     time >= 0 && time <= kTimeMax && (lines.empty() || lines.back() == '\n');
  if (!sound) return FrameStatus::Damaged;
  frame.written = Time{Duration{time}};
  frame.id = known.substr(kPayloadBytesMin);
  frame.lines = lines;
  return FrameStatus::Whole;
}

}  // namespace vedette::source
