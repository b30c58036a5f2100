#include "source/file_tail.h"

#include "source/testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <fcntl.h>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

/// A followed file, and what a process that reads it can do: read, and be started anew.
class TailReader {
 public:
  explicit TailReader(std::string path, bool from_start = true, SourceOptions options = {})
      : path_(std::move(path)), from_start_(from_start), options_(options) {
    start();
  }

  Lines read() { return read_all(*sources_); }
  /// Ends the process and starts another one with what was stored last.
  void restart() {
    const auto positions = sources_->positions();
    stop();
    start();
    sources_->restore(positions);
  }
  void stop() {
    stored_ = sources_->positions();
    sources_.reset();
  }
  void resume() {
    start();
    sources_->restore(stored_);
  }
  const std::vector<Error>& problems() const { return sources_->reports()[0].problems; }
  SourceSet& sources() { return *sources_; }

 private:
  void start() {
    sources_ = std::make_unique<SourceSet>(options_, clock_);
    sources_->follow(path_, from_start_);
  }

  SystemClock clock_;
  std::string path_;
  bool from_start_;
  SourceOptions options_;
  std::unique_ptr<SourceSet> sources_;
  std::vector<SourcePosition> stored_;
};

void copytruncate(const std::string& from, const std::string& to) {
  write(to, slurp(from));
  REQUIRE(::truncate(from.c_str(), 0) == 0);
}

void compress(const std::string& path) {
  write(path + ".gz", gzip(slurp(path)));
  remove(path);
}

}  // namespace

TEST_SUITE("source/file_tail") {
  TEST_CASE("a new file is read from its start or from its end, as asked") {
    Directory d;
    write(d / "log", "old\n");
    write(d / "log.1", "older\n");
    TailReader all(d / "log", true);
    TailReader end(d / "log", false);
    append(d / "log", "new\n");
    CHECK(all.read() == Lines{"old", "new"});
    CHECK(end.read() == Lines{"new"});
  }

  TEST_CASE("beginning at the end keeps a line whole whose first half is there") {
    Directory d;
    write(d / "log", "old\nhalf ");
    TailReader reader(d / "log", false);
    CHECK(reader.read().empty());
    append(d / "log", "line\n");
    CHECK(reader.read() == Lines{"half line"});
  }

  TEST_CASE("a line written in two halves is held until its newline comes") {
    Directory d;
    write(d / "log", "one\ntw");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"one"});
    append(d / "log", "o");
    CHECK(reader.read().empty());
    reader.restart();
    CHECK(reader.read().empty());
    append(d / "log", "\n");
    CHECK(reader.read() == Lines{"two"});
  }

  TEST_CASE("rename and create: the old file is read to its end before the new one begins") {
    Directory d;
    write(d / "log", "1\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    append(d / "log", "2\n");
    rename(d / "log", d / "log.1");
    append(d / "log.1", "3\n");  // its writer has not heard of it yet
    write(d / "log", "4\n");
    CHECK(reader.read() == Lines{"2", "3", "4"});
    append(d / "log", "5\n");
    CHECK(reader.read() == Lines{"5"});
  }

  TEST_CASE(
      "lines of a slow writer in the renamed file come while the new one is still empty, and "
      "after") {
    Directory d;
    write(d / "log", "1\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    rename(d / "log", d / "log.1");
    write(d / "log", "");
    append(d / "log.1", "2\n");
    CHECK(reader.read() == Lines{"2"});
    append(d / "log", "3\n");
    CHECK(reader.read() == Lines{"3"});
    append(d / "log.1", "late\n");
    CHECK(reader.read() == Lines{"late"});
  }

  TEST_CASE("an unterminated line is handed out when its file was rotated away") {
    Directory d;
    write(d / "log", "1\nhalf");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    rename(d / "log", d / "log.1");
    write(d / "log", "");
    CHECK(reader.read().empty());
    append(d / "log", "2\n");
    CHECK(reader.read() == Lines{"half", "2"});
    reader.restart();
    CHECK(reader.read().empty());
  }

  TEST_CASE("copytruncate: the rest is read from the copy, then the file from its start") {
    for (const bool packed : {false, true}) {
      Directory d;
      write(d / "log", "1\n");
      TailReader reader(d / "log");
      CHECK(reader.read() == Lines{"1"});
      append(d / "log", "2\n3");
      copytruncate(d / "log", d / "log.1");
      if (packed) compress(d / "log.1");
      append(d / "log", "4\n");
      CHECK(reader.read() == Lines{"2", "3", "4"});
      append(d / "log", "5\n");
      CHECK(reader.read() == Lines{"5"});
    }
  }

  TEST_CASE("copytruncate is noticed when the file has already grown beyond where we were") {
    Directory d;
    write(d / "log", "1\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    append(d / "log", "2\n");
    copytruncate(d / "log", d / "log.1");
    append(d / "log", "3, and much longer than before\n");
    CHECK(reader.read() == Lines{"2", "3, and much longer than before"});
  }

  TEST_CASE("copytruncate is noticed when the new content begins like the old") {
    Directory d;
    const std::string header(3000, '#');
    write(d / "log", header + "\nold 1\n");
    TailReader reader(d / "log");
    CHECK(reader.read().size() == 2);
    copytruncate(d / "log", d / "log.1");
    append(d / "log", header + "\nnew 1\nnew 2\n");
    CHECK(reader.read() == Lines{header, "new 1", "new 2"});
  }

  TEST_CASE("a file emptied without a copy is read from its start") {
    Directory d;
    write(d / "log", "one\ntwo\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"one", "two"});
    write(d / "log", "three\n");
    CHECK(reader.read() == Lines{"three"});
    write(d / "log", "");
    CHECK(reader.read().empty());
    append(d / "log", "three\n");
    CHECK(reader.read() == Lines{"three"});
  }

  TEST_CASE("a copy that is still being made is no new file") {
    Directory d;
    write(d / "log", "1\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    rename(d / "log", d / "log.2");
    write(d / "log", "2\n3\n");
    write(d / "log.1", "2\n3\n");  // the copy is there, the file is not yet emptied
    CHECK(reader.read() == Lines{"2", "3"});
    append(d / "log.1", "4\n");
    write(d / "log", "");
    CHECK(reader.read() == Lines{"4"});
    append(d / "log", "5\n");
    CHECK(reader.read() == Lines{"5"});
  }

  TEST_CASE("several rotations between two looks lose nothing") {
    Directory d;
    write(d / "log", "1\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    append(d / "log", "2\n");
    rename(d / "log", d / "log.4");
    compress(d / "log.4");
    write(d / "log.3", "3\n");
    compress(d / "log.3");
    write(d / "log.2", "4\n");
    write(d / "log.1", "5\n");
    write(d / "log", "6\n");
    CHECK(reader.read() == Lines{"2", "3", "4", "5", "6"});
    reader.restart();
    CHECK(reader.read().empty());
  }

  TEST_CASE("a file that was empty when last seen may have been copied and emptied meanwhile") {
    Directory d;
    write(d / "log", "");
    TailReader reader(d / "log");
    CHECK(reader.read().empty());
    append(d / "log", "1\n");
    copytruncate(d / "log", d / "log.1");
    append(d / "log", "2\n");
    CHECK(reader.read() == Lines{"1", "2"});
  }

  TEST_CASE("an empty file that got a line and was removed is still read") {
    Directory d;
    write(d / "log", "");
    TailReader reader(d / "log");
    CHECK(reader.read().empty());
    append(d / "log", "1\n");
    remove(d / "log");
    write(d / "log", "2\n");
    CHECK(reader.read() == Lines{"1", "2"});
  }

  TEST_CASE("a file removed and made anew is read from its start, after the rest of the old one") {
    Directory d;
    write(d / "log", "1\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    append(d / "log", "2\n");
    remove(d / "log");
    CHECK(reader.read() == Lines{"2"});
    write(d / "log", "3\n");
    CHECK(reader.read() == Lines{"3"});
  }

  TEST_CASE("a symbolic link that is pointed elsewhere, also over several steps") {
    Directory d;
    write(d / "app-20240101.log", "1\n");
    REQUIRE(::symlink("app-20240101.log", (d / "log").c_str()) == 0);
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    append(d / "app-20240101.log", "2\n");
    write(d / "app-20240102.log", "3\n");
    write(d / "app-20240103.log", "4\n");
    REQUIRE(::symlink("app-20240103.log", (d / "new").c_str()) == 0);
    rename(d / "new", d / "log");
    CHECK(reader.read() == Lines{"2", "3", "4"});
    append(d / "app-20240103.log", "5\n");
    CHECK(reader.read() == Lines{"5"});
  }

  TEST_CASE("a file, or its directory, may appear later") {
    Directory d;
    TailReader reader(d / "deep/er/log", false);
    CHECK(reader.read().empty());
    std::filesystem::create_directories(d / "deep/er");
    CHECK(reader.read().empty());
    write(d / "deep/er/log", "1\n");
    CHECK(reader.read() == Lines{"1"});
    std::filesystem::rename(d / "deep", d / "gone");
    std::filesystem::create_directories(d / "deep/er");
    write(d / "deep/er/log", "2\n");
    CHECK(reader.read() == Lines{"2"});
    append(d / "deep/er/log", "3\n");
    CHECK(reader.read() == Lines{"3"});
  }

  TEST_CASE("without inotify the file is polled, and that is said once") {
    Directory d;
    write(d / "log", "1\n");
    TailReader reader(d / "log", true, {.poll = std::chrono::milliseconds(1), .watches_max = 0});
    CHECK(reader.read() == Lines{"1"});
    append(d / "log", "2\n");
    RawBatch batch;
    REQUIRE((reader.sources().read(batch, std::chrono::seconds(10)) == ReadStatus::Filled));
    CHECK(batch.bytes(batch.chunks()[0]) == "2\n");
    int failed = 0;
    for (const Error& problem : reader.problems()) failed += problem.code == Errc::WatchFailed;
    CHECK(failed >= 1);
    CHECK(reader.problems().size() <= 2);
  }

  TEST_CASE("what cannot be followed is said, and said once") {
    Directory d;
    ::mkdir((d / "folder").c_str(), 0755);
    TailReader reader(d / "folder");
    CHECK(reader.read().empty());
    CHECK(reader.read().empty());
    REQUIRE(reader.problems().size() == 1);
    CHECK((reader.problems()[0].code == Errc::InputKind));
  }

  TEST_CASE("a long line is cut once, also when the process ends in the middle of it") {
    Directory d;
    write(d / "log", "first\n" + std::string(100'000, 'x'));
    TailReader reader(d / "log");
    auto lines = reader.read();
    REQUIRE(lines.size() == 2);
    CHECK(lines[1].size() == kLineBytesMax);
    reader.restart();
    append(d / "log", std::string(100'000, 'x'));
    CHECK(reader.read().empty());
    reader.restart();
    append(d / "log", "xx\nlast\n");
    CHECK(reader.read() == Lines{"last"});
  }

  TEST_CASE("chunks say where they stand and are never from the future") {
    Directory d;
    write(d / "log", "one\n");
    const timespec times[2] = {{1'000'000'000, 0}, {1'000'000'000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, (d / "log").c_str(), times, 0) == 0);
    const ManualClock clock{Time{std::chrono::seconds(1'200'000'000)}};
    SourceSet sources({}, clock);
    sources.follow(d / "log", true);
    RawBatch batch;
    REQUIRE((sources.read(batch, std::chrono::seconds(0)) == ReadStatus::Filled));
    CHECK(batch.chunks()[0].offset == 0);
    CHECK((batch.chunks()[0].written_by == Time{std::chrono::seconds(1'000'000'000)}));
    append(d / "log", "two\n");  // now, which is later than the clock
    REQUIRE((sources.read(batch, std::chrono::seconds(0)) == ReadStatus::Filled));
    CHECK(batch.chunks()[0].offset == 4);
    CHECK((batch.chunks()[0].written_by == clock.now()));
  }

  TEST_CASE("after a restart the file is found again by its content and read on") {
    struct Case {
      const char* what;
      void (*rotate)(const Directory&);
    };
    const Case cases[] = {
        {"not rotated", [](const Directory& d) { append(d / "log", "2\n3\n"); }},
        {"renamed",
         [](const Directory& d) {
           append(d / "log", "2\n");
           rename(d / "log", d / "log.1");
           write(d / "log", "3\n");
         }},
        {"renamed, nothing new yet",
         [](const Directory& d) {
           append(d / "log", "2\n3\n");
           rename(d / "log", d / "log.1");
         }},
        {"packed with gzip",
         [](const Directory& d) {
           append(d / "log", "2\n");
           write(d / "log.1.gz", gzip(slurp(d / "log")));
           remove(d / "log");
           write(d / "log", "3\n");
         }},
        {"packed with zstd, several times, with dates",
         [](const Directory& d) {
           append(d / "log", "2\n");
           write(d / "log-20240101.zst", zstd(slurp(d / "log")));
           write(d / "log-20240102.zst", zstd("3\n"));
           remove(d / "log");
         }},
        {"copied and emptied, twice",
         [](const Directory& d) {
           append(d / "log", "2\n");
           copytruncate(d / "log", d / "log.2");
           append(d / "log", "3\n");
           copytruncate(d / "log", d / "log.1");
         }},
        {"removed and made anew; its rest is gone",
         [](const Directory& d) {
           remove(d / "log");
           write(d / "log", "2\n3\n");
         }},
        {"moved to another disk and back",
         [](const Directory& d) {
           const std::string content = slurp(d / "log");
           write(d / "new", content + "2\n3\n");
           rename(d / "new", d / "log");
         }},
    };
    for (const Case& one : cases) {
      CAPTURE(one.what);
      Directory d;
      write(d / "log.7", "far too old\n");
      write(d / "log", "0\n1\n");
      TailReader reader(d / "log");
      CHECK(reader.read() == Lines{"0", "1"});
      reader.stop();
      one.rotate(d);
      reader.resume();
      CHECK(reader.read() == Lines{"2", "3"});
      reader.restart();
      CHECK(reader.read().empty());
    }
  }

  TEST_CASE("the same inode with other content is another file") {
    Directory d;
    write(d / "log", "old line\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"old line"});
    reader.stop();
    write(d / "log", "new line, longer\n");  // keeps the inode
    reader.resume();
    CHECK(reader.read() == Lines{"new line, longer"});
  }

  TEST_CASE("what was there before the first start is not read after a restart either") {
    Directory d;
    write(d / "log.2.gz", gzip("ancient\n"));
    write(d / "log.1", "old\n");
    TailReader reader(d / "log", false);
    CHECK(reader.read().empty());
    reader.stop();
    rename(d / "log.2.gz", d / "log.3.gz");
    rename(d / "log.1", d / "log.2");
    write(d / "log.1", "1\n");
    write(d / "log", "2\n");
    reader.resume();
    CHECK(reader.read() == Lines{"1", "2"});
  }

  TEST_CASE("more rotations than are remembered, with all that is known gone: the rest is new") {
    Directory d;
    write(d / "log", "1\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    reader.stop();
    write(d / "log", "end\n");
    for (int i = 1; i <= 20; ++i) write(d / fmt::format("log.{}", i), fmt::format("r{}\n", i));
    reader.resume();
    const Lines lines = reader.read();
    REQUIRE(lines.size() == 21);
    CHECK(lines.front() == "r20");
    CHECK(lines.back() == "end");
  }

  TEST_CASE("a damaged packed sibling gives what it has, and a problem") {
    Directory d;
    write(d / "log", "1\n");
    TailReader reader(d / "log");
    CHECK(reader.read() == Lines{"1"});
    rename(d / "log", d / "log.2");
    const std::string packed = gzip("2\n3\n");
    write(d / "log.1.gz", packed.substr(0, packed.size() - 8));
    write(d / "log", "4\n");
    CHECK(reader.read() == Lines{"2", "3", "4"});
    REQUIRE(reader.problems().size() == 1);
    CHECK((reader.problems()[0].code == Errc::InputDamaged));
  }

  TEST_CASE("a position of another version is refused") {
    Directory d;
    Watcher watcher(10);
    const SystemClock clock;
    Directories directories;
    FileTail tail(d / "log", 0, watcher, directories, clock);
    tail.start(true);
    CHECK_FALSE(tail.restore("\x63rubbish"));
    CHECK(tail.restore(tail.position()));
  }
}
