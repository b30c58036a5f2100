#include "store/event_log.h"

#include "base/hash.h"
#include "store/testing.h"

#include <fmt/core.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <unistd.h>

namespace vedette::store {
namespace {

using Lines = std::vector<std::string>;
namespace fs = std::filesystem;

constexpr Time kNoon{std::chrono::seconds{1772366400}};  // 2026-03-01T12:00:00Z
constexpr auto kDay = std::chrono::hours(24);

void append(EventLog& log, std::uint64_t barrier, std::string_view lines, Time received = kNoon) {
  const EventChunk chunk{"/var/log/auth.log", 0, received, lines};
  REQUIRE(log.append(barrier, received, received, received, {&chunk, 1}));
}

Lines oldest_first(EventLog& log) {
  return read_all(log, {.order = EventOrder::OldestFirst});
}

Lines files_in(const std::string& directory) {
  Lines names;
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() == ".db") names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Text that does not shrink much.
std::string noise(std::size_t bytes, std::uint64_t seed) {
  std::string text;
  while (text.size() < bytes) text += fmt::format("{:x}\n", seed = mix64(seed + 1));
  return text;
}

TEST_SUITE("store/event_log") {
  TEST_CASE("what was appended is read again, also after the log was opened anew") {
    const TemporaryDirectory directory;
    {
      const auto log = open_log(directory.path, 0);
      append(*log, 1, "one\ntwo\n");
      append(*log, 2, "three");
      append(*log, 3, "");
      CHECK(oldest_first(*log) == Lines{"one", "two", "three"});
      CHECK(read_all(*log) == Lines{"three", "two", "one"});
    }
    const auto log = open_log(directory.path, 3);
    append(*log, 4, "four\n");
    CHECK(oldest_first(*log) == Lines{"one", "two", "three", "four"});
    CHECK(log->totals().lines == 4);
    CHECK(files_in(directory.path) == Lines{"events-20260301-00000.db"});
  }

  TEST_CASE("hostile lines come back byte for byte") {
    const TemporaryDirectory directory;
    const auto log = open_log(directory.path, 0);
    const Lines lines = {std::string("\0\0\xFF\xFE\r", 5), "",
                         std::string(64 * 1024, '\xC3'),   "'; DROP TABLE block; --",
                         std::string(300 * 1024, ':'),     "no end"};
    std::string all;
    for (const std::string& line : lines) all += line + '\n';
    all.pop_back();
    append(*log, 1, all);
    CHECK(oldest_first(*log) == lines);
  }

  TEST_CASE("barriers after the last commit are gone when the log is opened") {
    const TemporaryDirectory directory;
    {
      const auto log = open_log(directory.path, 0);
      append(*log, 1, "one\n");
      append(*log, 2, "two\n");
      append(*log, 3, "three\n", kNoon + kDay);
    }
    const auto log = open_log(directory.path, 1);
    CHECK(oldest_first(*log) == Lines{"one"});
    append(*log, 2, "two again\n");
    CHECK(oldest_first(*log) == Lines{"one", "two again"});
  }

  TEST_CASE("a barrier that is appended again is there once") {
    const TemporaryDirectory directory;
    const auto log = open_log(directory.path, 0);
    append(*log, 1, "one\n");
    append(*log, 1, "one\n");
    append(*log, 2, "two\n");
    CHECK(oldest_first(*log) == Lines{"one", "two"});
  }

  TEST_CASE(
      "a process killed between append and commit leaves the barrier whole, to be rolled back") {
    const TemporaryDirectory directory;
    const pid_t child = ::fork();
    if (child == 0) {
      auto log = EventLog::open(directory.path, {}, 0);
      const EventChunk chunk{"s", 0, kNoon, "one\n"}, later{"s", 4, kNoon, "two\n"};
      if (log && (*log)->append(1, kNoon, kNoon, kNoon, {&chunk, 1}) &&
          (*log)->append(2, kNoon, kNoon, kNoon, {&later, 1})) {
        ::kill(::getpid(), SIGKILL);
      }
      ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    SUBCASE("the commit happened") {
      CHECK(oldest_first(*open_log(directory.path, 2)) == Lines{"one", "two"});
    }
    SUBCASE("it did not") {
      CHECK(oldest_first(*open_log(directory.path, 1)) == Lines{"one"});
    }
  }

  TEST_CASE("each day of reception is a file, whatever the lines say") {
    const TemporaryDirectory directory;
    const auto log = open_log(directory.path, 0);
    append(*log, 1, "2099-01-01T00:00:00Z host x: one\n");
    append(*log, 2, "two\n", kNoon + 3 * kDay);
    append(*log, 3, "late\n", kNoon - std::chrono::hours(1));
    CHECK(files_in(directory.path) ==
          Lines{"events-20260301-00000.db", "events-20260304-00000.db"});
    CHECK(read_all(*log) == Lines{"two", "late", "2099-01-01T00:00:00Z host x: one"});
  }

  TEST_CASE("days beyond the retention go with their files") {
    const TemporaryDirectory directory;
    const auto log = open_log(directory.path, 0, {.days_max = 3});
    for (int day = 0; day < 5; ++day) {
      append(*log, static_cast<std::uint64_t>(day) + 1, fmt::format("day {}\n", day),
             kNoon + day * kDay);
    }
    const auto expired = log->expire(kNoon + 4 * kDay);
    REQUIRE(expired);
    CHECK(expired->files == 2);
    CHECK(expired->bytes > 0);
    CHECK(oldest_first(*log) == Lines{"day 2", "day 3", "day 4"});
    CHECK(log->expire(kNoon + 4 * kDay)->files == 0);
    CHECK(log->expire(kNoon + 40 * kDay)->files == 3);
    CHECK(fs::is_empty(directory.path));
    append(*log, 6, "day 40\n", kNoon + 40 * kDay);
    CHECK(oldest_first(*log) == Lines{"day 40"});
  }

  TEST_CASE("the oldest parts of a day go when the bytes are too many") {
    const TemporaryDirectory directory;
    const std::uint64_t bytes_max = 2 * 1024 * 1024;
    const auto log = open_log(directory.path, 0, {.bytes_max = bytes_max});
    for (std::uint64_t barrier = 1; barrier <= 40; ++barrier) {
      append(*log, barrier, fmt::format("barrier {}\n", barrier) + noise(200'000, barrier));
    }
    REQUIRE(files_in(directory.path).size() > 8);
    CHECK(log->totals().bytes > bytes_max);
    const auto expired = log->expire(kNoon);
    REQUIRE(expired);
    CHECK(expired->files > 0);
    CHECK(log->totals().bytes <= bytes_max);
    CHECK(log->totals().bytes > bytes_max / 2);
    const Lines left = oldest_first(*log);
    CHECK(std::count(left.begin(), left.end(), "barrier 1") == 0);
    CHECK(std::count(left.begin(), left.end(), "barrier 40") == 1);
  }

  TEST_CASE("small blocks of files no longer written become large ones with the same lines") {
    const TemporaryDirectory directory;
    auto log = open_log(directory.path, 0);
    Lines all;
    for (std::uint64_t barrier = 1; barrier <= 300; ++barrier) {
      all.push_back(fmt::format("line {} from 203.0.113.{}", barrier, barrier % 200));
      const std::string large = barrier == 100 ? noise(100'000, 7) : "";
      append(*log, barrier, large + all.back() + "\n");
    }
    CHECK_FALSE(*log->compact_some());  // the file is being written
    append(*log, 301, "another day\n", kNoon + kDay);
    append(*log, 302, "and another\n", kNoon + 2 * kDay);
    const Lines before = oldest_first(*log);
    while (*log->compact_some()) continue;
    CHECK(oldest_first(*log) == before);
    EventReader reader(*log, {}, kNewestPlace);
    while (reader.step() != EventReader::Step::End) continue;
    CHECK(reader.blocks_read() <= 6);
    log = open_log(directory.path, 302);
    CHECK(oldest_first(*log) == before);
    CHECK(log->totals().lines == before.size());
  }

  TEST_CASE("a barrier that may yet be rolled back is merged with no other") {
    const TemporaryDirectory directory;
    auto log = open_log(directory.path, 0);
    append(*log, 1, "one\n");
    append(*log, 2, "two\n");
    append(*log, 3, "",
           kNoon + kDay);  // without lines, so the file before is still the written one
    while (*log->compact_some()) continue;
    log = open_log(directory.path, 1);
    CHECK(oldest_first(*log) == Lines{"one"});
  }

  TEST_CASE("a damaged file is reported and passed over, and the next barrier gets another") {
    const TemporaryDirectory directory;
    {
      const auto log = open_log(directory.path, 0);
      append(*log, 1, "one\n");
      append(*log, 2, "two\n", kNoon + kDay);
    }
    std::ofstream(directory.path + "/events-20260302-00000.db", std::ios::trunc) << "no database";
    std::ofstream(directory.path + "/events-20260230-00000.db") << "no day of ours";
    const auto log = open_log(directory.path, 2);
    REQUIRE(log->problems().size() == 1);
    CHECK(log->problems()[0].code == Errc::StoreDamaged);
    CHECK(log->totals().damaged == 1);
    append(*log, 3, "three\n", kNoon + kDay);
    CHECK(oldest_first(*log) == Lines{"one", "three"});
    EventReader reader(*log, {}, kNewestPlace);
    while (reader.step() != EventReader::Step::End) continue;
    CHECK(reader.damaged() == 1);
    while (*log->compact_some()) continue;
    CHECK(log->expire(kNoon + 200 * kDay)->files == 3);
  }

  TEST_CASE("a damaged block costs its own lines only") {
    const TemporaryDirectory directory;
    const auto log = open_log(directory.path, 0);
    for (std::uint64_t barrier = 1; barrier <= 5; ++barrier) {
      append(*log, barrier, fmt::format("line {}\n", barrier));
    }
    append(*log, 6, "x\n", kNoon + kDay);
    append(*log, 7, "y\n", kNoon + kDay);
    {
      auto database =
          Database::open(directory.path + "/events-20260301-00000.db", Database::Access::Create);
      REQUIRE(database);
      REQUIRE((*database)->execute("UPDATE block_bytes SET bytes = x'00' WHERE first_line = 2",
                                   Errc::StoreWrite));
    }
    const Lines left = {"line 1", "line 2", "line 4", "line 5", "x", "y"};
    CHECK(oldest_first(*log) == left);
    while (*log->compact_some()) continue;
    CHECK(oldest_first(*log) == left);
  }

  TEST_CASE("a directory that cannot be made is an error") {
    const TemporaryDirectory directory;
    std::ofstream(directory.path + "/file") << "x";
    const auto log = EventLog::open(directory.path + "/file", {}, 0);
    REQUIRE_FALSE(log);
    CHECK(log.error().code == Errc::StoreOpen);
  }
}

}  // namespace
}  // namespace vedette::store
