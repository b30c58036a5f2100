// Replay: the whole pipeline over a text in memory, on the calling thread, with nothing stored. For
// testing rules and for tests of the pipeline: the same worker and lane as the real one, no
// threads, no clock.
#pragma once

#include "model/field.h"
#include "model/threat.h"
#include "sigma/rule_set.h"

#include <memory>
#include <string_view>
#include <vector>

namespace vedette::engine {

/// Threats in the order of their ranks. `written_by` as in Chunk.
std::vector<Threat> replay(const FieldTable& fields,
                           const std::shared_ptr<const sigma::RuleSet>& rules,
                           std::string_view text, Time written_by);

}  // namespace vedette::engine
