// What a source says when it is asked for lines.
#pragma once

#include <cstdint>

namespace vedette::source {

enum class Fill : std::uint8_t {
  Drained,    ///< everything there is was handed out
  NoRoom,     ///< the batch is full
  More,       ///< there is more, but others want their turn
  Unsettled,  ///< files are being renamed right now: ask again in a moment
  Blocked,    ///< nothing yet, and only its descriptor can tell when
};

}  // namespace vedette::source
