// What paths, queries and commands look like, as numbers: structure, not lists of known attacks.
// Linear, no allocation; only the first kShapeBytesMax bytes of a text are looked at.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vedette::anomaly {

inline constexpr std::size_t kShapeBytesMax = 512;

struct PathShape {
  std::uint32_t hash = 0;   ///< of the path without what looks like ids; not 0
  std::uint32_t place = 0;  ///< of the path with its ids: the next last one is at the next place
  float entropy = 0;        ///< bits per byte (Shannon 1948), over the lowest six bits of bytes
  std::uint16_t depth = 0;  ///< parts that are not empty: /a/b has two
};
PathShape path_shape(std::string_view path);

/// The share of bytes that ordinary queries do not have, in [0, 1]: all but letters, digits and
/// `&=_-.+,:;/@~`. A byte written as %XX counts as what it means, once.
float query_oddness(std::string_view query);

struct CommandShape {
  std::uint32_t hash = 0;  ///< of the programs in their order, each with its options; not 0
  float oddness = 0;       ///< signs there are, of kCommandSigns: in [0, 1]
};
/// The signs: a pipe, several commands in a row, a redirection, a command within a command, an
/// escape (`\x41`), a run of 24 or more bytes that looks like Base64 or hexadecimal, a place in the
/// network (`://`, `/dev/tcp/`).
inline constexpr int kCommandSigns = 7;
CommandShape command_shape(std::string_view command);

}  // namespace vedette::anomaly
