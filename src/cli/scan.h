// The scan behind `vedette scan`, also used to show the samples.
#pragma once

#include "cli/report.h"

#include <optional>
#include <string>
#include <vector>

namespace vedette::cli {

struct ScanOptions {
  std::vector<std::string> inputs;
  Format format = Format::Text;
  std::size_t limit = 20;
  std::optional<Level> severity_min;
  std::optional<Level> fail_on;
  std::vector<std::string> rules;
  bool builtin_rules = true;
  std::size_t workers = 0, lanes = 0;
  std::size_t entities_max = 65536;
  bool anomalies = true;
  double alarms_per_day = 10;  ///< of anomalies
};

/// Runs it and prints the report; returns the exit code.
int scan(const ScanOptions& options);

}  // namespace vedette::cli
