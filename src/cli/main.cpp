// vedette: threat detection, triage and response in one binary.
#include "cli/command_line.h"
#include "cli/commands.h"

#include <cstdio>
#include <exception>

#ifndef VD_VERSION
#define VD_VERSION "unknown"
#endif

int main(int argc, char** argv) {
  using namespace vedette::cli;
  const CommandLine line("vedette", VD_VERSION,
                         "Finds attacks in logs, ranks them, and shows the evidence.");
  const Command app = line.root();
  app.footer(
      "Examples:\n"
      "  vedette scan /var/log/auth.log*          what attacked this machine, worst first\n"
      "  vedette scan access.log --format json    the same for a program\n"
      "  sudo vedette run                         watch this machine's logs from now on\n"
      "  vedette COMMAND --help                   what a command does, with examples");
  Chosen chosen;
  add_run(app, chosen);
  add_scan(app, chosen);
  add_decode(app, chosen);
  add_rules(app, chosen);
  add_threats(app, chosen);
  add_suppressions(app, chosen);
  add_tokens(app, chosen);
  add_audit(app, chosen);
  add_doctor(app, chosen);
  add_simulate(app, chosen);
  add_prompt(app, chosen);
  add_anomaly(app, chosen);
  add_explain(app, chosen);
  add_completions(app, chosen);
  try {
    if (const auto code = line.parse(argc, argv)) return *code;
    return chosen ? chosen() : kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vedette: this should not have happened: %s\n", error.what());
    return 70;  // EX_SOFTWARE
  }
}
