// vedette prompt: makes and measures the model of the prompt firewall; the parts that use it are in
// cli/prompt_scan.h.
#include "api/json.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/prompt_scan.h"
#include "cli/terminal.h"
#include "prompt/calibrate.h"
#include "prompt/evaluate.h"
#include "prompt/train.h"
#include "prompt/views.h"

#include <fmt/core.h>

#include <filesystem>
#include <map>

namespace vedette::cli {
namespace {

using prompt::Model;
using prompt::Quality;
using prompt::Sample;
using prompt::SourceQuality;

constexpr std::size_t kFileBytesMax = 256u << 20;
constexpr std::size_t kModelBytesMax = 8u << 20;

struct PromptOptions {
  std::string model;
  std::vector<std::string> files;
  std::string format = "text";
  prompt::TrainOptions training;
  bool leave_one_out = false;
};

int ended(const Result<void>& done) {
  if (done) return kDone;
  print_error(done.error());
  return kInputDamaged;
}

/// The folded text and what else can be read in it, as the firewall reads it.
void read_views(const std::string& text, prompt::Views& views, Sample& sample) {
  views.build(text);
  bool first = true;
  for (const prompt::View& view : views.all()) {
    if (!view.is_folded()) continue;
    if (first) {
      sample.text = view.text;
    } else {
      sample.decoded.emplace_back(view.text);
    }
    first = false;
  }
}

Result<Sample> parse_sample(std::string_view line, const std::string& place, prompt::Views& views) {
  const auto json = api::Json::parse(line);
  const api::Json* text = json ? json->find("text") : nullptr;
  const api::Json* label = json ? json->find("label") : nullptr;
  if (!text || !label || !text->is(api::Json::Kind::String) ||
      (label->string != "attack" && label->string != "benign")) {
    return Error{Errc::CorpusDamaged, place};
  }
  Sample sample;
  read_views(text->string, views, sample);
  sample.attack = label->string == "attack";
  const api::Json* kind = json->find("kind");
  if (kind != nullptr) sample.kind = kind->string;
  return sample;
}

/// A source is a file: its name says where its texts are from.
Result<std::vector<Sample>> read_samples(const std::vector<std::string>& files) {
  std::vector<Sample> samples;
  prompt::Views views;
  for (const std::string& file : files) {
    VD_TRY(const std::string content, read_file(file, kFileBytesMax));
    const std::string source = std::filesystem::path(file).stem().string();
    std::string_view rest = content;
    for (std::size_t line = 1; !rest.empty(); ++line) {
      const std::string_view text = take_until(rest, '\n');
      if (trim(text).empty()) continue;
      VD_TRY(Sample sample, parse_sample(text, fmt::format("{}:{}", file, line), views));
      sample.source = source;
      samples.push_back(std::move(sample));
    }
  }
  return samples;
}

double percent(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : 100 * static_cast<double>(part) / static_cast<double>(whole);
}

void print_sources(const char* title, const std::map<std::string, SourceQuality>& sources) {
  fmt::print("{:<34}{:>7}{:>8}{:>8}{:>8}{:>8}", title, "texts", "0.1 %", "0.5 %", "1 %", "3 %");
  fmt::print("  1 % here\n");
  for (const auto& [name, source] : sources) {
    fmt::print("  {:<32}{:>7}", name, source.texts);
    for (const std::size_t alarms : source.alarms) {
      fmt::print("{:>8.2f}", percent(alarms, source.texts));
    }
    fmt::print("{:>10.2f}\n", percent(source.above_percent, source.texts));
  }
}

void print_text(const Quality& quality) {
  fmt::print("{} attacks, {} honest texts\n", quality.attacks, quality.honest);
  fmt::print("AUROC {:.4f}, recall {:.2f} % at 1 % false alarms, {:.2f} % at 0.1 %\n",
             quality.auroc, 100 * quality.recall_percent, 100 * quality.recall_permille);
  print_sources("attacks found, %", quality.attacks_by_source);
  print_sources("false alarms, %", quality.honest_by_source);
}

void write_sources(JsonWriter& json, const char* name,
                   const std::map<std::string, SourceQuality>& sources) {
  json.key(name).begin_object();
  for (const auto& [source_name, source] : sources) {
    json.key(source_name).begin_object().field("texts", source.texts);
    json.key("alarms").begin_array();
    for (const std::size_t alarms : source.alarms) json.unsigned_integer(alarms);
    json.end_array().field("above_one_percent", source.above_percent).end_object();
  }
  json.end_object();
}

void print_json(const Quality& quality) {
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  json.field("attacks", quality.attacks).field("benign", quality.honest);
  json.key("auroc").real(quality.auroc);
  json.key("recall_at_1_percent").real(quality.recall_percent);
  json.key("recall_at_0.1_percent").real(quality.recall_permille);
  write_sources(json, "attack_sources", quality.attacks_by_source);
  write_sources(json, "benign_sources", quality.honest_by_source);
  json.end_object();
  fmt::print("{}\n", text);
}

Result<void> check_samples(const std::vector<Sample>& samples) {
  std::array<bool, 2> seen{};
  for (const Sample& sample : samples) seen[sample.attack] = true;
  if (seen[0] && seen[1]) return {};
  return Error{Errc::CorpusDamaged, "there must be attacks and benign texts"};
}

Result<void> train(const PromptOptions& options) {
  VD_TRY(const auto samples, read_samples(options.files));
  VD_CHECK(check_samples(samples));
  const Model model = prompt::train(samples, options.training);
  return write_file_atomically(options.model, model.serialize());
}

Result<void> evaluate(const PromptOptions& options) {
  VD_TRY(const std::string file, read_file(options.model, kModelBytesMax));
  VD_TRY(const Model model, Model::parse(file));
  VD_TRY(const auto samples, read_samples(options.files));
  const Quality quality =
      prompt::measure(model.parameters().thresholds, prompt::judge(model, samples));
  options.format == "json" ? print_json(quality) : print_text(quality);
  return {};
}

/// Each source is held back in turn: its texts are judged by a model that never saw it, at
/// thresholds that what was held back of the others gives.
Result<void> leave_one_out(const PromptOptions& options) {
  VD_TRY(const auto samples, read_samples(options.files));
  VD_CHECK(check_samples(samples));
  auto judged = prompt::judge_unseen(samples, options.training, samples.size());
  std::map<std::string, std::vector<prompt::Judged>> by_source;
  for (const auto& one : judged) by_source[one.sample->source].push_back(one);
  Quality all;
  for (auto& [source, held] : by_source) {
    std::vector<prompt::Judged> others;
    for (const auto& one : judged) {
      if (one.sample->source != source) others.push_back(one);
    }
    prompt::ModelParameters parameters;
    prompt::calibrate(parameters, others);
    for (auto& one : held) one.score = parameters.score(one.logit);
    const Quality quality = prompt::measure(parameters.thresholds, held);
    for (const auto& [name, found] : quality.attacks_by_source) all.attacks_by_source[name] = found;
    for (const auto& [name, found] : quality.honest_by_source) all.honest_by_source[name] = found;
  }
  const Quality pooled = prompt::measure(prompt::ModelParameters{}.thresholds, judged);
  fmt::print("AUROC of all {:.4f}, recall {:.2f} % at 1 % false alarms\n", pooled.auroc,
             100 * pooled.recall_percent);
  for (auto& [name, found] : all.attacks_by_source) {
    found.above_percent = pooled.attacks_by_source.at(name).above_percent;
  }
  for (auto& [name, found] : all.honest_by_source) {
    found.above_percent = pooled.honest_by_source.at(name).above_percent;
  }
  print_sources("attacks found, %", all.attacks_by_source);
  print_sources("false alarms, %", all.honest_by_source);
  return {};
}

}  // namespace

void add_prompt(Command root, Chosen& chosen) {
  const auto command = root.add_subcommand("prompt", "The firewall for texts to and from models");
  command.require_subcommand();
  auto training = std::make_shared<PromptOptions>();
  const auto trainer = command.add_subcommand("train", "Make a model from texts with labels");
  trainer.add_option("MODEL", training->model, "Where the model goes").required();
  trainer.add_option("FILE", training->files, "JSON lines: {\"text\": …, \"label\": \"attack\"}")
      .required();
  trainer.add_option("--seed", training->training.seed, "Another seed, another order");
  trainer.callback(
      [training, &chosen] { chosen = [training] { return ended(train(*training)); }; });
  auto measuring = std::make_shared<PromptOptions>();
  const auto measurer = command.add_subcommand("eval", "How good a model is on texts with labels");
  measurer.add_option("MODEL", measuring->model, "The model").required();
  measurer.add_option("FILE", measuring->files, "JSON lines; each file is a source").required();
  measurer.add_option("--format", measuring->format, "text (default) or json")
      .one_of({"text", "json"});
  measurer.add_flag("--loso", measuring->leave_one_out,
                    "Leave one source out: train without it, judge it; MODEL is not read");
  measurer.callback([measuring, &chosen] {
    chosen = [measuring] {
      return ended(measuring->leave_one_out ? leave_one_out(*measuring) : evaluate(*measuring));
    };
  });
  add_prompt_scan(command, chosen);
  add_prompt_replay(command, chosen);
  add_prompt_calibrate(command, chosen);
  command.footer(
      "Each file is a source of its own, named as the file is.\n\n"
      "Examples:\n"
      "  vedette prompt train my.model train/*.jsonl --seed 7\n"
      "  vedette prompt eval my.model dev/*.jsonl");
}

}  // namespace vedette::cli
