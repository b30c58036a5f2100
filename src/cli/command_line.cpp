#include "cli/command_line.h"

#include "base/text.h"
#include "cli/commands.h"

#include <CLI/CLI.hpp>
#include <fmt/core.h>

#include <cstdint>
#include <cstdio>
#include <utility>

namespace vedette::cli {
namespace {

/// What is wrong with the commands named, or "". The parser would only say that one is missing.
std::string wrong_command(const CLI::App& app, int argc, char** argv) {
  const CLI::App* at = &app;
  for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
    const auto commands = at->get_subcommands(nullptr);
    if (commands.empty()) break;
    std::string known;
    const CLI::App* next = nullptr;
    for (const CLI::App* command : commands) {
      if (command->check_name(argv[i])) next = command;
      known += " " + command->get_name();
    }
    if (next == nullptr) {
      return fmt::format("there is no command '{}'; there are:{}", escape_for_terminal(argv[i]),
                         known);
    }
    at = next;
  }
  return {};
}

}  // namespace

Option Option::required() const {
  option_->required();
  return *this;
}

Option Option::value_name(const std::string& name) const {
  option_->option_text(name);
  return *this;
}

Option Option::shows_default() const {
  option_->capture_default_str();
  return *this;
}

Option Option::in_range(int low, int high) const {
  option_->check(CLI::Range(low, high));
  return *this;
}

Option Option::in_range(double low, double high) const {
  option_->check(CLI::Range(low, high));
  return *this;
}

Option Option::one_of(std::vector<std::string> words) const {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}

Option Option::takes(int least, int most) const {
  option_->expected(least, most);
  return *this;
}

Option Option::takes_one() const {
  option_->allow_extra_args(false);
  return *this;
}

Option Option::not_with(Option other) const {
  option_->excludes(other.option_);
  return *this;
}

Option Option::only_with(Option other) const {
  option_->needs(other.option_);
  return *this;
}

bool Option::given() const {
  return option_->count() > 0;
}

Command Command::add_subcommand(const std::string& name, const std::string& sentence) const {
  return Command(app_->add_subcommand(name, sentence));
}

template <typename T>
Option Command::add_option(const std::string& names, T& value, const std::string& sentence) const {
  return Option(app_->add_option(names, value, sentence));
}
#define VD_VALUE(...) \
  template Option Command::add_option(const std::string&, __VA_ARGS__&, const std::string&) const;
VD_VALUE(std::string)
VD_VALUE(std::vector<std::string>)
VD_VALUE(std::optional<std::uint64_t>)
VD_VALUE(double)
VD_VALUE(int)
VD_VALUE(std::uint32_t)
VD_VALUE(std::uint64_t)
#undef VD_VALUE

Option Command::add_flag(const std::string& names, bool& value, const std::string& sentence) const {
  return Option(app_->add_flag(names, value, sentence));
}

Option Command::add_words(const std::string& names, std::vector<std::string> words,
                          const std::string& sentence,
                          std::function<void(const std::string&)> take) const {
  CLI::Option* option = app_->add_option_function<std::string>(names, std::move(take), sentence);
  return Option(option->transform(CLI::IsMember(std::move(words), CLI::ignore_case)));
}

void Command::footer(const std::string& text) const {
  app_->footer(text);
}
void Command::callback(std::function<void()> call) const {
  app_->callback(std::move(call));
}
void Command::require_subcommand() const {
  app_->require_subcommand(1);
}

void Command::allow_others() const {
  app_->allow_extras();
  app_->set_help_flag("--help", "Print this help message and exit");
}

std::vector<std::string> Command::others() const {
  return app_->remaining();
}
std::string Command::name() const {
  return app_->get_name();
}

std::vector<Command> Command::subcommands() const {
  std::vector<Command> found;
  for (CLI::App* app : app_->get_subcommands(nullptr)) found.emplace_back(app);
  return found;
}

std::vector<std::string> Command::long_options() const {
  std::vector<std::string> found;
  for (const CLI::Option* option : std::as_const(*app_).get_options()) {
    for (const std::string& name : option->get_lnames()) found.push_back(name);
  }
  return found;
}

CommandLine::CommandLine(const std::string& name, const std::string& version,
                         const std::string& sentence)
    : app_(std::make_unique<CLI::App>(sentence)) {
  app_->name(name);
  app_->set_version_flag("--version", name + " " + version);
  app_->require_subcommand(1);
}

CommandLine::~CommandLine() = default;

std::optional<int> CommandLine::parse(int argc, char** argv) const {
  if (const std::string wrong = wrong_command(*app_, argc, argv); !wrong.empty()) {
    std::fprintf(stderr, "%s: %s\n", app_->get_name().c_str(), wrong.c_str());
    return kUsage;
  }
  try {
    app_->parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    return app_->exit(error) == 0 ? kDone : kUsage;
  }
}

}  // namespace vedette::cli
