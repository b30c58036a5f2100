// Changes to policies as their YAML text stands: comments and order stay.
#pragma once

#include "prompt/policy.h"

#include <string>
#include <string_view>

namespace vedette::prompt {

/// The text with these injection thresholds in the policy of that name, or in each if it is empty;
/// of an empty text the default policy with them. `routes`: as in read_policies(). ConfigValue for
/// policies that are none, for a name that there is not, and where they are written in a way that
/// cannot be changed line by line.
Result<std::string> with_injection_thresholds(std::string_view path, std::string_view yaml,
                                              std::string_view name,
                                              const std::array<double, kStrictnesses>& thresholds,
                                              std::span<const std::string_view> routes);

}  // namespace vedette::prompt
