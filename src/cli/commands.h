// Every command of the program: registers itself below `root` and, when it is the one chosen on the
// command line, sets `chosen` to what it does. Options live as long as that function. One file per
// command.
#pragma once

#include "cli/command_line.h"

#include <functional>

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

void add_run(Command root, Chosen& chosen);
void add_scan(Command root, Chosen& chosen);
void add_decode(Command root, Chosen& chosen);
void add_rules(Command root, Chosen& chosen);
void add_threats(Command root, Chosen& chosen);
void add_suppressions(Command root, Chosen& chosen);
void add_tokens(Command root, Chosen& chosen);
void add_audit(Command root, Chosen& chosen);
void add_doctor(Command root, Chosen& chosen);
void add_simulate(Command root, Chosen& chosen);
void add_prompt(Command root, Chosen& chosen);
void add_anomaly(Command root, Chosen& chosen);
void add_explain(Command root, Chosen& chosen);
void add_completions(Command root, Chosen& chosen);

}  // namespace vedette::cli
