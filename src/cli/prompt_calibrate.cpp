// vedette prompt calibrate: thresholds of injection from the operator's own traffic.
#include "api/prompts.h"
#include "base/file.h"
#include "base/json_writer.h"
#include "cli/prompt_input.h"
#include "cli/prompt_scan.h"
#include "cli/terminal.h"
#include "prompt/policy_edit.h"
#include "prompt/recalibrate.h"
#include "store/prompt_reader.h"

#include <fmt/core.h>

#include <filesystem>

namespace vedette::cli {
namespace {

using prompt::Recalibration;
using Counts = std::array<std::uint64_t, prompt::kScoreBins + 1>;

struct CalibrateOptions {
  std::vector<std::string> files;
  std::string state;
  PolicyChoice policy;
  std::string direction = "input", format = "text", write;
};

/// The policy with nothing but what is counted.
prompt::Policy only_injection(prompt::Policy policy) {
  for (auto& reactions : policy.reactions) {
    reactions.fill(prompt::Reaction::Off);
    reactions[static_cast<std::size_t>(prompt::ScannerId::Injection)] = prompt::Reaction::Observe;
  }
  policy.deadline_us = 0;
  return policy;
}

bool count_texts(const std::vector<std::string>& files, prompt::Direction direction,
                 Counts& counts) {
  const prompt::Firewall firewall(prompt::builtin_model(), {only_injection({})});
  prompt::Scan scan(firewall.model());
  prompt::Verdict verdict;
  std::uint64_t bad = 0;
  const bool all = each_line(files, [&](const std::string& line, bool /*more*/) {
    const auto json = parse_line(line);
    const std::string* text = json ? text_in(*json, "text") : nullptr;
    if (text == nullptr) {
      ++bad;
      return true;
    }
    scan.run(*text, direction, *firewall.policy(""), verdict);
    if (const auto bin = prompt::score_bin(verdict)) ++counts[*bin];
    return true;
  });
  if (bad > 0) {
    print_error(
        {Errc::RequestInvalid,
         fmt::format("{} lines hold no JSON object with a `text`; they are left out", bad)});
  }
  return all && bad == 0;
}

Result<void> read_counts(const std::string& state, prompt::Direction direction, Counts& counts) {
  VD_TRY(const auto reader, store::PromptReader::open(state));
  VD_TRY(const auto scores, reader->scores());
  std::uint64_t of_others = 0;
  for (const store::ScoreCount& one : scores) {
    if (one.direction != static_cast<std::uint8_t>(direction) || one.bin >= counts.size()) continue;
    if (one.model == prompt::builtin_model().id()) {
      counts[one.bin] += one.texts;
    } else {
      of_others += one.texts;
    }
  }
  if (of_others > 0) {
    fmt::print(stderr, "{} texts were scored by another model and are left out\n",
               grouped(of_others));
  }
  return {};
}

std::string percent(double share) {
  return fmt::format("{:.3g} %", 100 * share);
}

void print_text(const Recalibration& found, std::string_view direction) {
  fmt::print("{} texts ({}), {} more left out because they say what attacks say\n\n",
             grouped(found.texts), direction, grouped(found.left_out));
  fmt::print("{:<12}{:>8}{:>16}{:>12}{:>16}{:>12}\n", "strictness", "aim", "threshold now", "above",
             "threshold then", "above");
  for (std::size_t i = 0; i < prompt::kStrictnesses; ++i) {
    const auto& one = found.thresholds[i];
    fmt::print("{:<12}{:>8}{:>16.6f}{:>12}{:>16.6f}{:>12}\n", i + 1, percent(one.aim), one.now,
               percent(one.share_now), one.then, percent(one.share_then));
  }
  for (std::size_t i = 0; i < prompt::kStrictnesses; ++i) {
    const auto& one = found.thresholds[i];
    if (one.too_few) {
      fmt::print("\nStrictness {} rests on too few texts: {} are wanted.", i + 1,
                 grouped(static_cast<std::uint64_t>(1000 / one.aim + 0.5)));
    }
    if (one.attacks_likely) {
      fmt::print(
          "\nStrictness {}: attacks are likely among the rest, for more were left out than "
          "its aim allows.",
          i + 1);
    }
    if (one.then > static_cast<double>(prompt::kLeftOutScore) && one.then > one.now) {
      fmt::print("\nStrictness {}: what says in so many words what attacks say may pass.", i + 1);
    }
  }
  fmt::print("\n");
}

void print_json(const Recalibration& found, std::string_view direction) {
  std::string out;
  JsonWriter json(out);
  json.begin_object().field("direction", direction);
  json.field("texts", found.texts).field("left_out", found.left_out);
  json.key("thresholds").begin_array();
  for (std::size_t i = 0; i < prompt::kStrictnesses; ++i) {
    const auto& one = found.thresholds[i];
    json.begin_object().field("strictness", std::uint64_t{i + 1});
    json.key("aim").real(one.aim, 8).key("now").real(one.now, 8);
    json.key("share_now").real(one.share_now, 8).key("then").real(one.then, 8);
    json.key("share_then").real(one.share_then, 8).key("too_few").boolean(one.too_few);
    json.key("attacks_likely").boolean(one.attacks_likely).end_object();
  }
  json.end_array().end_object();
  fmt::print("{}\n", out);
}

Result<void> write(const CalibrateOptions& options, const Recalibration& found) {
  std::array<double, prompt::kStrictnesses> thresholds{};
  for (std::size_t i = 0; i < thresholds.size(); ++i) thresholds[i] = found.thresholds[i].then;
  std::string yaml;
  std::error_code error;
  if (std::filesystem::exists(options.write, error)) {
    VD_TRY(yaml, read_file(options.write));
  }
  VD_TRY(const std::string edited,
         prompt::with_injection_thresholds(options.write, yaml, options.policy.name, thresholds,
                                           api::prompt_routes()));
  return write_file_atomically(options.write, edited);
}

int calibrate(const CalibrateOptions& options) {
  const auto chosen = choose_policy(options.policy);
  if (!chosen || options.files.empty() == options.state.empty()) {
    print_error(chosen ? Error{Errc::UsageError, "either FILE or --state DIR says what to count"}
                       : chosen.error());
    return kUsage;
  }
  const auto direction = *prompt::parse_direction(options.direction);
  Counts counts{};
  bool all = true;
  if (options.state.empty()) {
    all = count_texts(options.files, direction, counts);
  } else if (const auto read = read_counts(options.state, direction, counts); !read) {
    print_error(read.error());
    return kInputDamaged;
  }
  const auto& own = chosen->policy->policy.injection_thresholds;
  const Recalibration found =
      prompt::recalibrate(counts, own.value_or(prompt::builtin_model().parameters().thresholds));
  if (found.texts == 0) {
    print_error({Errc::CorpusDamaged,
                 "there is no text to count; `vedette run --prompt-shadow yes` "
                 "counts what it scans"});
    return kInputDamaged;
  }
  options.format == "json" ? print_json(found, options.direction)
                           : print_text(found, options.direction);
  if (!options.write.empty()) {
    if (const auto written = write(options, found); !written) {
      print_error(written.error());
      return kUsage;
    }
  }
  return all ? kDone : kInputDamaged;
}

}  // namespace

void add_prompt_calibrate(Command command, Chosen& chosen) {
  auto options = std::make_shared<CalibrateOptions>();
  const auto calibrator =
      command.add_subcommand("calibrate", "Thresholds from your own honest traffic");
  calibrator.add_option("FILE", options->files, "JSON lines: {\"text\": …}; - is standard input");
  calibrator.add_option("--state", options->state,
                        "Instead, what a daemon with prompt_shadow counted in this directory");
  calibrator.add_option("--policies", options->policy.file,
                        "A YAML file whose thresholds are those of now");
  calibrator.add_option("--policy", options->policy.name, "The name of one of them");
  calibrator.add_option("--direction", options->direction, "input (default), output or tool")
      .one_of({"input", "output", "tool"});
  calibrator.add_option("--format", options->format, "text (default) or json")
      .one_of({"text", "json"});
  calibrator.add_option("--write", options->write,
                        "Put them into this file of policies, into the one named or all of them");
  calibrator.footer(
      "The traffic is taken as honest, but for texts that say in so many words what attacks "
      "say.\n\n"
      "Examples:\n"
      "  vedette prompt calibrate prompts.jsonl\n"
      "  vedette prompt calibrate --state /var/lib/vedette --write policies.yaml");
  calibrator.callback([options, &chosen] { chosen = [options] { return calibrate(*options); }; });
}

}  // namespace vedette::cli
