// What a daemon has learned of behaviour, read from its database beside it or without it.
#pragma once

#include "anomaly/learned.h"
#include "base/result.h"
#include "store/store.h"

#include <string>

namespace vedette::cli {

/// What is in force: what was learned and is not adopted yet is left out. Of a kind whose row is of
/// another version nothing is known, as after a start of this version.
Result<anomaly::Learned> learned_in(store::Store& store);

/// "detecting", "learning, 42 % of the baseline", or "nothing seen yet".
std::string learning_text(const anomaly::Lore& lore);

}  // namespace vedette::cli
