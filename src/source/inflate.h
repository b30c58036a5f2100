// Unpacking of gzip and zstd, a piece at a time, with several members one behind the other. The
// only place that knows zlib and zstd. What a file is shows in its first bytes; names say nothing.
//
// One decoder per open file; memory is bounded by the format's window (gzip 32 KiB, zstd 128 MiB at
// most). Not thread-safe.
#pragma once

#include "base/time.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace vedette::source {

enum class Packing : std::uint8_t {
  Plain,
  Gzip,
  Zstd,
  Foreign,  ///< known, but not something that can be unpacked here
};

/// What begins like this; nothing when more bytes are needed to tell (never with 8 or more).
std::optional<Packing> packing_of(std::string_view head);
/// "bzip2" and the like for what is Foreign, else "".
std::string_view foreign_name(std::string_view head);

class Decoder {
 public:
  struct Step {
    std::size_t taken = 0;  ///< of the input
    std::size_t made = 0;   ///< of the output
    bool damaged = false;   ///< nothing after this can be unpacked
  };

  virtual ~Decoder() = default;
  /// With empty input gives what is still inside.
  virtual Step decode(std::string_view in, char* out, std::size_t room) = 0;
  /// Whether the input may end here.
  virtual bool complete() const = 0;
  /// When the content was last written, if the packed file says so.
  virtual std::optional<Time> written_at() const = 0;
};

/// For Gzip and Zstd.
std::unique_ptr<Decoder> make_decoder(Packing packing);

}  // namespace vedette::source
