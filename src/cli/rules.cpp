// vedette rules: load them, say what is wrong and where, list them, test them.
#include "base/clock.h"
#include "base/json_writer.h"
#include "cli/commands.h"
#include "cli/load.h"
#include "cli/rule_tests.h"
#include "cli/terminal.h"
#include "engine/replay.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace vedette::cli {
namespace {

struct RulesOptions {
  std::vector<std::string> paths;
  bool json = false;
};

/// What the user names, or the built-in rules.
std::unique_ptr<LoadedRules> load(const RulesOptions& options) {
  return load_rules(options.paths.empty(), options.paths);
}

int check(const RulesOptions& options) {
  const auto loaded = load(options);
  print_problems(*loaded);
  std::size_t correlations = 0;
  for (RuleIndex i = 0; i < loaded->rules->rules().size(); ++i) {
    correlations += loaded->rules->is_correlation(i);
  }
  std::printf("%zu rules and %zu correlations loaded, %zu problem%s.\n",
              loaded->rules->rules().size() - correlations, correlations, loaded->problems.size(),
              loaded->problems.size() == 1 ? "" : "s");
  return loaded->problems.empty() ? kDone : kUsage;
}

int list(const RulesOptions& options) {
  const auto loaded = load(options);
  print_problems(*loaded);
  const Terminal terminal = terminal_of(stdout);
  for (RuleIndex i = 0; i < loaded->rules->rules().size(); ++i) {
    const RuleInfo& rule = loaded->rules->rules()[i];
    if (options.json) {
      std::string out;
      JsonWriter json(out);
      json.begin_object().field("id", rule.id).field("title", rule.title);
      json.field("level", to_string(rule.level)).field("file", rule.file);
      json.field("kind", loaded->rules->is_correlation(i) ? "correlation" : "rule");
      json.key("techniques").begin_array();
      for (const std::string& technique : rule.techniques) json.string(technique);
      json.end_array().key("reports").boolean(rule.reports).end_object();
      std::printf("%s\n", out.c_str());
      continue;
    }
    std::string techniques;
    for (const std::string& technique : rule.techniques) techniques += technique + " ";
    std::printf(
        "%s %s %s %s\n",
        styled(fit(to_string(rule.level), 13), style_of(rule.level), terminal.colour).c_str(),
        fit(loaded->rules->is_correlation(i) ? "correlation" : "rule", 11).c_str(),
        fit(rule.title, 52).c_str(), styled(techniques, Style::Cyan, terminal.colour).c_str());
  }
  return loaded->problems.empty() ? kDone : kUsage;
}

bool is_about(const Finding& finding, const RuleTest& test, const sigma::RuleSet& rules) {
  if (finding.rule->title == test.rule || finding.rule->id == test.rule) return true;
  return std::any_of(rules.rules().begin(), rules.rules().end(), [&](const RuleInfo& rule) {
    return rule.id == finding.rule->id && rule.name == test.rule;
  });
}

bool knows(const sigma::RuleSet& rules, const std::string& which) {
  return std::any_of(rules.rules().begin(), rules.rules().end(), [&](const RuleInfo& rule) {
    return rule.title == which || rule.id == which || rule.name == which;
  });
}

std::string joined(const std::set<std::string>& parts) {
  std::string out;
  for (const std::string& part : parts) out += (out.empty() ? "" : ", ") + part;
  return out.empty() ? "nobody" : out;
}

/// Empty if the test holds; otherwise what happened instead.
std::string verdict(const RuleTest& test, const LoadedRules& loaded, Time now) {
  if (!knows(*loaded.rules, test.rule)) return fmt::format("there is no rule '{}'", test.rule);
  const auto threats = engine::replay(loaded.fields, loaded.rules, test.log, now);
  std::set<std::string> fired;
  for (const Threat& threat : threats) {
    for (const Finding& finding : threat.findings) {
      if (is_about(finding, test, *loaded.rules)) fired.insert(threat.entity_value);
    }
  }
  const std::set<std::string> wanted(test.fires_on.begin(), test.fires_on.end());
  if (fired == wanted) return {};
  return fmt::format("fires on {}, should fire on {}", joined(fired), joined(wanted));
}

int test(const RulesOptions& options) {
  std::vector<std::string> rule_paths = options.paths;
  const auto loaded = load_rules(false, rule_paths);
  print_problems(*loaded);
  std::size_t passed = 0, failed = loaded->problems.size();
  const Time now = SystemClock().now();
  for (const std::string& path : options.paths) {
    for (const std::string& file : files_below(path, {".test.yml"})) {
      if (!file.ends_with(".test.yml")) continue;
      const auto tests = read_rule_tests(file);
      if (!tests) {
        print_error(tests.error());
        ++failed;
        continue;
      }
      for (const RuleTest& one : *tests) {
        const std::string wrong = verdict(one, *loaded, now);
        ++(wrong.empty() ? passed : failed);
        if (!wrong.empty()) {
          std::printf("%s: %s\n  rule '%s': %s\n", one.place.c_str(), one.name.c_str(),
                      one.rule.c_str(), wrong.c_str());
        }
      }
    }
  }
  std::printf("%zu passed, %zu failed\n", passed, failed);
  return failed == 0 ? kDone : kThreatsFound;
}

}  // namespace

void add_rules(Command root, Chosen& chosen) {
  const auto command = root.add_subcommand("rules", "Check, list and test Sigma rules");
  command.require_subcommand();
  auto options = std::make_shared<RulesOptions>();
  const auto add = [&](const char* name, const char* help, int (*run)(const RulesOptions&)) {
    const auto sub = command.add_subcommand(name, help);
    sub.callback([options, run, &chosen] { chosen = [options, run] { return run(*options); }; });
    return sub;
  };
  const char* paths_help = "Files or directories with rules; without any, the built-in ones";
  add("check", "Load rules and say what is wrong with them, and where", check)
      .add_option("PATH", options->paths, paths_help);
  const auto lister = add("list", "All rules with their levels and ATT&CK techniques", list);
  lister.add_option("PATH", options->paths, paths_help);
  lister.add_flag("--json", options->json, "One JSON object per rule");
  add("test", "Run the *.test.yml beside rules: which lines must fire, which must not", test)
      .add_option("PATH", options->paths, "Directories or files with rules and their tests")
      .required();
  command.footer(
      "docs/rules.md tells how a rule and its tests are written.\n\n"
      "Examples:\n"
      "  vedette rules check my-rules/\n"
      "  vedette rules test rules/\n"
      "  vedette rules list --json | jq -r .title");
}

}  // namespace vedette::cli
