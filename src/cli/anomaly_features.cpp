// vedette anomaly features: how the entities of logs behave, as the vectors that detection scores.
#include "anomaly/features.h"
#include "anomaly/vector.h"
#include "base/json_writer.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_input.h"
#include "cli/anomaly_logs.h"

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

void append_csv(std::string& out, const Anomaly& anomaly) {
  for (std::size_t i = 0; i < anomaly.vector.size(); ++i) {
    fmt::format_to(std::back_inserter(out), "{}{:.11g}", i == 0 ? "" : ",",
                   static_cast<double>(anomaly.vector[i]) / anomaly::kStepsPerUnit);
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
  return fmt::format("{}\n", fmt::join(anomaly::feature_names(), ","));
}

Result<void> features(const FeaturesOptions& options) {
  if (options.csv) std::fputs(header().c_str(), stdout);
  return for_each_vector(
      options.inputs, options.kind,
      [&](const EntityRef& entity, const Event& event, const anomaly::Alarm& alarm) {
        std::string line;
        if (options.csv) {
          append_csv(line, *alarm.anomaly);
        } else {
          append_json(line, entity, event.time, alarm);
        }
        std::fwrite(line.data(), 1, line.size(), stdout);
      });
}

}  // namespace

void add_anomaly_features(Command command, Chosen& chosen) {
  auto options = std::make_shared<FeaturesOptions>();
  const auto teller = command.add_subcommand("features", "How the entities in log files behave");
  teller.add_option("FILE", options->inputs, "Log files, globs, or - for standard input")
      .required();
  add_kind_option(teller, options->kind, "Only one: source, network, user, host or session");
  teller.add_flag("--csv", options->csv, "Only the numbers, as a table to train or score");
  teller.footer(
      "A line for each vector that detection would score: of whom, when, the score by what was\n"
      "learned until then, whether it was an alarm, and why. The features are those of\n"
      "docs/anomaly-features.md.\n\n"
      "Examples:\n"
      "  vedette anomaly features /var/log/auth.log* | jq 'select(.alarm)'\n"
      "  vedette anomaly features --kind user --csv auth.log > users.csv\n"
      "  vedette anomaly train --out users.model users.csv");
  teller.callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(features(*options)); }; });
}

}  // namespace vedette::cli
