// Threats as people read them: aligned, worst first, what happened, from where, when, the lines
// that show it, and what to do.
#pragma once

#include "cli/terminal.h"
#include "model/threat.h"

#include <string>
#include <vector>

namespace vedette::cli {

/// One threat as a block of lines. `rank` counts from 1; 0 for none.
std::string render_threat(const Threat& threat, std::size_t rank, const Terminal& terminal,
                          Time as_of);
/// The same with every finding, evidence line and the timeline.
std::string render_threat_whole(const Threat& threat, const Terminal& terminal, Time as_of);
/// "2 critical, 30 high, 11 medium" from counts by level.
std::string render_levels(const std::array<std::uint64_t, kLevels>& by_level,
                          const Terminal& terminal);

}  // namespace vedette::cli
