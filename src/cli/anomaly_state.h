// What a daemon has learned of behaviour, read from its database beside it or without it.
#pragma once

#include "anomaly/learned.h"
#include "base/result.h"
#include "cli/anomaly_input.h"
#include "store/store.h"

#include <string>

namespace vedette::cli {

/// To read only. `directory`: empty for default_state_directory().
Result<std::unique_ptr<store::Store>> open_state(const std::string& directory);

/// What is in force: what was learned and is not adopted yet is left out. Of a kind whose row is of
/// another version nothing is known, as after a start of this version.
Result<anomaly::Learned> learned_in(store::Store& store);

/// "detecting", "learning, 42 % of the baseline", or "nothing seen yet".
std::string learning_text(const anomaly::Lore& lore);
/// AnomalyLearning, with how far it is.
Error no_model(anomaly::Kind kind, const anomaly::Lore& lore);

/// The vectors that the daemon would make its next model of. AnomalyLearning while they are not
/// enough for a first one.
Result<Rows> baseline_in(store::Store& store, anomaly::Kind kind);

/// For hours since 1970 that were stored: what no Time can be is the nearest that one can.
Time time_of_hour(std::int64_t hour);

}  // namespace vedette::cli
