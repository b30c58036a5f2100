// vedette explain: what an error code means. vedette completions: words for the shell.
#include "base/text.h"
#include "cli/commands.h"
#include "cli/terminal.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

namespace vedette::cli {
namespace {

int explain(const std::string& id) {
  for (const ErrorText& text : all_errors()) {
    if (!equals_ignore_case(text.id, id)) continue;
    std::printf("%s  %s.\n%s.\n", std::string(text.id).c_str(), std::string(text.what).c_str(),
                std::string(text.hint).c_str());
    return kDone;
  }
  print_error({Errc::UsageError, fmt::format("there is no error code '{}'", id)});
  return kUsage;
}

/// The words that may follow `command`: its subcommands and long options.
std::string words_of(const CLI::App& command) {
  std::string words;
  for (const CLI::App* sub : command.get_subcommands(nullptr)) words += sub->get_name() + " ";
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
  }
  return words;
}

std::string bash_script(const CLI::App& root) {
  std::string cases;
  for (const CLI::App* command : root.get_subcommands(nullptr)) {
    for (const CLI::App* sub : command->get_subcommands(nullptr)) {
      cases += fmt::format("    \"{} {}\") words=\"{}\" ;;\n", command->get_name(), sub->get_name(),
                           words_of(*sub));
    }
    cases +=
        fmt::format("    \"{} \"*) words=\"{}\" ;;\n", command->get_name(), words_of(*command));
  }
  return fmt::format(
      "_vedette() {{\n"
      "  local current=\"${{COMP_WORDS[COMP_CWORD]}}\" words\n"
      "  local first=\"\" second=\"\"\n"
      "  ((COMP_CWORD > 1)) && first=\"${{COMP_WORDS[1]}}\"\n"
      "  ((COMP_CWORD > 2)) && second=\"${{COMP_WORDS[2]}}\"\n"
      "  case \"$first $second\" in\n{}"
      "    *) words=\"{}\" ;;\n"
      "  esac\n"
      "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  [[ $current != -* ]] && COMPREPLY+=($(compgen -f -- \"$current\"))\n"
      "}}\n"
      "complete -o filenames -F _vedette vedette\n",
      cases, words_of(root));
}

std::string fish_script(const CLI::App& root) {
  std::string out;
  const auto add_options = [&](const CLI::App& command, const std::string& when) {
    for (const CLI::Option* option : command.get_options()) {
      for (const std::string& name : option->get_lnames()) {
        out += fmt::format("complete -c vedette -n '{}' -l {}\n", when, name);
      }
    }
  };
  for (const CLI::App* command : root.get_subcommands(nullptr)) {
    out +=
        fmt::format("complete -c vedette -n __fish_use_subcommand -f -a {}\n", command->get_name());
    const std::string when = "__fish_seen_subcommand_from " + command->get_name();
    for (const CLI::App* sub : command->get_subcommands(nullptr)) {
      out += fmt::format("complete -c vedette -n '{}' -a {}\n", when, sub->get_name());
    }
    add_options(*command, when);
  }
  return out;
}

}  // namespace

CLI::App* add_explain(CLI::App& root, Chosen& chosen) {
  auto* command = root.add_subcommand("explain", "What an error code means");
  auto id = std::make_shared<std::string>();
  command->add_option("CODE", *id, "For example VD2003")->required();
  command->callback([id, &chosen] { chosen = [id] { return explain(*id); }; });
  return command;
}

CLI::App* add_completions(CLI::App& root, Chosen& chosen) {
  auto* command = root.add_subcommand("completions", "Completions for a shell, to standard output");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer("Example:\n  vedette completions bash | sudo tee /etc/bash_completion.d/vedette");
  command->callback([shell, &root, &chosen] {
    chosen = [shell, &root] {
      std::string script = *shell == "fish" ? fish_script(root) : bash_script(root);
      if (*shell == "zsh") script = "autoload -U +X bashcompinit && bashcompinit\n" + script;
      std::fputs(script.c_str(), stdout);
      return static_cast<int>(kDone);
    };
  });
  return command;
}

}  // namespace vedette::cli
