// vedette explain: what an error code means. vedette completions: words for the shell.
#include "base/text.h"
#include "cli/commands.h"
#include "cli/terminal.h"

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
std::string words_of(Command command) {
  std::string words;
  for (const Command sub : command.subcommands()) words += sub.name() + " ";
  for (const std::string& option : command.long_options()) words += "--" + option + " ";
  return words;
}

std::string bash_script(Command root) {
  std::string cases;
  for (const Command command : root.subcommands()) {
    for (const Command sub : command.subcommands()) {
      cases += fmt::format("    \"{} {}\") words=\"{}\" ;;\n", command.name(), sub.name(),
                           words_of(sub));
    }
    cases += fmt::format("    \"{} \"*) words=\"{}\" ;;\n", command.name(), words_of(command));
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

std::string fish_script(Command root) {
  std::string out;
  const auto add_options = [&](Command command, const std::string& when) {
    for (const std::string& name : command.long_options()) {
      out += fmt::format("complete -c vedette -n '{}' -l {}\n", when, name);
    }
  };
  for (const Command command : root.subcommands()) {
    out += fmt::format("complete -c vedette -n __fish_use_subcommand -f -a {}\n", command.name());
    const std::string when = "__fish_seen_subcommand_from " + command.name();
    for (const Command sub : command.subcommands()) {
      out += fmt::format("complete -c vedette -n '{}' -a {}\n", when, sub.name());
    }
    add_options(command, when);
  }
  return out;
}

}  // namespace

void add_explain(Command root, Chosen& chosen) {
  const auto command = root.add_subcommand("explain", "What an error code means");
  auto id = std::make_shared<std::string>();
  command.add_option("CODE", *id, "For example VD2003").required();
  command.callback([id, &chosen] { chosen = [id] { return explain(*id); }; });
}

void add_completions(Command root, Chosen& chosen) {
  const auto command =
      root.add_subcommand("completions", "Completions for a shell, to standard output");
  auto shell = std::make_shared<std::string>();
  command.add_option("SHELL", *shell, "bash, zsh or fish")
      .required()
      .one_of({"bash", "zsh", "fish"});
  command.footer("Example:\n  vedette completions bash | sudo tee /etc/bash_completion.d/vedette");
  command.callback([shell, root, &chosen] {
    chosen = [shell, root] {
      std::string script = *shell == "fish" ? fish_script(root) : bash_script(root);
      if (*shell == "zsh") script = "autoload -U +X bashcompinit && bashcompinit\n" + script;
      std::fputs(script.c_str(), stdout);
      return static_cast<int>(kDone);
    };
  });
}

}  // namespace vedette::cli
