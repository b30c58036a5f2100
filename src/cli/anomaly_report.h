// A page about the scores of a table, for a person: how they are spread, how well they find what a
// label calls unusual, which columns matter, the most unusual rows and what drove them, and the
// model's card. One HTML file with inline SVG that needs nothing else, in light and dark; all that
// comes from the table is escaped.
#pragma once

#include "anomaly/model.h"
#include "anomaly/table.h"
#include "base/result.h"

#include <span>
#include <string>

namespace vedette::cli {

/// `name`: of the table, for the title. `scores`: of its rows by the model, as many as there are.
std::string anomaly_report(const anomaly::Model& model, const anomaly::Table& table,
                           std::span<const float> scores, std::string_view name);

/// Writes it to a file, if one was named.
Result<void> write_anomaly_report(const std::string& path, const anomaly::Model& model,
                                  const anomaly::Table& table, std::span<const float> scores,
                                  std::string_view name);

}  // namespace vedette::cli
