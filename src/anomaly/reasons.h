// Reasons: which features drove a score, in words. Pure functions.
#pragma once

#include "anomaly/learned.h"
#include "anomaly/profile.h"
#include "anomaly/vector.h"
#include "model/anomaly.h"

#include <string_view>
#include <vector>

namespace vedette::anomaly {

inline constexpr std::size_t kReasonsMax = 5;

/// The features that made the vector surprising, the strongest first, at most kReasonsMax: those
/// that are beyond what one in ten of its peers does, then those by which the forest's cuts set it
/// apart. `technique`: the ATT&CK technique that the first of them that points to one does, or "".
std::vector<AnomalyReason> reasons_for(const Lore& lore, Kind kind, const Vector& vector,
                                       const OwnUsual& own, std::string_view& technique);

}  // namespace vedette::anomaly
