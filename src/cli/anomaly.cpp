// vedette anomaly: models of behaviour from tables of numbers, and scores by them.
#include "base/file.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_input.h"
#include "cli/anomaly_report.h"
#include "cli/terminal.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <iterator>
#include <memory>

namespace vedette::cli {
namespace {

using anomaly::Model;
using anomaly::Table;

struct TrainOptions {
  ModelChoice choice;
  std::string out = "anomaly.model";
  std::string table;
};

Result<void> train(const TrainOptions& options) {
  VD_TRY(const Table table, read_table(options.table, options.choice.label));
  VD_TRY(const Model model, train_model(table, options.choice));
  VD_CHECK(write_file_atomically(options.out, model.encode()));
  fmt::print("{}: {} forests of {} rows and {} columns\n", options.out, model.forests().size(),
             model.baseline_rows(), model.columns());
  return {};
}

struct ScoreOptions {
  ModelChoice choice;
  std::string table, report;
};

Result<void> score(const ScoreOptions& options) {
  VD_TRY(const Table table, read_table(options.table, options.choice.label));
  VD_TRY(const Model model, choose_model(options.choice, table));
  std::vector<float> scores(table.matrix().rows());
  model.score(table.matrix(), scores);
  fmt::memory_buffer text;
  fmt::format_to(std::back_inserter(text), "row,score\n");
  for (std::size_t row = 0; row < scores.size(); ++row) {
    fmt::format_to(std::back_inserter(text), "{},{:.9g}\n", row, scores[row]);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  return write_anomaly_report(options.report, model, table, scores, options.table);
}

void add_train(CLI::App& command, Chosen& chosen) {
  auto options = std::make_shared<TrainOptions>();
  auto* trainer = command.add_subcommand("train", "Make a model from a table");
  trainer->add_option("TABLE", options->table, "CSV or JSON lines; - is standard input")
      ->required();
  trainer->add_option("--out,-o", options->out, "Where the model goes (anomaly.model)");
  trainer->add_option("--model", options->choice.model, "ensemble (default) or forest")
      ->check(CLI::IsMember({"ensemble", "forest"}));
  add_training_options(*trainer, options->choice);
  trainer->footer("Example:\n  vedette anomaly train --out web.model last-month.csv");
  trainer->callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(train(*options)); }; });
}

void add_score(CLI::App& command, Chosen& chosen) {
  auto options = std::make_shared<ScoreOptions>();
  auto* scorer = command.add_subcommand("score", "How unusual each row of a table is");
  scorer->add_option("TABLE", options->table, "CSV or JSON lines; - is standard input")->required();
  add_model_options(*scorer, options->choice);
  add_report_option(*scorer, options->report);
  scorer->footer(
      "Prints row,score: rows count from 0, without the header; the higher a score the more "
      "unusual.\n\n"
      "Examples:\n"
      "  vedette anomaly score today.csv                       against each other\n"
      "  vedette anomaly score --train last-month.csv today.csv\n"
      "  vedette anomaly score --report today.html today.csv   a page to look at\n"
      "  vedette anomaly score --model web.model - < today.csv");
  scorer->callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(score(*options)); }; });
}

}  // namespace

CLI::App* add_anomaly(CLI::App& root, Chosen& chosen) {
  auto* command = root.add_subcommand("anomaly", "What is unlike the rest, in tables of numbers");
  command->require_subcommand(1);
  add_anomaly_features(*command, chosen);
  add_train(*command, chosen);
  add_score(*command, chosen);
  add_anomaly_eval(*command, chosen);
  add_anomaly_explain(*command, chosen);
  add_anomaly_card(*command, chosen);
  command->footer(
      "A table is CSV, with or without a header, or JSON lines with an object of numbers each.\n\n"
      "Examples:\n"
      "  vedette anomaly score today.csv\n"
      "  vedette anomaly train --out web.model last-month.csv\n"
      "  vedette anomaly explain web.model today.csv");
  return command;
}

}  // namespace vedette::cli
