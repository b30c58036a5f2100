// vedette: threat detection, triage and response in one binary.
#include "base/text.h"
#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <clocale>
#include <cstdio>
#include <string>

#ifndef VD_VERSION
#define VD_VERSION "unknown"
#endif

namespace {

/// What is wrong with the commands named, or "". The parser would only say that one is missing.
std::string wrong_command(CLI::App& app, int argc, char** argv) {
  CLI::App* at = &app;
  for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
    const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
    if (commands.empty()) break;
    std::string known;
    CLI::App* next = nullptr;
    for (CLI::App* command : commands) {
      if (command->check_name(argv[i])) next = command;
      known += " " + command->get_name();
    }
    if (next == nullptr) {
      return fmt::format("there is no command '{}'; there are:{}",
                         vedette::escape_for_terminal(argv[i]), known);
    }
    at = next;
  }
  return {};
}

}  // namespace

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
  add_suppressions(app, chosen);
  add_tokens(app, chosen);
  add_audit(app, chosen);
  add_doctor(app, chosen);
  add_simulate(app, chosen);
  add_prompt(app, chosen);
  add_anomaly(app, chosen);
  add_explain(app, chosen);
  add_completions(app, chosen);
  if (const std::string wrong = wrong_command(app, argc, argv); !wrong.empty()) {
    std::fprintf(stderr, "vedette: %s\n", wrong.c_str());
    return kUsage;
  }
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
