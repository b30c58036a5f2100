// Every command of the program: registers itself below `root` and, when it is the one chosen on the
// command line, sets `chosen` to what it does. Options live as long as that function. One file per
// command.
#pragma once

#include <functional>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
class Option;
}  // namespace CLI

namespace vedette::cli {

/// Exit codes, for scripts.
enum ExitCode : int {
  kDone = 0,
  kThreatsFound = 1,  ///< at or above --fail-on
  kVerdictsDiffer = 1,
  kUsage = 2,         ///< command line, configuration or rules are wrong
  kInputDamaged = 3,  ///< some input could not be read; the rest was
};

using Chosen = std::function<int()>;

CLI::App* add_run(CLI::App& root, Chosen& chosen);
CLI::App* add_scan(CLI::App& root, Chosen& chosen);
CLI::App* add_decode(CLI::App& root, Chosen& chosen);
CLI::App* add_rules(CLI::App& root, Chosen& chosen);
CLI::App* add_threats(CLI::App& root, Chosen& chosen);
CLI::App* add_suppressions(CLI::App& root, Chosen& chosen);
CLI::App* add_tokens(CLI::App& root, Chosen& chosen);
CLI::App* add_audit(CLI::App& root, Chosen& chosen);
CLI::App* add_doctor(CLI::App& root, Chosen& chosen);
CLI::App* add_simulate(CLI::App& root, Chosen& chosen);
CLI::App* add_prompt(CLI::App& root, Chosen& chosen);
CLI::App* add_anomaly(CLI::App& root, Chosen& chosen);
CLI::App* add_explain(CLI::App& root, Chosen& chosen);
CLI::App* add_completions(CLI::App& root, Chosen& chosen);

}  // namespace vedette::cli
