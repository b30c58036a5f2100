// vedette anomaly features: how the entities of logs behave, as the vectors that detection scores.
#include "anomaly/features.h"
#include "anomaly/vector.h"
#include "base/clock.h"
#include "base/json_writer.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_input.h"
#include "cli/load.h"
#include "cli/log_times.h"
#include "cli/progress.h"
#include "engine/pipeline.h"
#include "engine/thread.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <memory>

namespace vedette::cli {
namespace {

struct FeaturesOptions {
  std::vector<std::string> inputs;
  std::string kind;  // empty: all
  bool csv = false;
};

void append_csv(std::string& out, const anomaly::Vector& vector) {
  for (std::size_t i = 0; i < vector.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}{:.11g}", i == 0 ? "" : ",",
                   static_cast<double>(vector[i]) / anomaly::kStepsPerUnit);
  }
  out += '\n';
}

void append_json(std::string& out, const EntityRef& entity, Time time,
                 const anomaly::Alarm& alarm) {
  JsonWriter json(out);
  json.begin_object().field("time", time).field("kind", alarm.anomaly->kind);
  json.field("entity", entity_value(entity)).key("score").real(alarm.anomaly->score);
  json.key("alarm").boolean(alarm.rule != nullptr).key("features").begin_object();
  for (std::size_t i = 0; i < alarm.anomaly->vector.size(); ++i) {
    json.key(anomaly::describe(static_cast<anomaly::Feature>(i)).text)
        .real(static_cast<double>(alarm.anomaly->vector[i]) / anomaly::kStepsPerUnit, 9);
  }
  json.end_object().key("reasons").begin_array();
  for (const AnomalyReason& reason : alarm.anomaly->reasons) json.string(reason.sentence);
  json.end_array().end_object();
  out += '\n';
}

std::string header() {
  std::string out;
  for (std::size_t i = 0; i < anomaly::kFeatures; ++i) {
    out += i == 0 ? "" : ",";
    out += anomaly::describe(static_cast<anomaly::Feature>(i)).text;
  }
  return out + '\n';
}

Result<void> features(const FeaturesOptions& options) {
  const auto loaded = load_rules(true, {});
  const SystemClock clock;
  source::SourceSet sources(with_times(loaded->fields), clock);
  sources.add_inputs(options.inputs);
  VD_TRY(const auto store, store::Store::open_temporary());
  auto pipeline_options = engine::default_options(engine::usable_cores());
  pipeline_options.lanes = 1;  // so that lines come in the order of the events
  pipeline_options.anomalies = true;
  pipeline_options.detector.tell_all = true;
  if (options.csv) std::fputs(header().c_str(), stdout);
  pipeline_options.on_scored = [&](const EntityRef& entity, const Event& event,
                                   const anomaly::Alarm& alarm) {
    if (!options.kind.empty() && alarm.anomaly->kind != options.kind) return;
    std::string line;
    if (options.csv) {
      anomaly::Vector vector;
      std::ranges::copy(alarm.anomaly->vector, vector.begin());
      append_csv(line, vector);
    } else {
      append_json(line, entity, event.time, alarm);
    }
    std::fwrite(line.data(), 1, line.size(), stdout);
  };
  engine::Stats stats;
  engine::Pipeline pipeline(pipeline_options, loaded->rules, loaded->fields, sources, *store, clock,
                            stats);
  Progress progress;
  return pipeline.run([&] { progress.update(sources.reports(), engine::Stats::get(stats.lines)); });
}

}  // namespace

void add_anomaly_features(CLI::App& command, Chosen& chosen) {
  auto options = std::make_shared<FeaturesOptions>();
  auto* teller = command.add_subcommand("features", "How the entities in log files behave");
  teller->add_option("FILE", options->inputs, "Log files, globs, or - for standard input")
      ->required();
  teller->add_option("--kind", options->kind, "Only one: source, network, user, host or session")
      ->check(CLI::IsMember({"source", "network", "user", "host", "session"}));
  teller->add_flag("--csv", options->csv, "Only the numbers, as a table to train or score");
  teller->footer(
      "A line for each vector that detection would score: of whom, when, the score by what was\n"
      "learned until then, whether it was an alarm, and why. The features are those of\n"
      "docs/anomaly-features.md.\n\n"
      "Examples:\n"
      "  vedette anomaly features /var/log/auth.log* | jq 'select(.alarm)'\n"
      "  vedette anomaly features --kind user --csv auth.log > users.csv\n"
      "  vedette anomaly train --out users.model users.csv");
  teller->callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(features(*options)); }; });
}

}  // namespace vedette::cli
