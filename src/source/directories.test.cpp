#include "source/directories.h"

#include "source/testing.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

TEST_SUITE("source/directories") {
  TEST_CASE("names with a common front are found, and every change is seen at once") {
    Directory d;
    Directories directories;
    CHECK(directories.names(d.path(), "log").empty());
    for (int i = 0; i < 300; ++i) {
      const std::string name = "log." + std::to_string(i);
      write(d / name, "");
      const auto names = directories.names(d.path(), "log");
      REQUIRE(names.size() == static_cast<std::size_t>(i) + 1);
      REQUIRE(directories.names(d.path(), name).front() == name);
    }
    remove(d / "log.7");
    CHECK(directories.names(d.path(), "log.7").size() == 10);
    CHECK(directories.names(d.path(), "la").empty());
  }

  TEST_CASE("a directory that goes away, or is another one now, is listed anew") {
    Directory d;
    Directories directories;
    std::filesystem::create_directory(d / "logs");
    write(d / "logs/a", "");
    CHECK(directories.names(d / "logs", "").size() == 3);  // with . and ..
    rename(d / "logs", d / "old");
    CHECK(directories.names(d / "logs", "").empty());
    std::filesystem::create_directory(d / "logs");
    CHECK(directories.names(d / "logs", "").size() == 2);
  }
}
