#include "source/rotation.h"

#include "source/testing.h"

#include <doctest/doctest.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

using Logs = std::vector<std::vector<std::string>>;

TEST_SUITE("source/rotation") {
  TEST_CASE("the name of a rotated file tells whose it is") {
    struct Case {
      const char* name;
      const char* base;
      Rotated kind;
      bool packed;
    };
    const Case cases[] = {
        {"auth.log", "auth.log", Rotated::Current, false},
        {"auth.log.1", "auth.log", Rotated::ByNumber, false},
        {"auth.log.2.gz", "auth.log", Rotated::ByNumber, true},
        {"auth.log.10.zst", "auth.log", Rotated::ByNumber, true},
        {"messages.0", "messages", Rotated::ByNumber, false},
        {"secure-20240101", "secure", Rotated::ByDate, false},
        {"secure-20240101.gz", "secure", Rotated::ByDate, true},
        {"messages-2024010113", "messages", Rotated::ByDate, false},
        {"messages-20240101-1704067200", "messages", Rotated::ByDate, false},
        {"messages-1704067200", "messages", Rotated::ByDate, false},
        {"0.log.20240101-120000.gz", "0.log", Rotated::ByDate, true},
        {"access-20240101.log", "access.log", Rotated::ByDate, false},
        {"access-20240101.log.gz", "access.log", Rotated::ByDate, true},
        {"access.1.log", "access.log", Rotated::ByNumber, false},
        {"catalina.2024-01-01.log", "catalina.log", Rotated::ByDate, false},
        {"app.2024-01-01.3.log.gz", "app.log", Rotated::ByDate, true},
        {"cowrie.json.2024-01-01", "cowrie.json", Rotated::ByDate, false},
        {"cowrie.json.2018_5_21", "cowrie.json", Rotated::ByDate, false},
        {"app.log.2024-01-01_12-00-00", "app.log", Rotated::ByDate, false},
        {"app.log-2024-01-01T12:00:00", "app.log", Rotated::ByDate, false},
        {"Xorg.0.log.old", "Xorg.0.log", Rotated::Before, false},
        {"auth.log.gz", "auth.log", Rotated::Before, true},
        {"Xorg.0.log", "Xorg.0.log", Rotated::Current, false},
        {"syslog", "syslog", Rotated::Current, false},
        {"access_log", "access_log", Rotated::Current, false},
        {".1", ".1", Rotated::Current, false},
        {"20240101", "20240101", Rotated::Current, false},
        {"secure-20249901", "secure-20249901", Rotated::Current, false},
        {"", "", Rotated::Current, false},
    };
    for (const Case& one : cases) {
      CAPTURE(one.name);
      const SiblingName parsed = parse_sibling(one.name);
      CHECK(parsed.base() == one.base);
      CHECK(parsed.is_of(one.base));
      CHECK((parsed.kind == one.kind));
      CHECK(parsed.packed == one.packed);
    }
  }

  TEST_CASE("a set is put in the order of time, where its first member stood") {
    const std::vector<std::string> given{
        "x/zebra.log",
        "x/auth.log",
        "x/auth.log.1",
        "x/auth.log.10.gz",
        "x/auth.log.2.gz",
        "y/auth.log",
        "x/a-20240102",
        "x/a-20231231.gz",
        "x/a",
        "-",
    };
    const Logs wanted{
        {"x/zebra.log"}, {"x/auth.log.10.gz", "x/auth.log.2.gz", "x/auth.log.1", "x/auth.log"},
        {"y/auth.log"},  {"x/a-20231231.gz", "x/a-20240102", "x/a"},
        {"-"},
    };
    CHECK(oldest_first(given) == wanted);
  }

  TEST_CASE("numbers behind a date, and times of day, are ordered too") {
    CHECK(oldest_first(
              {"a.2024-01-01.2.log", "a.2024-01-01.10.log", "a.2024-01-01.1.log", "a.log"}) ==
          Logs{{"a.2024-01-01.1.log", "a.2024-01-01.2.log", "a.2024-01-01.10.log", "a.log"}});
    CHECK(oldest_first({"l-2024010113", "l-2024010102", "l-20240101", "l.20240102-000001",
                        "l.20240101-235959"}) == Logs{{"l-20240101", "l-2024010102", "l-2024010113",
                                                       "l.20240101-235959", "l.20240102-000001"}});
  }

  TEST_CASE("siblings on disk come oldest first, the file itself last, strangers not at all") {
    Directory directory;
    for (const char* name : {"log", "log.1", "log.2.gz", "log-20200101", "catalog", "log.d", "log2",
                             "other.1", "log.1.swp"}) {
      write(directory / name, name);
    }
    Directories directories;
    std::vector<std::string> names;
    for (const Sibling& sibling : rotated_siblings(directory / "log", directories)) {
      names.push_back(sibling.path.substr(directory.path().size() + 1));
    }
    CHECK(names == std::vector<std::string>{"log.2.gz", "log.1", "log-20200101", "log"});
    CHECK(rotated_siblings(directory / "absent", directories).empty());
    CHECK(rotated_siblings(directory / "no/such/directory", directories).empty());
  }

  TEST_CASE("a symbolic link brings the siblings of its target") {
    Directory directory;
    write(directory / "app-20240101.log", "1");
    write(directory / "app-20240102.log", "2");
    write(directory / "app-20240103.log", "3");
    REQUIRE(::symlink("app-20240102.log", (directory / "current").c_str()) == 0);
    Directories directories;
    const auto siblings = rotated_siblings(directory / "current", directories);
    REQUIRE(siblings.size() == 2);
    CHECK(siblings[0].path.ends_with("/app-20240101.log"));
    CHECK(siblings[1].path == directory / "current");
  }
}
