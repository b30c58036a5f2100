// What the ingest journal does when it is opened: makes its directory its own, and finds out how
// much of each segment an earlier process left whole.
//
// Used once, before any thread runs. Reads every segment from start to end.
#pragma once

#include "base/file.h"
#include "base/result.h"
#include "source/recent_ids.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vedette::source {

/// Makes the directory (0700) if it is not there, and opens it; StoreLocked if it is open
/// elsewhere. The lock goes with the descriptor.
Result<UniqueFd> own_directory(const std::string& path);

/// Returns how many bytes of the segment can be read, and adds the ids in it. Of the `last` one the
/// rest is an unfinished write and is cut off; elsewhere it is damage and becomes a problem.
std::uint64_t recover_segment(const std::string& directory, std::uint64_t number, bool last,
                              RecentIds& ids, std::vector<Error>& problems);

}  // namespace vedette::source
