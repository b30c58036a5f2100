// How the entities in log files behave: the vectors that detection would score, for the commands of
// `vedette anomaly` that read logs.
#pragma once

#include "base/result.h"
#include "engine/lane.h"

#include <string>
#include <vector>

namespace vedette::cli {

/// Reads logs as a scan does and tells of every vector, alarm or not, in the order of the events,
/// on a thread of the pipeline; of the last one before this returns. `inputs`: files,
/// globs, or - for standard input. `kind`: only of such entities; empty: of all.
Result<void> for_each_vector(const std::vector<std::string>& inputs, const std::string& kind,
                             const engine::OnScored& told);

}  // namespace vedette::cli
