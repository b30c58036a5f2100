// A rule's logsource: which data sets its events come from, which process writes them, and what the
// field names of that world are called in ECS.
#pragma once

#include "model/action.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vedette::sigma {

/// A set of Dataset values, one bit each.
using DatasetMask = std::uint16_t;
static_assert(kDatasets <= 16);
constexpr DatasetMask bit(Dataset dataset) {
  return static_cast<DatasetMask>(1u << static_cast<unsigned>(dataset));
}

struct LogSource {
  std::string category, product, service;
};

struct LogSourcePlan {
  DatasetMask datasets = bit(Dataset::Json);
  std::vector<std::string> processes;  ///< process.name must be one of these, if there are any
  bool web = false;                    ///< fields go by the W3C names of Sigma's web rules
};

LogSourcePlan plan_of(const LogSource& source);

/// The ECS name of a field: as it is, but for the names of Sigma's web rules.
std::string_view ecs_name(std::string_view field, const LogSourcePlan& plan);

}  // namespace vedette::sigma
