// What the commands of `vedette anomaly` read: tables, and models that are files or made on the
// spot.
#pragma once

#include "anomaly/model.h"
#include "anomaly/table.h"
#include "cli/commands.h"

#include <string>

namespace vedette::cli {

/// `-` is standard input.
Result<anomaly::Table> read_table(const std::string& path, const std::string& label);
Result<anomaly::Model> read_model(const std::string& path);

/// Which model is to judge a table.
struct ModelChoice {
  std::string model = "ensemble";  ///< or forest, or a file
  std::string train;               ///< a table to make it from; empty: the one that is judged
  std::string label;
  anomaly::ModelOptions options;

  bool is_file() const { return model != "ensemble" && model != "forest"; }
};
void add_model_options(CLI::App& command, ModelChoice& choice);
/// Seed, trees, samples and label.
void add_training_options(CLI::App& command, ModelChoice& choice);

/// --report FILE.html: see anomaly_report.h. Of several models it is about the first.
void add_report_option(CLI::App& command, std::string& path);

Result<anomaly::Model> train_model(const anomaly::Table& table, const ModelChoice& choice);
/// AnomalyColumns where the table has others than the model.
Result<anomaly::Model> choose_model(const ModelChoice& choice, const anomaly::Table& judged);
Result<void> check_columns(const anomaly::Model& model, const anomaly::Table& table);

/// The exit code, once an error is printed: 2 for options, 3 for what was read.
int exit_code_of(const Result<void>& done);

}  // namespace vedette::cli
