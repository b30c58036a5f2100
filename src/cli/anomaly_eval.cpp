// vedette anomaly eval: how well scores find the rows that a label calls anomalies.
#include "anomaly/evaluate.h"
#include "base/json_writer.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_input.h"
#include "cli/anomaly_report.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <memory>

namespace vedette::cli {
namespace {

using anomaly::kRecalls;
using anomaly::Quality;
using anomaly::Table;

struct EvalOptions {
  ModelChoice choice;
  std::string table, report;
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

void write_quality(JsonWriter& json, const Quality& quality) {
  json.key("auroc").real(quality.auroc);
  json.key("average_precision").real(quality.average_precision);
  json.key("precision_at_recall").begin_object();
  for (std::size_t i = 0; i < kRecalls.size(); ++i) {
    json.key(fmt::format("{}", kRecalls[i])).real(quality.precision_at_recall[i]);
  }
  json.end_object();
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
  VD_TRY(const Table table, read_table(options.table, options.choice.label));
  const auto anomalies = std::count(table.labels.begin(), table.labels.end(), true);
  if (anomalies == 0 || static_cast<std::size_t>(anomalies) == table.labels.size()) {
    return Error{Errc::TableSyntax,
                 fmt::format("{}: no label, or all rows have the same; --label names the column",
                             options.table)};
  }
  std::vector<Measured> all;
  std::vector<float> scores(table.labels.size());
  // A file is what it is, whatever the seed.
  const std::size_t seeds = options.choice.is_file() ? 1 : options.seeds;
  ModelChoice choice = options.choice;
  for (std::size_t i = 0; i < seeds; ++i, ++choice.options.seed) {
    VD_TRY(const anomaly::Model model, choose_model(choice, table));
    model.score(table.matrix(), scores);
    all.push_back(
        {.seed = model.options().seed, .quality = anomaly::measure(scores, table.labels)});
    if (i > 0) continue;
    VD_CHECK(write_anomaly_report(options.report, model, table, scores, options.table));
  }
  options.format == "json" ? print_json(table, all) : print_text(table, all);
  return {};
}

}  // namespace

void add_anomaly_eval(CLI::App& command, Chosen& chosen) {
  auto options = std::make_shared<EvalOptions>();
  auto* measurer =
      command.add_subcommand("eval", "How well scores find what a label calls unusual");
  measurer->add_option("TABLE", options->table, "With a label; - is standard input")->required();
  add_model_options(*measurer, options->choice);
  measurer
      ->add_option("--seeds", options->seeds, "So many models with seeds one after the other (1)")
      ->check(CLI::Range(1, 1000));
  add_report_option(*measurer, options->report);
  measurer->add_option("--format", options->format, "text (default) or json")
      ->check(CLI::IsMember({"text", "json"}));
  measurer->footer(
      "Examples:\n"
      "  vedette anomaly eval --seeds 10 known.csv\n"
      "  vedette anomaly eval --model web.model --label attack known.csv --format json");
  measurer->callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(evaluate(*options)); }; });
}

}  // namespace vedette::cli
