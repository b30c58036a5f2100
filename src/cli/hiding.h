// Suppressions from a terminal: what one would have hidden is always told before it is made.
#pragma once

#include "cli/door.h"
#include "cli/report.h"

#include <cstdint>
#include <string>

namespace vedette::cli {

enum class Consent : std::uint8_t {
  Asked,  ///< on a terminal; elsewhere nothing is hidden, and how to do it is told
  Given,
};

/// Proposes the narrowest suppression for a threat, and makes it if that is wanted.
Result<void> offer_suppression(Door& door, Format format, const std::string& threat,
                               const std::string& reason, Consent consent);

}  // namespace vedette::cli
