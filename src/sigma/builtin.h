// The rules that come with the program, in the program: every rules/**/*.yml but the tests
// (*.test.yml). The definition is made by the build (tools/embed_rules.py).
#pragma once

#include "sigma/rule_set.h"

#include <span>

namespace vedette::sigma {

/// In the order of their paths, which begin with "builtin:", for example
/// "builtin:ssh/brute_force.yml". They live as long as the program; made at the first call, from
/// any thread.
std::span<const RuleFile> builtin_rules();

}  // namespace vedette::sigma
