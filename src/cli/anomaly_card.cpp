// vedette anomaly card: what a model was made of and what it holds usual; of a file, or of what a
// daemon has learned.
#include "anomaly/features.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/anomaly_commands.h"
#include "cli/anomaly_input.h"
#include "cli/anomaly_state.h"
#include "cli/terminal.h"

#include <fmt/core.h>

#include <memory>

namespace vedette::cli {
namespace {

using anomaly::Lore;
using anomaly::Model;

struct CardOptions {
  std::string model, state, kind, out;
  std::string format = "text";
};

std::string_view cut_name(anomaly::Cut cut) {
  return cut == anomaly::Cut::Axis ? "axis" : "plane";
}

void print_forests(const Model& model) {
  fmt::print("{} of {} rows, of which {} were taken; seed {}\n",
             model.forests().size() > 1 ? "ensemble" : "forest", grouped(model.rows()),
             grouped(model.baseline_rows()), model.options().seed);
  if (model.when().to != Time{}) {
    fmt::print("seen from {} to {}\n", time_text(model.when().from), time_text(model.when().to));
  }
  if (model.features_version() != 0) {
    fmt::print("features of version {}\n", model.features_version());
  }
  for (const anomaly::Forest& forest : model.forests()) {
    fmt::print("  {} trees of {} rows, {} cuts\n", forest.trees(), forest.samples(),
               cut_name(forest.cut()));
  }
}

void print_card(const Model& model) {
  print_forests(model);
  fmt::print("\n{:<32}{:>12}{:>12}{:>12}{:>12}{:>12}\n", "column", "lowest", "25 %", "median",
             "75 %", "highest");
  for (std::size_t c = 0; c < model.columns(); ++c) {
    const anomaly::Usual& usual = model.usual()[c];
    fmt::print("{}{:>12.4g}{:>12.4g}{:>12.4g}{:>12.4g}{:>12.4g}\n",
               fit(escape_for_terminal(model.names()[c]), 32), usual.low, usual.q25, usual.median,
               usual.q75, usual.high);
  }
}

void write_card(JsonWriter& json, const Model& model) {
  json.begin_object().field("model", model.forests().size() > 1 ? "ensemble" : "forest");
  json.field("rows", model.rows()).field("baseline_rows", model.baseline_rows());
  json.field("seed", model.options().seed).field("features_version", model.features_version());
  json.field("from", model.when().from).field("to", model.when().to);
  json.key("forests").begin_array();
  for (const anomaly::Forest& forest : model.forests()) {
    json.begin_object().field("cut", cut_name(forest.cut())).field("trees", forest.trees());
    json.field("samples", forest.samples()).end_object();
  }
  json.end_array().key("columns").begin_array();
  for (std::size_t c = 0; c < model.columns(); ++c) {
    json.begin_object().field("name", model.names()[c]);
    write_usual(json, model.usual()[c]);
    json.end_object();
  }
  json.end_array().end_object();
}

Result<void> card_of_file(const CardOptions& options) {
  VD_TRY(const Model model, read_model(options.model));
  if (options.format != "json") {
    print_card(model);
    return {};
  }
  std::string text;
  JsonWriter json(text);
  write_card(json, model);
  fmt::print("{}\n", text);
  return {};
}

void print_lore(std::string_view kind, const Lore& lore) {
  fmt::print("{}: {}\n", kind, learning_text(lore));
  fmt::print("  threshold {:.3f}; people taught it {} predictions, weight {:.2f}\n",
             double{lore.threshold}, grouped(lore.head.predictions()), lore.head.weight());
  if (lore.model == nullptr) return;
  fmt::print("  trained {} UTC; drift since the model before: scores {:.3f}, features {:.2f}\n",
             time_text(time_of_hour(lore.trained_hour)), double{lore.score_drift},
             double{lore.feature_drift});
}

void write_lore(JsonWriter& json, std::string_view kind, const Lore& lore) {
  json.begin_object().field("kind", kind);
  json.field("state", lore.model != nullptr ? "detecting" : "learning");
  json.key("progress").real(double{lore.progress}, 4);
  json.key("threshold").real(double{lore.threshold}, 6);
  json.key("taught").begin_object().field("predictions", lore.head.predictions());
  json.key("weight").real(lore.head.weight()).end_object();
  if (lore.model != nullptr) {
    json.field("trained", time_of_hour(lore.trained_hour));
    json.key("score_drift").real(double{lore.score_drift});
    json.key("feature_drift").real(double{lore.feature_drift});
    json.key("card");
    write_card(json, *lore.model);
  }
  json.end_object();
}

void print_all(const CardOptions& options, const anomaly::Learned& learned) {
  std::string text;
  JsonWriter json(text);
  json.begin_object().key("kinds").begin_array();
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
    const std::string_view kind = to_string(static_cast<anomaly::Kind>(k));
    const Lore& lore = learned.kinds[k];
    if (!options.kind.empty() && kind != options.kind) continue;
    write_lore(json, kind, lore);
    if (options.format == "json") continue;
    print_lore(kind, lore);
    if (lore.model == nullptr) continue;
    options.kind.empty() ? print_forests(*lore.model) : print_card(*lore.model);
  }
  json.end_array().end_object();
  if (options.format == "json") fmt::print("{}\n", text);
}

Result<void> save(const CardOptions& options, const anomaly::Learned& learned) {
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
    const Lore& lore = learned.kinds[k];
    if (to_string(static_cast<anomaly::Kind>(k)) != options.kind) continue;
    if (lore.model != nullptr) return write_file_atomically(options.out, lore.model->encode());
    return no_model(static_cast<anomaly::Kind>(k), lore);
  }
  return Error{Errc::UsageError, "--out writes one model: --kind says which"};
}

Result<void> card(const CardOptions& options) {
  if (!options.model.empty()) return card_of_file(options);
  VD_TRY(const auto store, open_state(options.state));
  VD_TRY(const anomaly::Learned learned, learned_in(*store));
  if (!options.out.empty()) return save(options, learned);
  print_all(options, learned);
  return {};
}

}  // namespace

void write_usual(JsonWriter& json, const anomaly::Usual& usual) {
  json.key("usual").begin_object();
  json.key("low").real(double{usual.low}).key("q25").real(double{usual.q25});
  json.key("median").real(double{usual.median}).key("q75").real(double{usual.q75});
  json.key("q95").real(double{usual.q95}).key("q99").real(double{usual.q99});
  json.key("high").real(double{usual.high}).end_object();
}

void add_anomaly_card(Command command, Chosen& chosen) {
  auto options = std::make_shared<CardOptions>();
  const auto shower =
      command.add_subcommand("card", "What a model was made of, and what it holds usual");
  const auto model =
      shower.add_option("MODEL", options->model, "A file; without it, a daemon's models");
  const auto state =
      shower.add_option("--state", options->state, "Directory of the daemon's database");
  const auto kind =
      add_kind_option(shower, options->kind, "Only one: source, network, user, host or session");
  const auto out = shower.add_option("--out,-o", options->out,
                                     "Writes the model to a file, for score and explain");
  for (Option option : {state, kind, out}) option.not_with(model);
  out.only_with(kind);
  add_format_option(shower, options->format);
  shower.footer(
      "Without a file it shows how far a daemon's learning is, beside it or after it ended, and\n"
      "with --kind what is usual.\n\n"
      "Examples:\n"
      "  vedette anomaly card web.model\n"
      "  vedette anomaly card --state /var/lib/vedette --kind user\n"
      "  vedette anomaly card --kind user --out user.model");
  shower.callback(
      [options, &chosen] { chosen = [options] { return exit_code_of(card(*options)); }; });
}

}  // namespace vedette::cli
