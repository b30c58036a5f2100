// Builds the index over compiled rules.
#pragma once

#include "sigma/compile.h"

namespace vedette::sigma {

/// Chooses every rule's witness, fills `compiled.index` and marks the tests it decides.
void build_index(RuleSet::Compiled& compiled);

}  // namespace vedette::sigma
