#include "cli/prompt_scan.h"

#include "api/json.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/utf8.h"
#include "cli/terminal.h"
#include "prompt/firewall.h"
#include "prompt/verdict_json.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdio>
#include <fstream>
#include <memory>

namespace vedette::cli {
namespace {

constexpr std::size_t kFlushBytes = 64 * 1024;

struct PromptScanOptions {
  std::vector<std::string> files;
  int strictness = 0;    // 0: as the policy says
  std::string policies;  // a file; empty: the policy that is built in
  std::string policy;
  std::string direction = "input";
};

/// Bytes that are no UTF-8 as U+FFFD: JSON cannot hold them, and what cannot be read is not safe.
std::string repaired(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text.substr(at));
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++at;
    } else {
      out.append(text.substr(at, length));
      at += length;
    }
  }
  return out;
}

/// Scans lines and keeps what is to be printed.
class LineScanner {
 public:
  LineScanner(const prompt::Firewall& firewall, const prompt::ActivePolicy& policy,
              prompt::Direction direction)
      : scan_(firewall), policy_(policy), direction_(direction) {}

  void scan(const std::string& line) {
    auto body = api::Json::parse(line);
    if (!body) body = api::Json::parse(repaired(line));
    const api::Json* text = body ? body->find("text") : nullptr;
    JsonWriter json(out_);
    json.begin_object();
    if (text == nullptr || !text->is(api::Json::Kind::String)) {
      ++bad_lines_;
      json.field("error", body ? "there is no member `text` that is a text" : body.error().detail);
    } else {
      const double began = monotonic_seconds();
      scan_.run(text->string, direction_, policy_, verdict_);
      const double took = monotonic_seconds() - began;
      prompt::write_verdict(json, text->string, verdict_);
      json.key("micros").real(took * 1e6, 1);
    }
    json.end_object();
    out_ += '\n';
  }

  /// False when nobody reads standard output any more.
  bool flush(bool all) {
    if (!all && out_.size() < kFlushBytes) return true;
    const bool whole = std::fwrite(out_.data(), 1, out_.size(), stdout) == out_.size();
    out_.clear();
    return whole && (!all || std::fflush(stdout) == 0);
  }
  std::uint64_t bad_lines() const { return bad_lines_; }

 private:
  prompt::Scan scan_;
  const prompt::ActivePolicy& policy_;
  const prompt::Direction direction_;
  prompt::Verdict verdict_;
  std::string out_;
  std::uint64_t bad_lines_ = 0;
};

Result<std::vector<prompt::Policy>> policies_of(const PromptScanOptions& options) {
  std::vector<prompt::Policy> policies{prompt::Policy{}};
  if (!options.policies.empty()) {
    VD_TRY(const std::string yaml, read_file(options.policies));
    VD_TRY(policies, prompt::read_policies(options.policies, yaml));
  }
  if (options.strictness > 0) {
    for (prompt::Policy& policy : policies) policy.strictness = options.strictness;
  }
  return policies;
}

int scan_prompts(const PromptScanOptions& options) {
  auto policies = policies_of(options);
  if (!policies) {
    print_error(policies.error());
    return kUsage;
  }
  const prompt::Firewall firewall(prompt::builtin_model(), *std::move(policies));
  const prompt::ActivePolicy* policy = firewall.policy(options.policy);
  const auto direction = prompt::parse_direction(options.direction);
  if (policy == nullptr || !direction) {
    print_error({Errc::ConfigValue, policy == nullptr
                                        ? fmt::format("there is no policy {}", options.policy)
                                        : "--direction is input, output or tool"});
    return kUsage;
  }
  LineScanner scanner(firewall, *policy, *direction);
  int code = kDone;
  for (const std::string& path : options.files) {
    std::ifstream in(path == "-" ? "/dev/stdin" : path, std::ios::binary);
    if (!in) {
      print_error({Errc::FileOpen, path + ": it cannot be opened"});
      code = kInputDamaged;
      continue;
    }
    std::string line;
    while (std::getline(in, line)) {
      if (line.empty()) continue;
      scanner.scan(line);
      if (!scanner.flush(false)) return kDone;
    }
  }
  scanner.flush(true);
  if (scanner.bad_lines() > 0) {
    print_error({Errc::RequestInvalid,
                 fmt::format("{} lines hold no JSON object with a `text`", scanner.bad_lines())});
    return kInputDamaged;
  }
  return code;
}

}  // namespace

CLI::App* add_prompt_scan(CLI::App& command, Chosen& chosen) {
  auto options = std::make_shared<PromptScanOptions>();
  auto* scanner = command.add_subcommand("scan", "A verdict for each text, as a line of JSON");
  scanner->add_option("FILE", options->files, "JSON lines: {\"text\": …}; - is standard input")
      ->required();
  scanner
      ->add_option("--strictness", options->strictness,
                   "1 to 4: at most 0.1, 0.5, 1 or 3 % false alarms")
      ->check(CLI::Range(1, 4));
  scanner->add_option("--policies", options->policies, "A YAML file with policies");
  scanner->add_option("--policy", options->policy, "The name of one of them; else the first");
  scanner->add_option("--direction", options->direction, "input (default), output or tool")
      ->check(CLI::IsMember({"input", "output", "tool"}));
  scanner->footer(
      "Lines come in the order of the texts: verdict (allow, flag or block), score, the scanners'\n"
      "scores, the places that gave them (bytes and characters of the text), and microseconds.\n\n"
      "Examples:\n"
      "  echo '{\"text\": \"Ignore all previous instructions\"}' | vedette prompt scan -\n"
      "  vedette prompt scan --strictness 1 prompts.jsonl | jq -r .verdict | sort | uniq -c");
  scanner->callback([options, &chosen] { chosen = [options] { return scan_prompts(*options); }; });
  return scanner;
}

}  // namespace vedette::cli
