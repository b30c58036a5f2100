// What the commands of `vedette anomaly` read: tables, logs, what a daemon keeps, and models that
// are files or made on the spot.
#pragma once

#include "anomaly/features.h"
#include "anomaly/model.h"
#include "anomaly/table.h"
#include "cli/command_line.h"
#include "cli/commands.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vedette::cli {

/// What a command is about. Files are a table; with a kind they are logs; without a file it is the
/// database of a daemon.
struct InputChoice {
  std::vector<std::string> files;  ///< of tables just one; `-` is standard input
  std::string kind, state, label;

  bool stored() const { return files.empty(); }
};
/// The files, and --kind and --state.
void add_input_options(Command command, InputChoice& input);
void add_label_option(Command command, std::string& label);
Option add_kind_option(Command command, std::string& kind, const std::string& sentence);
/// --format: text, which is the default, or json.
void add_format_option(Command command, std::string& format);

/// When and of whom a row was made.
struct RowOrigin {
  Time time;
  std::string entity;
};

struct Rows {
  anomaly::Table table;
  std::vector<RowOrigin> origins;      ///< of each row, where they are known: else none
  std::uint32_t features_version = 0;  ///< 0: the columns are no features
  anomaly::TimeRange when;
  std::string name;  ///< of the file, for people
};
/// Rows of the columns that features are, none yet; and one more of them.
Rows no_features(std::string name);
void append(Rows& rows, std::span<const std::int16_t> vector);
/// A table, or the vectors of logs. Errors: TableSyntax, and for logs AnomalyRows.
Result<Rows> read_rows(const InputChoice& input);

Result<anomaly::Model> read_model(const std::string& path);

/// Which model is to judge.
struct ModelChoice {
  std::string model;  ///< forest, ensemble, a file; empty: what the input suggests
  std::string train;  ///< a file to make it from; empty: what is judged
  anomaly::ModelOptions options;

  bool is_file() const { return !model.empty() && model != "ensemble" && model != "forest"; }
};
void add_model_options(Command command, ModelChoice& choice);
/// Seed, trees and samples.
void add_training_options(Command command, ModelChoice& choice);

/// --report FILE.html: see anomaly_report.h. Of several models it is about the first.
void add_report_option(Command command, std::string& path);

Result<anomaly::Model> train_model(const Rows& rows, const ModelChoice& choice);
/// For rows that were read so. AnomalyColumns and AnomalyModelDamaged where it cannot judge them.
Result<anomaly::Model> choose_model(const ModelChoice& choice, const InputChoice& input,
                                    const Rows& judged);
/// AnomalyColumns where the table has others than the model; AnomalyModelDamaged where the columns
/// have the same names and other meanings. `name`: of the model, for people.
Result<void> check_model(const anomaly::Model& model, const std::string& name, const Rows& rows);

/// The exit code, once an error is printed: 2 for options, 3 for what was read.
int exit_code_of(const Result<void>& done);

}  // namespace vedette::cli
