#include "source/ingest_position.h"

#include "base/codec.h"

namespace vedette::source {
namespace {

constexpr std::uint64_t kVersion = 1;

}  // namespace

std::string encode(const IngestPosition& position) {
  std::string bytes;
  Writer out(bytes);
  out.u64(kVersion);
  out.u64(position.frame.segment);
  out.u64(position.frame.offset);
  out.u64(position.inside);
  out.u64(position.in_long_line ? 1 : 0);
  return bytes;
}

std::optional<IngestPosition> decode_ingest_position(std::string_view bytes) {
  Reader in(bytes);
  const std::uint64_t version = in.u64();
  IngestPosition position;
  position.frame.segment = in.u64();
  position.frame.offset = in.u64();
  position.inside = in.u64();
  position.in_long_line = in.u64() != 0;
  const bool possible = in.done() && version == kVersion && position.frame.segment > 0 &&
                        position.frame.segment <= kSegmentNumberMax &&
                        position.frame.offset <= UINT32_MAX &&
                        position.inside <= kFrameLinesBytesMax;
  if (!possible) return {};
  return position;
}

}  // namespace vedette::source
