// Decoder: bytes to events. Every line becomes exactly one event, chosen by what the line looks
// like and never by the name of its file. What no decoder knows keeps event.original and nothing
// else.
//
// One Decoder per thread (it caches time zone offsets and owns a JSON parser). No allocation per
// line. Hostile lines cost at most time linear in their length.
#pragma once

#include "base/time.h"
#include "model/event.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace vedette::decode {

enum class Decoded : std::uint8_t {
  Event,    ///< a decoder understood it
  Unknown,  ///< none did; the event has only event.original
  Empty,    ///< nothing but blanks: no event
  Hole,     ///< nothing but NUL bytes: no event
};

struct LineContext {
  std::uint64_t offset = 0;  ///< in the source
  std::uint32_t chunk = 0;
  Time written_by;  ///< no line is younger than this plus a day (RFC 3164 has no year)
};

class Decoder {
 public:
  explicit Decoder(const FieldTable& fields);
  ~Decoder();

  /// Appends the event of one line (without its '\n'; a '\r' before it is dropped) to `out`. The
  /// line, and RawBatch::kPadding bytes after it, must stay readable as long as `out` has its
  /// content.
  Decoded decode(std::string_view line, const LineContext& context, EventBatch& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vedette::decode
