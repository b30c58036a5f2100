// vedette anomaly eval: how well scores find the rows that a label calls anomalies.
#include "anomaly/evaluate.h"
#include "base/json_writer.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_input.h"
#include "cli/anomaly_report.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

namespace vedette::cli {
namespace {

using anomaly::kRecalls;
using anomaly::Quality;
using anomaly::Table;

struct EvalOptions {
  InputChoice input;
  ModelChoice choice;
  std::string report;
  std::string format = "text";
  std::size_t seeds = 1;
};

struct Measured {
  std::uint64_t seed = 0;
  Quality quality;
};

Quality mean_of(const std::vector<Measured>& all) {
  Quality mean;
  const auto count = static_cast<double>(all.size());
  for (const Measured& one : all) {
    mean.auroc += one.quality.auroc / count;
    mean.average_precision += one.quality.average_precision / count;
    for (std::size_t i = 0; i < kRecalls.size(); ++i) {
      mean.precision_at_recall[i] += one.quality.precision_at_recall[i] / count;
    }
  }
  return mean;
}

void print_line(const std::string& name, const Quality& quality) {
  fmt::print("{:<8}{:>8.4f}{:>10.4f}  ", name, quality.auroc, quality.average_precision);
  for (const double precision : quality.precision_at_recall) fmt::print("{:>8.4f}", precision);
  fmt::print("\n");
}

void print_text(const Table& table, const std::vector<Measured>& all) {
  const auto anomalies = std::count(table.labels.begin(), table.labels.end(), true);
  fmt::print("{} rows of {} columns, {} anomalies\n\n", table.labels.size(), table.names.size(),
             anomalies);
  fmt::print("{:<8}{:>8}{:>10}    precision at recall\n{:<28}", "", "", "average",
             "seed   AUROC precision");
  for (const double recall : kRecalls) fmt::print("{:>8.2f}", recall);
  fmt::print("\n");
  for (const Measured& one : all) print_line(std::to_string(one.seed), one.quality);
  print_line("mean", mean_of(all));
}

void print_json(const Table& table, const std::vector<Measured>& all) {
  const auto anomalies = std::count(table.labels.begin(), table.labels.end(), true);
  std::string text;
  JsonWriter json(text);
  json.begin_object().field("rows", table.labels.size()).field("columns", table.names.size());
  json.field("anomalies", static_cast<std::uint64_t>(anomalies));
  json.key("seeds").begin_array();
  for (const Measured& one : all) {
    json.begin_object().field("seed", one.seed);
    write_quality(json, one.quality);
    json.end_object();
  }
  json.end_array().key("mean").begin_object();
  write_quality(json, mean_of(all));
  json.end_object().end_object();
  fmt::print("{}\n", text);
}

Result<void> evaluate(const EvalOptions& options) {
  if (options.input.stored()) {
    return eval_kept(options.input, options.choice, options.format, options.report);
  }
  VD_TRY(const Rows rows, read_rows(options.input));
  const std::vector<bool>& labels = rows.table.labels;
  const auto anomalies = std::count(labels.begin(), labels.end(), true);
  if (anomalies == 0 || static_cast<std::size_t>(anomalies) == labels.size()) {
    return Error{Errc::TableSyntax,
                 fmt::format("{}: no label, or all rows have the same; --label names the column",
                             rows.name)};
  }
  std::vector<Measured> all;
  // A file is what it is, whatever the seed.
  const std::size_t seeds = options.choice.is_file() ? 1 : options.seeds;
  ModelChoice choice = options.choice;
  for (std::size_t i = 0; i < seeds; ++i, ++choice.options.seed) {
    VD_TRY(const anomaly::Model model, choose_model(choice, options.input, rows));
    const Scores scores = scores_of(model, rows);
    all.push_back(
        {.seed = model.options().seed, .quality = anomaly::measure(scores.score, labels)});
    if (i > 0) continue;
    VD_CHECK(write_anomaly_report(options.report, model, rows, scores));
  }
  options.format == "json" ? print_json(rows.table, all) : print_text(rows.table, all);
  return {};
}

}  // namespace

void write_quality(JsonWriter& json, const Quality& quality) {
  json.key("auroc").real(quality.auroc);
  json.key("average_precision").real(quality.average_precision);
  json.key("precision_at_recall").begin_object();
  for (std::size_t i = 0; i < kRecalls.size(); ++i) {
    json.key(fmt::format("{}", kRecalls[i])).real(quality.precision_at_recall[i]);
  }
  json.end_object();
}

void add_anomaly_eval(Command command, Chosen& chosen) {
  auto options = std::make_shared<EvalOptions>();
  const auto measurer =
      command.add_subcommand("eval", "How well scores find what a label or a person calls hostile");
  add_input_options(measurer, options->input);
  add_label_option(measurer, options->input.label);
  add_model_options(measurer, options->choice);
  measurer
      .add_option("--seeds", options->seeds, "So many models with seeds one after the other (1)")
      .in_range(1, 1000);
  add_report_option(measurer, options->report);
  add_format_option(measurer, options->format);
  measurer.footer(
      "A table needs a column of labels. In a database the threats that were closed are the "
      "labels:\nresolved ones are true, false positives are false, all others are left out.\n\n"
      "Examples:\n"
      "  vedette anomaly eval --seeds 10 known.csv\n"
      "  vedette anomaly eval --model web.model --label attack known.csv --format json\n"
      "  vedette anomaly eval --state /var/lib/vedette\n"
      "  vedette anomaly eval --state /var/lib/vedette --kind user --model users.model");
  measurer.callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(evaluate(*options)); }; });
}

}  // namespace vedette::cli
