#include "config/config.h"

#include "base/file.h"

#include <doctest/doctest.h>

#include <cstdio>
#include <string>

namespace vedette::config {
namespace {

/// A configuration file that goes when the test ends.
class ConfigFile {
 public:
  explicit ConfigFile(std::string_view text) {
    char pattern[] = "/tmp/vedette-config-XXXXXX";
    UniqueFd fd(::mkstemp(pattern));
    path_ = pattern;
    REQUIRE(write_file_atomically(path_, text));
  }
  ~ConfigFile() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

TEST_SUITE("config/config") {
  TEST_CASE("every option of the table can be set by its name to its own default") {
    for (const OptionInfo& option : options()) {
      Config config;
      CAPTURE(option.name);
      const std::string value = option.initial.empty() ? "x" : option.initial;
      CHECK(set_option(config, option.name, value));
    }
  }

  TEST_CASE("a file sets what it names and leaves the rest") {
    const ConfigFile file("threats_max: 100\ninputs: [/a.log, /b.log]\nfrom_start: yes\n");
    Config config;
    REQUIRE(read_config(file.path(), config));
    CHECK(config.threats_max == 100);
    CHECK(config.inputs == std::vector<std::string>{"/a.log", "/b.log"});
    CHECK(config.from_start);
    CHECK(config.listen == "127.0.0.1:8420");
  }

  TEST_CASE("an empty file is a configuration") {
    const ConfigFile file("# nothing\n");
    Config config;
    CHECK(read_config(file.path(), config));
  }

  TEST_CASE("what is wrong is said with file and line") {
    const struct {
      const char* text;
      Errc code;
      const char* line;
    } cases[] = {
        {"listen: off\nlanse: 3\n", Errc::ConfigValue, ":2: "},
        {"lanes: 65\n", Errc::ConfigValue, ":1: "},
        {"lanes: many\n", Errc::ConfigValue, ":1: "},
        {"from_start: perhaps\n", Errc::ConfigValue, ":1: "},
        {"state: {a: b}\n", Errc::ConfigSyntax, ":1: "},
        {"- a\n- b\n", Errc::ConfigSyntax, ":1: "},
        {"a: [1, 2\n", Errc::ConfigSyntax, ":"},
    };
    for (const auto& one : cases) {
      CAPTURE(one.text);
      const ConfigFile file(one.text);
      Config config;
      const auto read = read_config(file.path(), config);
      REQUIRE_FALSE(read);
      CHECK(read.error().code == one.code);
      CHECK(read.error().detail.starts_with(file.path() + one.line));
    }
  }

  TEST_CASE("a missing file is an error of the machine, not of its syntax") {
    Config config;
    const auto read = read_config("/nonexistent/vedette.yaml", config);
    REQUIRE_FALSE(read);
    CHECK(read.error().code == Errc::FileOpen);
  }
}

}  // namespace vedette::config
