// The `correlation:` part of a Sigma document, checked for its form.
#pragma once

#include "base/result.h"
#include "base/yaml.h"
#include "sigma/place.h"
#include "sigma/rule.h"

namespace vedette::sigma {

Result<CorrelationRule> parse_correlation(const YamlNode& document, const Place& place);

}  // namespace vedette::sigma
