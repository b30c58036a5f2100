// How far the ingest journal was read, as it is stored with a commit. Versioned.
#pragma once

#include "source/ingest_frame.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vedette::source {

struct IngestPosition {
  Place frame;                ///< the one that is being handed out, or comes next
  std::uint64_t inside = 0;   ///< bytes of its lines that were handed out
  bool in_long_line = false;  ///< the bytes there belong to a line that was cut
  friend bool operator==(const IngestPosition&, const IngestPosition&) = default;
};

std::string encode(const IngestPosition& position);
std::optional<IngestPosition> decode_ingest_position(std::string_view bytes);

}  // namespace vedette::source
