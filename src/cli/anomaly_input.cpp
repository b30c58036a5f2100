#include "cli/anomaly_input.h"

#include "anomaly/vector.h"
#include "base/file.h"
#include "cli/anomaly_logs.h"
#include "cli/terminal.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>

namespace vedette::cli {
namespace {

constexpr std::size_t kModelBytesMax = 256u << 20;
/// Of logs: 176 MB of numbers.
constexpr std::size_t kVectorsMax = 1'000'000;

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

Result<Rows> read_table(const std::string& path, const std::string& label) {
  const bool standard = path == "-";
  VD_TRY(const std::string text,
         standard ? read_standard_input() : read_file(path, anomaly::kTableBytesMax));
  Rows rows;
  rows.name = standard ? "standard input" : path;
  VD_TRY(rows.table, anomaly::parse_table(text, rows.name, label));
  if (rows.table.names == anomaly::feature_names())
    rows.features_version = anomaly::kFeaturesVersion;
  return rows;
}

Result<Rows> read_logs(const InputChoice& input) {
  const std::size_t files = input.files.size();
  Rows rows = no_features(files == 1 ? input.files[0] : fmt::format("{} logs", files));
  std::size_t found = 0;
  VD_CHECK(for_each_vector(
      input.files, input.kind,
      [&](const EntityRef& entity, const Event& event, const anomaly::Alarm& alarm) {
        if (++found > kVectorsMax) return;
        rows.origins.push_back({event.time, entity_value(entity)});
        append(rows, alarm.anomaly->vector);
      }));
  if (found == 0 || found > kVectorsMax) {
    return Error{Errc::AnomalyRows, fmt::format("{}: {} vectors of the kind {}; 1 to {}", rows.name,
                                                grouped(found), input.kind, grouped(kVectorsMax))};
  }
  const auto [first, last] = std::ranges::minmax_element(rows.origins, {}, &RowOrigin::time);
  rows.when = {.from = first->time, .to = last->time};
  return rows;
}

}  // namespace

Rows no_features(std::string name) {
  Rows rows;
  rows.table.names = anomaly::feature_names();
  rows.table.named = true;
  rows.features_version = anomaly::kFeaturesVersion;
  rows.name = std::move(name);
  return rows;
}

void append(Rows& rows, std::span<const std::int16_t> vector) {
  auto& values = rows.table.values;
  values.resize(values.size() + anomaly::kFeatures);
  anomaly::from_steps(vector, std::span(values).last<anomaly::kFeatures>());
}

Result<Rows> read_rows(const InputChoice& input) {
  if (!input.kind.empty()) {
    if (input.label.empty()) return read_logs(input);
    return Error{Errc::UsageError, "--label is of tables, and --kind of logs, which have no label"};
  }
  if (input.files.size() == 1) return read_table(input.files[0], input.label);
  return Error{Errc::UsageError, "one table at a time; for log files say of which --kind"};
}

Result<anomaly::Model> read_model(const std::string& path) {
  VD_TRY(const std::string bytes, read_file(path, kModelBytesMax));
  auto model = anomaly::Model::decode(bytes);
  if (!model) return Error{model.error().code, fmt::format("{}: {}", path, model.error().detail)};
  return model;
}

void add_input_options(Command command, InputChoice& input) {
  const auto files = command.add_option(
      "FILE", input.files,
      "A table, CSV or JSON lines; with --kind logs, also globs; - is standard input");
  add_kind_option(command, input.kind,
                  "Of what in logs or database: source, network, user, host or session");
  command
      .add_option("--state", input.state,
                  "Directory of a daemon's database, which it is about without a FILE")
      .value_name("DIR")
      .not_with(files);
}

void add_label_option(Command command, std::string& label) {
  command.add_option("--label", label,
                     "The column that says what is known: 0 is normal. Without it a last column "
                     "named label or y");
}

Option add_kind_option(Command command, std::string& kind, const std::string& sentence) {
  return command.add_option("--kind", kind, sentence)
      .one_of({"source", "network", "user", "host", "session"});
}

void add_format_option(Command command, std::string& format) {
  command.add_option("--format", format, "text (default) or json").one_of({"text", "json"});
}

void add_training_options(Command command, ModelChoice& choice) {
  command.add_option("--seed", choice.options.seed, "Another seed, other random cuts (0)");
  command.add_option("--trees", choice.options.trees, "Trees in each forest (100)");
  command.add_option("--samples", choice.options.samples,
                     "Rows each tree is made of (256); half of an ensemble has four times as many");
}

void add_model_options(Command command, ModelChoice& choice) {
  command.add_option("--model", choice.model,
                     "ensemble (default for files), forest, or a file; for a database by default "
                     "what its daemon learned");
  command.add_option("--train", choice.train,
                     "A file like FILE to make the model from; without it from what is judged");
  add_training_options(command, choice);
}

void add_report_option(Command command, std::string& path) {
  command.add_option("--report", path, "Also writes a page to look at: one HTML file");
}

Result<anomaly::Model> train_model(const Rows& rows, const ModelChoice& choice) {
  anomaly::ModelOptions options = choice.options;
  options.ensemble = choice.model != "forest";
  // A bound that samples go beyond is told as theirs.
  options.samples_large = std::clamp(4 * options.samples, options.samples,
                                     std::max(options.samples, anomaly::kSamplesMax));
  return anomaly::Model::train(rows.table.matrix(), rows.table.names, rows.features_version,
                               options, rows.when);
}

Result<anomaly::Model> choose_model(const ModelChoice& choice, const InputChoice& input,
                                    const Rows& judged) {
  if (!choice.is_file() && choice.train.empty()) return train_model(judged, choice);
  const auto chosen = [&]() -> Result<anomaly::Model> {
    if (choice.is_file()) return read_model(choice.model);
    InputChoice past = input;
    past.files = {choice.train};
    VD_TRY(const Rows rows, read_rows(past));
    VD_TRY(anomaly::Model made, train_model(rows, choice));
    return made;
  };
  VD_TRY(anomaly::Model model, chosen());
  VD_CHECK(check_model(model, choice.is_file() ? choice.model : choice.train, judged));
  return model;
}

Result<void> check_model(const anomaly::Model& model, const std::string& name, const Rows& rows) {
  if (model.features_version() != 0 && rows.features_version != 0 &&
      model.features_version() != rows.features_version) {
    return Error{Errc::AnomalyModelDamaged,
                 fmt::format("{}: of version {} of the features; here they are of version {}", name,
                             model.features_version(), rows.features_version)};
  }
  const anomaly::Table& table = rows.table;
  if (model.columns() != table.names.size()) {
    return Error{Errc::AnomalyColumns, fmt::format("{} has {}, {} has {}", rows.name,
                                                   table.names.size(), name, model.columns())};
  }
  for (std::size_t c = 0; c < model.columns() && table.named; ++c) {
    // Where the baseline named none, their numbers are their names.
    const bool unnamed = model.names()[c] == std::to_string(c + 1);
    if (unnamed || model.names()[c] == table.names[c]) continue;
    return Error{Errc::AnomalyColumns,
                 fmt::format("column {} is '{}' in {}, '{}' in {}", c + 1, table.names[c],
                             rows.name, model.names()[c], name)};
  }
  return {};
}

int exit_code_of(const Result<void>& done) {
  if (done) return kDone;
  print_error(done.error());
  const Errc code = done.error().code;
  const bool usage = code == Errc::AnomalyOptions || code == Errc::UsageError ||
                     code == Errc::AnomalyLearning || code == Errc::ThreatUnknown;
  return usage ? kUsage : kInputDamaged;
}

}  // namespace vedette::cli
