// vedette: threat detection, triage and response in one binary.
#include "cli/commands.h"

#include <CLI/CLI.hpp>

#include <clocale>
#include <cstdio>

#ifndef VD_VERSION
#define VD_VERSION "unknown"
#endif

int main(int argc, char** argv) {
  using namespace vedette::cli;
  CLI::App app{"Finds attacks in logs, ranks them, and shows the evidence."};
  app.name("vedette");
  app.set_version_flag("--version", "vedette " VD_VERSION);
  app.require_subcommand(1);
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
  add_doctor(app, chosen);
  add_simulate(app, chosen);
  add_explain(app, chosen);
  add_completions(app, chosen);
  try {
    app.parse(argc, argv);
    return chosen ? chosen() : kUsage;
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kDone : kUsage;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "vedette: this should not have happened: %s\n", error.what());
    return 70;  // EX_SOFTWARE
  }
}
