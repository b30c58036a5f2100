// vedette anomaly explain: in which columns rows are unlike the baseline.
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_explained.h"
#include "cli/anomaly_input.h"
#include "cli/terminal.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace vedette::cli {
namespace {

using anomaly::Model;
using anomaly::Table;

constexpr std::size_t kColumnsShown = 5;

struct ExplainOptions {
  std::string model, table, label;
  std::string format = "text";
  std::optional<std::size_t> row;
  std::size_t rows = 10;
};

void print_text(const Model& model, const Table& table, const Explained& found) {
  fmt::print("row {}  score {:.6g}, as high as {} of the baseline\n", found.row, found.score,
             once_in_text(found.rarity));
  const std::size_t shown = std::min(found.drivers.size(), kColumnsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& driver = found.drivers[i];
    const anomaly::Usual& usual = model.usual()[driver.column];
    fmt::print(
        "  {:>4.0f} %  {}{:>12.6g}   usual {:.4g} to {:.4g}, median {:.4g}, 99 % up to {:.4g}\n",
        100 * driver.share, fit(escape_for_terminal(model.names()[driver.column]), 28),
        table.matrix().row(found.row)[driver.column], usual.q25, usual.q75, usual.median,
        usual.q99);
  }
}

void write_json(JsonWriter& json, const Model& model, const Table& table, const Explained& found) {
  json.begin_object().field("row", found.row).key("score").real(double{found.score}, 9);
  json.key("rarity").real(found.rarity, 12);
  json.key("columns").begin_array();
  for (const auto& driver : found.drivers) {
    json.begin_object().field("name", model.names()[driver.column]);
    json.key("value").real(double{table.matrix().row(found.row)[driver.column]});
    json.key("change").real(driver.change).key("share").real(driver.share);
    write_usual(json, model.usual()[driver.column]);
    json.end_object();
  }
  json.end_array().end_object();
}

/// The row asked for, or the most unusual ones.
Result<std::vector<std::size_t>> choose_rows(const ExplainOptions& options,
                                             const std::vector<float>& scores) {
  if (options.row) {
    if (*options.row < scores.size()) return std::vector<std::size_t>{*options.row};
    return Error{Errc::UsageError, fmt::format("there is no row {}: {} has {}", *options.row,
                                               options.table, scores.size())};
  }
  return most_unusual(scores, options.rows);
}

Result<void> explain_rows(const ExplainOptions& options) {
  VD_TRY(const Model model, read_model(options.model));
  VD_TRY(const Table table, read_table(options.table, options.label));
  VD_CHECK(check_columns(model, table));
  std::vector<float> scores(table.matrix().rows());
  model.score(table.matrix(), scores);
  VD_TRY(const auto rows, choose_rows(options, scores));
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("rows").begin_array();
  for (const std::size_t row : rows) {
    const Explained found = explain(model, table, row, scores[row]);
    options.format == "json" ? write_json(json, model, table, found)
                             : print_text(model, table, found);
  }
  json.end_array().end_object();
  if (options.format == "json") fmt::print("{}\n", text);
  return {};
}

}  // namespace

void add_anomaly_explain(CLI::App& command, Chosen& chosen) {
  auto options = std::make_shared<ExplainOptions>();
  auto* explainer = command.add_subcommand("explain", "In which columns rows are unusual");
  explainer->add_option("MODEL", options->model, "The model")->required();
  explainer->add_option("TABLE", options->table, "The rows; - is standard input")->required();
  explainer->add_option("--row", options->row, "This one; rows count from 0");
  explainer->add_option("--rows", options->rows, "So many, the most unusual ones first (10)");
  explainer->add_option("--label", options->label, "A column that is none of the model");
  explainer->add_option("--format", options->format, "text (default) or json")
      ->check(CLI::IsMember({"text", "json"}));
  explainer->footer(
      "Examples:\n"
      "  vedette anomaly explain web.model today.csv\n"
      "  vedette anomaly explain web.model today.csv --row 17 --format json");
  explainer->callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(explain_rows(*options)); }; });
}

}  // namespace vedette::cli
