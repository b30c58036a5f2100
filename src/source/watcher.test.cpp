#include "source/watcher.h"

#include "source/testing.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <fcntl.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

bool called(Watcher& watcher, Watcher::Owner owner) {
  std::vector<Watcher::Call> calls;
  CHECK(watcher.collect(calls));
  return std::ranges::any_of(calls, [&](const Watcher::Call& call) { return call.owner == owner; });
}

}  // namespace

TEST_SUITE("source/watcher") {
  TEST_CASE("owners are told of their own names only") {
    Directory d;
    Watcher watcher(10);
    CHECK(watcher.watch_name(d.path(), "log", 1) == 0);
    CHECK(watcher.watch_name(d.path(), "other", 2) == 0);
    write(d / "log", "");
    CHECK(called(watcher, 1));
    write(d / "third", "");
    CHECK_FALSE(called(watcher, 1));
    rename(d / "third", d / "other");
    std::vector<Watcher::Call> calls;
    watcher.collect(calls);
    REQUIRE(calls.size() == 1);
    CHECK(calls[0].owner == 2);
    CHECK_FALSE(calls[0].names_lost);
  }

  TEST_CASE("an open file is watched through renames, until its owner lets go") {
    Directory d;
    write(d / "log", "1\n");
    Watcher watcher(10);
    UniqueFd file(::open((d / "log").c_str(), O_RDONLY));
    const int handle = watcher.watch_file(file.get(), 7);
    REQUIRE(handle != Watcher::kNone);
    append(d / "log", "2\n");
    CHECK(called(watcher, 7));
    rename(d / "log", d / "log.1");
    CHECK(called(watcher, 7));
    append(d / "log.1", "3\n");
    CHECK(called(watcher, 7));
    watcher.unwatch_file(handle, 7);
    append(d / "log.1", "4\n");
    CHECK_FALSE(called(watcher, 7));
  }

  TEST_CASE("who watches a file twice is told until both claims are given back") {
    Directory d;
    write(d / "log", "1\n");
    Watcher watcher(10);
    UniqueFd file(::open((d / "log").c_str(), O_RDONLY));
    const int handle = watcher.watch_file(file.get(), 7);
    CHECK(watcher.watch_file(file.get(), 7) == handle);
    watcher.unwatch_file(handle, 7);
    append(d / "log", "2\n");
    CHECK(called(watcher, 7));
    watcher.unwatch_file(handle, 7);
    append(d / "log", "3\n");
    CHECK_FALSE(called(watcher, 7));
  }

  TEST_CASE("two owners of one file: one lets go, the other is still told") {
    Directory d;
    write(d / "log", "");
    Watcher watcher(10);
    UniqueFd file(::open((d / "log").c_str(), O_RDONLY));
    const int first = watcher.watch_file(file.get(), 1);
    const int second = watcher.watch_file(file.get(), 2);
    CHECK(first == second);
    watcher.unwatch_file(first, 1);
    append(d / "log", "x");
    CHECK(called(watcher, 2));
  }

  TEST_CASE("when a directory goes away its owners have to watch again") {
    Directory d;
    Watcher watcher(10);
    for (const bool removed : {true, false}) {
      std::filesystem::create_directory(d / "logs");
      CHECK(watcher.watch_name(d / "logs", "log", 1) == 0);
      if (removed) {
        std::filesystem::remove(d / "logs");
      } else {
        rename(d / "logs", d / "gone");
      }
      std::vector<Watcher::Call> calls;
      watcher.collect(calls);
      CHECK(std::ranges::any_of(calls, [](const Watcher::Call& call) { return call.names_lost; }));
    }
    write(d / "gone/log", "");
    CHECK_FALSE(called(watcher, 1));
  }

  TEST_CASE("what cannot be watched is said") {
    Directory d;
    Watcher watcher(1);
    CHECK(watcher.watch_name(d / "absent", "log", 1) == ENOENT);
    CHECK(watcher.watch_name(d.path(), "log", 1) == 0);
    write(d / "log", "");
    UniqueFd file(::open((d / "log").c_str(), O_RDONLY));
    CHECK(watcher.watch_file(file.get(), 1) == Watcher::kNone);
    Watcher none(0);
    CHECK(none.watch_name(d.path(), "log", 1) == ENOSPC);
    std::vector<Watcher::Call> calls;
    CHECK(none.collect(calls));
    CHECK(calls.empty());
  }
}
