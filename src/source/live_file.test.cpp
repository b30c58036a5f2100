#include "source/live_file.h"

#include "source/testing.h"

#include <doctest/doctest.h>

#include <fcntl.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

LiveFile open(const std::string& path) {
  return LiveFile(UniqueFd(::open(path.c_str(), O_RDONLY)), {}, {});
}

Lines read(LiveFile& file, LiveFile::Outcome expected = LiveFile::Outcome::AtEnd) {
  RawBatch batch;
  LiveFile::Outcome outcome;
  while ((outcome = file.read(batch)) == LiveFile::Outcome::Read) file.take(batch, 0, Time{});
  CHECK((outcome == expected));
  Lines lines;
  split(batch, lines);
  return lines;
}

}  // namespace

TEST_SUITE("source/live_file") {
  TEST_CASE("the fingerprint grows with what was read") {
    Directory d;
    write(d / "log", "one\n");
    LiveFile file = open(d / "log");
    CHECK(file.is_doubtful());
    CHECK(read(file) == Lines{"one"});
    CHECK((file.head() == fingerprint("one\n")));
    append(d / "log", std::string(2000, 'x') + "\n");
    CHECK(read(file).size() == 1);
    CHECK(file.head().length == kHeadBytes);
    CHECK_FALSE(file.is_doubtful());
  }

  TEST_CASE("other content in the same file is noticed, however long it is") {
    const std::string first = "Jan  1 00:00:01 first line\nJan  1 00:00:02 second line\n";
    const std::string head(2000, 'h');
    const struct {
      std::string before, after;
    } cases[] = {
        {first, ""},
        {first, "Jan  1 00:00:01 first"},
        {first, "Jan  1 00:00:01 first line\nJan  1 00:00:02 another line\n"},
        {first, "Jan  1 00:00:03 third line\nJan  1 00:00:04 fourth line, longer than before\n"},
        {head + "\none\n", head + "\ntwo\nthree\nfour\n"},  // the difference is behind the head
    };
    for (const auto& one : cases) {
      CAPTURE(one.after);
      Directory d;
      write(d / "log", one.before);
      LiveFile file = open(d / "log");
      read(file);
      const std::uint64_t offset = file.cutter().offset();
      write(d / "log", one.after);
      CHECK(read(file, LiveFile::Outcome::Replaced).empty());
      CHECK(file.cutter().offset() == offset);
    }
  }

  TEST_CASE("what was read but not taken is read again") {
    Directory d;
    write(d / "log", "one\n");
    LiveFile file = open(d / "log");
    RawBatch batch;
    CHECK((file.read(batch) == LiveFile::Outcome::Read));
    CHECK(batch.empty());
    CHECK(read(file) == Lines{"one"});
  }

  TEST_CASE("a removed file is known to be so") {
    Directory d;
    write(d / "log", "one\n");
    LiveFile file = open(d / "log");
    read(file);
    CHECK_FALSE(file.is_removed());
    remove(d / "log");
    read(file);
    CHECK(file.is_removed());
  }
}
