#include "cli/command_line.h"

#include "cli/commands.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

namespace vedette::cli {
namespace {

enum class Shape { Round, Flat };

struct Values {
  std::string name;
  std::vector<std::string> files;
  std::uint32_t count = 7;
  bool loud = false;
  Shape shape = Shape::Round;
};

/// What `program` with these arguments gives, and what they set.
std::optional<int> parse(std::vector<std::string> arguments, Values& values) {
  const CommandLine line("program", "1.0", "For a test.");
  const Command command = line.root().add_subcommand("go", "Goes");
  command.add_option("FILE", values.files, "Files").required();
  const Option name = command.add_option("--name", values.name, "A name").one_of({"a", "b"});
  command.add_option("--count", values.count, "How many").in_range(1, 9).only_with(name);
  command.add_flag("--loud", values.loud, "Loudly");
  const std::map<std::string, Shape> shapes{{"round", Shape::Round}, {"flat", Shape::Flat}};
  command.add_choice("--shape", values.shape, shapes, "What it looks like");
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  return line.parse(static_cast<int>(argv.size()), argv.data());
}

}  // namespace

TEST_SUITE("cli/command_line") {
  TEST_CASE("options set the values that they name, whatever their order") {
    Values values;
    CHECK_FALSE(
        parse({"go", "--loud", "x", "--shape", "FLAT", "y", "--count", "9", "--name=b"}, values)
            .has_value());
    CHECK(values.files == std::vector<std::string>{"x", "y"});
    CHECK(values.name == "b");
    CHECK(values.count == 9);
    CHECK(values.loud);
    CHECK(values.shape == Shape::Flat);
  }

  TEST_CASE("what is not given stays as it was") {
    Values values;
    CHECK_FALSE(parse({"go", "x"}, values).has_value());
    CHECK(values.count == 7);
    CHECK_FALSE(values.loud);
    CHECK(values.shape == Shape::Round);
  }

  TEST_CASE("what is wrong is a wrong use, and help is none") {
    const std::vector<std::vector<std::string>> wrong{
        {},
        {"run"},
        {"go"},
        {"go", "x", "--name", "c"},
        {"go", "x", "--name", "a", "--count", "10"},
        {"go", "x", "--count", "2"},
        {"go", "x", "--shape", "long"},
        {"go", "x", "--quiet"},
    };
    for (const auto& arguments : wrong) {
      Values values;
      CHECK(parse(arguments, values) == std::optional<int>(kUsage));
    }
    Values values;
    CHECK(parse({"go", "--help"}, values) == std::optional<int>(kDone));
    CHECK(parse({"--version"}, values) == std::optional<int>(kDone));
  }

  TEST_CASE("commands and their long options are told to who writes completions") {
    const CommandLine line("program", "1.0", "For a test.");
    bool flag = false;
    line.root().add_subcommand("go", "Goes").add_flag("-l,--loud", flag, "Loudly");
    const auto commands = line.root().subcommands();
    REQUIRE(commands.size() == 1);
    CHECK(commands[0].name() == "go");
    CHECK(commands[0].long_options() == std::vector<std::string>{"help", "loud"});
  }
}

}  // namespace vedette::cli
