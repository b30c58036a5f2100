// vedette anomaly: models of behaviour from tables of numbers, logs and databases, and scores by
// them.
#include "base/file.h"
#include "base/json_writer.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_input.h"
#include "cli/anomaly_report.h"
#include "cli/anomaly_state.h"
#include "cli/terminal.h"

#include <fmt/format.h>

#include <cstdio>
#include <iterator>
#include <memory>

namespace vedette::cli {
namespace {

using anomaly::Model;

struct TrainOptions {
  InputChoice input;
  ModelChoice choice;
  std::string out = "anomaly.model";
};

Result<Rows> rows_to_learn(const InputChoice& input) {
  if (!input.stored()) return read_rows(input);
  const auto kind = anomaly::parse_kind(input.kind);
  if (!kind) {
    return Error{Errc::UsageError,
                 "without a FILE it learns from a daemon's baseline: --kind says "
                 "of what"};
  }
  VD_TRY(const auto store, open_state(input.state));
  return baseline_in(*store, *kind);
}

Result<void> train(const TrainOptions& options) {
  VD_TRY(const Rows rows, rows_to_learn(options.input));
  VD_TRY(const Model model, train_model(rows, options.choice));
  VD_CHECK(write_file_atomically(options.out, model.encode()));
  fmt::print("{}: {} forests of {} rows and {} columns\n", options.out, model.forests().size(),
             model.baseline_rows(), model.columns());
  return {};
}

struct ScoreOptions {
  InputChoice input;
  ModelChoice choice;
  std::string report;
  std::string format = "text";
};

void print_csv(const Rows& rows, const Scores& scores) {
  fmt::memory_buffer text;
  auto out = std::back_inserter(text);
  const bool known = !rows.origins.empty();
  fmt::format_to(out, "row,score{}\n", known ? ",time,entity" : "");
  for (std::size_t row = 0; row < scores.score.size(); ++row) {
    fmt::format_to(out, "{},{:.9g}", row, scores.score[row]);
    if (known) {
      const RowOrigin& origin = rows.origins[row];
      fmt::format_to(out, ",{},{}", format_rfc3339(origin.time), csv_cell(origin.entity));
    }
    text.push_back('\n');
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void print_json(const Rows& rows, const Scores& scores) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("rows").begin_array();
  for (std::size_t row = 0; row < scores.score.size(); ++row) {
    json.begin_object().field("row", row).key("score").real(double{scores.score[row]}, 9);
    json.key("rarity").real(scores.rarity[row], 12);
    if (!rows.origins.empty()) {
      json.field("time", rows.origins[row].time).field("entity", rows.origins[row].entity);
    }
    json.end_object();
  }
  json.end_array().end_object();
  text += '\n';
  std::fwrite(text.data(), 1, text.size(), stdout);
}

Result<void> score(const ScoreOptions& options) {
  if (options.input.stored()) {
    return score_kept(options.input, options.choice, options.format, options.report);
  }
  VD_TRY(const Rows rows, read_rows(options.input));
  VD_TRY(const Model model, choose_model(options.choice, options.input, rows));
  const Scores scores = scores_of(model, rows);
  options.format == "json" ? print_json(rows, scores) : print_csv(rows, scores);
  return write_anomaly_report(options.report, model, rows, scores);
}

void add_train(Command command, Chosen& chosen) {
  auto options = std::make_shared<TrainOptions>();
  const auto trainer =
      command.add_subcommand("train", "Make a model of a table, logs or a database");
  add_input_options(trainer, options->input);
  add_label_option(trainer, options->input.label);
  trainer.add_option("--out,-o", options->out, "Where the model goes (anomaly.model)");
  trainer.add_option("--model", options->choice.model, "ensemble (default) or forest")
      .one_of({"ensemble", "forest"});
  add_training_options(trainer, options->choice);
  trainer.footer(
      "Examples:\n"
      "  vedette anomaly train --out web.model last-month.csv\n"
      "  vedette anomaly train --kind source --out web.model auth.log* access.log*\n"
      "  vedette anomaly train --state /var/lib/vedette --kind user --out users.model\n\n"
      "The last one learns from the vectors that a daemon keeps as its baseline, beside it or\n"
      "after it ended.");
  trainer.callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(train(*options)); }; });
}

void add_score(Command command, Chosen& chosen) {
  auto options = std::make_shared<ScoreOptions>();
  const auto scorer = command.add_subcommand(
      "score", "How unusual rows of a table, vectors of logs or found anomalies are");
  add_input_options(scorer, options->input);
  add_label_option(scorer, options->input.label);
  add_model_options(scorer, options->choice);
  add_report_option(scorer, options->report);
  add_format_option(scorer, options->format);
  scorer.footer(
      "Prints row,score: rows count from 0, without the header; the higher a score the more "
      "unusual.\nOf logs also the time and whom it is about. Of a database it prints each vector "
      "that is\nkept with a threat, with the score of then and that by the model of now.\n\n"
      "Examples:\n"
      "  vedette anomaly score today.csv                       against each other\n"
      "  vedette anomaly score --train last-month.csv today.csv\n"
      "  vedette anomaly score --report today.html today.csv   a page to look at\n"
      "  vedette anomaly score --model web.model - < today.csv\n"
      "  vedette anomaly score --model web.model --kind source auth.log* access.log*\n"
      "  vedette anomaly score --state /var/lib/vedette\n"
      "  vedette anomaly score --state /var/lib/vedette --kind user --model users.model");
  scorer.callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(score(*options)); }; });
}

}  // namespace

void add_anomaly(Command root, Chosen& chosen) {
  const auto command = root.add_subcommand("anomaly", "What is unlike the rest: models and scores");
  command.require_subcommand();
  add_anomaly_features(command, chosen);
  add_train(command, chosen);
  add_score(command, chosen);
  add_anomaly_eval(command, chosen);
  add_anomaly_explain(command, chosen);
  add_anomaly_card(command, chosen);
  command.footer(
      "They work on a table: CSV, with or without a header, or JSON lines with an object of "
      "numbers\neach, such as `anomaly features` writes; with --kind on log files; and without a "
      "FILE on the\ndatabase of a daemon.\n\n"
      "Examples:\n"
      "  vedette anomaly score today.csv\n"
      "  vedette anomaly train --kind user --out users.model auth.log*\n"
      "  vedette anomaly explain users.model --kind user auth.log\n"
      "  vedette anomaly eval --state /var/lib/vedette");
}

}  // namespace vedette::cli
