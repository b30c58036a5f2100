// vedette anomaly explain: in which columns rows are unlike the baseline.
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_explained.h"
#include "cli/anomaly_input.h"
#include "cli/terminal.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <optional>

namespace vedette::cli {
namespace {

using anomaly::Model;

constexpr std::size_t kColumnsShown = 5;

struct ExplainOptions {
  InputChoice input;
  std::string model, threat;
  std::string format = "text";
  std::optional<std::size_t> row;
  std::size_t rows = 10;
};

void print_text(const Model& model, const Rows& rows, const Scores& scores,
                const Explained& found) {
  fmt::print("row {}  score {:.6g}, as high as {} of the baseline\n", found.row,
             scores.score[found.row], once_in_text(scores.rarity[found.row]));
  if (!rows.origins.empty()) {
    const RowOrigin& origin = rows.origins[found.row];
    fmt::print("  {}  {}\n", time_text(origin.time), escape_for_terminal(origin.entity));
  }
  const std::size_t shown = std::min(found.drivers.size(), kColumnsShown);
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& driver = found.drivers[i];
    const anomaly::Usual& usual = model.usual()[driver.column];
    fmt::print(
        "  {:>4.0f} %  {}{:>12.6g}   usual {:.4g} to {:.4g}, median {:.4g}, 99 % up to {:.4g}\n",
        100 * driver.share, fit(escape_for_terminal(model.names()[driver.column]), 28),
        rows.table.matrix().row(found.row)[driver.column], usual.q25, usual.q75, usual.median,
        usual.q99);
  }
}

void write_json(JsonWriter& json, const Model& model, const Rows& rows, const Scores& scores,
                const Explained& found) {
  json.begin_object().field("row", found.row);
  json.key("score").real(double{scores.score[found.row]}, 9);
  json.key("rarity").real(scores.rarity[found.row], 12);
  if (!rows.origins.empty()) {
    const RowOrigin& origin = rows.origins[found.row];
    json.field("time", origin.time).field("entity", origin.entity);
  }
  json.key("columns").begin_array();
  for (const auto& driver : found.drivers) {
    json.begin_object().field("name", model.names()[driver.column]);
    json.key("value").real(double{rows.table.matrix().row(found.row)[driver.column]});
    json.key("change").real(driver.change).key("share").real(driver.share);
    write_usual(json, model.usual()[driver.column]);
    json.end_object();
  }
  json.end_array().end_object();
}

/// The row asked for, or the most unusual ones.
Result<std::vector<std::size_t>> choose_rows(const ExplainOptions& options, const Rows& rows,
                                             const Scores& scores) {
  if (options.row) {
    if (*options.row < scores.score.size()) return std::vector<std::size_t>{*options.row};
    return Error{Errc::UsageError, fmt::format("there is no row {}: {} has {}", *options.row,
                                               rows.name, scores.score.size())};
  }
  return most_unusual(scores.score, options.rows);
}

Result<void> explain_rows(const ExplainOptions& options) {
  VD_TRY(const Model model, read_model(options.model));
  VD_TRY(const Rows rows, read_rows(options.input));
  VD_CHECK(check_model(model, options.model, rows));
  const Scores scores = scores_of(model, rows);
  VD_TRY(const auto chosen, choose_rows(options, rows, scores));
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("rows").begin_array();
  for (const std::size_t row : chosen) {
    const Explained found = explain(model, rows.table, row);
    options.format == "json" ? write_json(json, model, rows, scores, found)
                             : print_text(model, rows, scores, found);
  }
  json.end_array().end_object();
  if (options.format == "json") fmt::print("{}\n", text);
  return {};
}

Result<void> explain_any(const ExplainOptions& options) {
  if (!options.input.stored()) {
    if (options.threat.empty()) return explain_rows(options);
    return Error{Errc::UsageError, "a threat is in a database: --threat goes without a FILE"};
  }
  if (options.row) return Error{Errc::UsageError, "--row goes with a FILE"};
  ModelChoice choice;
  choice.model = options.model;
  return explain_kept(options.input, choice, options.format, options.threat, options.rows);
}

}  // namespace

void add_anomaly_explain(Command command, Chosen& chosen) {
  auto options = std::make_shared<ExplainOptions>();
  const auto explainer =
      command.add_subcommand("explain", "What makes rows, vectors of logs or anomalies unusual");
  explainer.add_option("MODEL,--model", options->model,
                       "The model; for a database by default what its daemon learned");
  add_input_options(explainer, options->input);
  add_label_option(explainer, options->input.label);
  explainer.add_option("--threat", options->threat,
                       "In a database: its id, or the address, user or host it is about");
  explainer.add_option("--row", options->row, "This one; rows count from 0");
  explainer.add_option("--rows", options->rows, "So many, the most unusual ones first (10)");
  add_format_option(explainer, options->format);
  explainer.footer(
      "Of a threat in a database it prints what was said of each of its anomalies then, and what\n"
      "would be said now.\n\n"
      "Examples:\n"
      "  vedette anomaly explain web.model today.csv\n"
      "  vedette anomaly explain web.model today.csv --row 17 --format json\n"
      "  vedette anomaly explain users.model --kind user auth.log*\n"
      "  vedette anomaly explain --state /var/lib/vedette --threat zeno6\n"
      "  vedette anomaly explain --state /var/lib/vedette --kind user --model users.model");
  explainer.callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(explain_any(*options)); }; });
}

}  // namespace vedette::cli
