#include "cli/anomaly_input.h"

#include "base/file.h"
#include "cli/terminal.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

namespace vedette::cli {
namespace {

constexpr std::size_t kModelBytesMax = 256u << 20;

Result<std::string> read_standard_input() {
  std::string text;
  char buffer[64 * 1024];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, stdin)) {
    text.append(buffer, count);
    if (text.size() <= anomaly::kTableBytesMax) continue;
    return Error{Errc::FileRead,
                 fmt::format("standard input: more than {} bytes", anomaly::kTableBytesMax)};
  }
  if (std::ferror(stdin) != 0) return Error{Errc::FileRead, "standard input"};
  return text;
}

}  // namespace

Result<anomaly::Table> read_table(const std::string& path, const std::string& label) {
  const bool standard = path == "-";
  VD_TRY(const std::string text,
         standard ? read_standard_input() : read_file(path, anomaly::kTableBytesMax));
  return anomaly::parse_table(text, standard ? "standard input" : path, label);
}

Result<anomaly::Model> read_model(const std::string& path) {
  VD_TRY(const std::string bytes, read_file(path, kModelBytesMax));
  auto model = anomaly::Model::decode(bytes);
  if (!model) return Error{model.error().code, fmt::format("{}: {}", path, model.error().detail)};
  return model;
}

void add_training_options(CLI::App& command, ModelChoice& choice) {
  command.add_option("--seed", choice.options.seed, "Another seed, other random cuts (0)");
  command.add_option("--trees", choice.options.trees, "Trees in each forest (100)");
  command.add_option("--samples", choice.options.samples,
                     "Rows each tree is made of (256); half of an ensemble has four times as many");
  command.add_option("--label", choice.label,
                     "The column that says what is known: 0 is normal. Without it a last column "
                     "named label or y");
}

void add_model_options(CLI::App& command, ModelChoice& choice) {
  command.add_option("--model", choice.model, "ensemble (default), forest, or a file");
  command.add_option("--train", choice.train,
                     "A table to make the model from; without it from the one that is judged");
  add_training_options(command, choice);
}

void add_report_option(CLI::App& command, std::string& path) {
  command.add_option("--report", path, "Also writes a page to look at: one HTML file");
}

Result<anomaly::Model> train_model(const anomaly::Table& table, const ModelChoice& choice) {
  anomaly::ModelOptions options = choice.options;
  options.ensemble = choice.model != "forest";
  // A bound that samples go beyond is told as theirs.
  options.samples_large = std::clamp(4 * options.samples, options.samples,
                                     std::max(options.samples, anomaly::kSamplesMax));
  return anomaly::Model::train(table.matrix(), table.names, 0, options);
}

Result<anomaly::Model> choose_model(const ModelChoice& choice, const anomaly::Table& judged) {
  if (!choice.is_file() && choice.train.empty()) return train_model(judged, choice);
  const auto chosen = [&]() -> Result<anomaly::Model> {
    if (choice.is_file()) return read_model(choice.model);
    VD_TRY(const anomaly::Table table, read_table(choice.train, choice.label));
    VD_TRY(anomaly::Model made, train_model(table, choice));
    return made;
  };
  VD_TRY(anomaly::Model model, chosen());
  VD_CHECK(check_columns(model, judged));
  return model;
}

Result<void> check_columns(const anomaly::Model& model, const anomaly::Table& table) {
  if (model.columns() != table.names.size()) {
    return Error{Errc::AnomalyColumns, fmt::format("the table has {}, the model {}",
                                                   table.names.size(), model.columns())};
  }
  for (std::size_t c = 0; c < model.columns() && table.named; ++c) {
    // Where the baseline named none, their numbers are their names.
    const bool unnamed = model.names()[c] == std::to_string(c + 1);
    if (unnamed || model.names()[c] == table.names[c]) continue;
    return Error{Errc::AnomalyColumns,
                 fmt::format("column {} is '{}' in the table, '{}' in the model", c + 1,
                             table.names[c], model.names()[c])};
  }
  return {};
}

int exit_code_of(const Result<void>& done) {
  if (done) return kDone;
  print_error(done.error());
  const Errc code = done.error().code;
  return code == Errc::AnomalyOptions || code == Errc::UsageError ? kUsage : kInputDamaged;
}

}  // namespace vedette::cli
