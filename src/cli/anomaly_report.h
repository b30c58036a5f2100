// A page about the scores of a table, for a person: how they are spread, how well they find what a
// label calls unusual, which columns matter, the most unusual rows and what drove them, and the
// model's card. One HTML file with inline SVG that needs nothing else, in light and dark; all that
// comes from the table is escaped.
#pragma once

#include "base/result.h"
#include "cli/anomaly_explained.h"

#include <string>

namespace vedette::cli {

/// `scores`: of the rows, as many as there are.
std::string anomaly_report(const anomaly::Model& model, const Rows& rows, const Scores& scores);

/// Writes it to a file, if one was named.
Result<void> write_anomaly_report(const std::string& path, const anomaly::Model& model,
                                  const Rows& rows, const Scores& scores);

}  // namespace vedette::cli
