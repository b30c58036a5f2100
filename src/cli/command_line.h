// How commands say what options they have. CLI11 does the work behind it: its header alone costs
// ten seconds of compiling in each file that includes it, so only command_line.cpp does.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
class Option;
}  // namespace CLI

namespace vedette::cli {

/// One option of a command. A handle: it is copied freely and lives as long as its CommandLine.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option required() const;
  /// What the help calls its value.
  Option value_name(const std::string& name) const;
  Option shows_default() const;
  Option in_range(int low, int high) const;
  Option in_range(double low, double high) const;
  Option one_of(std::vector<std::string> words) const;
  /// How many values may follow it each time it is given.
  Option takes(int least, int most) const;
  /// One value each time it is given, though it may be given again.
  Option takes_one() const;
  Option not_with(Option other) const;
  Option only_with(Option other) const;
  bool given() const;

 private:
  CLI::Option* option_;
};

/// A command and its subcommands. A handle, as an Option is.
class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}

  Command add_subcommand(const std::string& name, const std::string& sentence) const;
  /// Words that set `value`, which must outlive the command line. T: std::string, a vector of them,
  /// or a number.
  template <typename T>
  Option add_option(const std::string& names, T& value, const std::string& sentence) const;
  Option add_flag(const std::string& names, bool& value, const std::string& sentence) const;
  /// A word that stands for one of some values; upper and lower case are the same.
  template <typename To, typename T>
  Option add_choice(const std::string& names, To& value, const std::map<std::string, T>& choices,
                    const std::string& sentence) const {
    std::vector<std::string> words;
    for (const auto& [word, its] : choices) words.push_back(word);
    return add_words(names, std::move(words), sentence,
                     [&value, choices](const std::string& word) { value = choices.at(word); });
  }

  /// Below the options in the help: exit codes, examples.
  void footer(const std::string& text) const;
  /// When it is the command chosen, after its options were read.
  void callback(std::function<void()> call) const;
  void require_subcommand() const;
  /// Words that are no option of it are left for others(); -h is one of them.
  void allow_others() const;
  std::vector<std::string> others() const;

  std::string name() const;
  std::vector<Command> subcommands() const;
  /// Without their two dashes.
  std::vector<std::string> long_options() const;

 private:
  Option add_words(const std::string& names, std::vector<std::string> words,
                   const std::string& sentence, std::function<void(const std::string&)> take) const;

  CLI::App* app_;
};

/// The commands of a program, and what reads its arguments.
class CommandLine {
 public:
  CommandLine(const std::string& name, const std::string& version, const std::string& sentence);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  Command root() const { return Command(app_.get()); }
  /// Reads the arguments, sets what options name and calls what the command chosen has to be
  /// called. nullopt, or the exit code where there is nothing to do: help was printed, or what is
  /// wrong.
  std::optional<int> parse(int argc, char** argv) const;

 private:
  std::unique_ptr<CLI::App> app_;
};

}  // namespace vedette::cli
