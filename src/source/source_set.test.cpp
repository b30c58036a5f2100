#include "source/source_set.h"

#include "base/file.h"
#include "source/ingest_testing.h"
#include "source/testing.h"

#include <doctest/doctest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <fcntl.h>
#include <thread>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

constexpr std::chrono::milliseconds kPatience(10'000);  // never reached unless something is broken

struct Scanned {
  Lines lines;
  std::vector<SourceReport> reports;
  std::vector<Error> problems;
};

Scanned scan(const std::vector<std::string>& paths) {
  const ManualClock clock{Time{std::chrono::seconds(2'000'000'000)}};
  SourceSet sources({}, clock);
  sources.add_inputs(paths);
  Scanned out;
  RawBatch batch;
  ReadStatus status;
  while ((status = sources.read(batch, kPatience)) == ReadStatus::Filled) split(batch, out.lines);
  CHECK((status == ReadStatus::Ended));
  out.reports = sources.reports();
  for (const auto& report : out.reports) {
    for (const Error& problem : report.problems) out.problems.push_back(problem);
  }
  return out;
}

void set_modified(const std::string& path, std::int64_t seconds) {
  const timespec times[2] = {{seconds, 0}, {seconds, 0}};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
}

/// Makes another file this process's standard input for a while.
class StandardInput {
 public:
  explicit StandardInput(int fd) : saved_(::dup(0)) {
    ::dup2(fd, 0);
    ::close(fd);
  }
  ~StandardInput() {
    ::dup2(saved_, 0);
    ::close(saved_);
  }

 private:
  int saved_;
};

}  // namespace

TEST_SUITE("source/source_set") {
  TEST_CASE("a rotated set is read oldest first, packed or not") {
    Directory d;
    write(d / "auth.log", "5\n");
    write(d / "auth.log.1", "4\n");
    write(d / "auth.log.2.gz", gzip("3\n"));
    write(d / "auth.log.3.zst", zstd("2\n"));
    write(d / "auth.log.10.gz", gzip("0\n") + gzip("1\n"));
    CHECK(scan({d / "auth.log*"}).lines == Lines{"0", "1", "2", "3", "4", "5"});
    CHECK(scan({d / "auth.log", d / "auth.log.1", d / "auth.log.2.gz"}).lines ==
          Lines{"3", "4", "5"});
  }

  TEST_CASE("the content tells what is packed, not the name") {
    Directory d;
    write(d / "plain.gz", "text\n");
    write(d / "packed", gzip("unpacked\n"));
    const auto scanned = scan({d / "plain.gz", d / "packed"});
    CHECK(scanned.lines == Lines{"text", "unpacked"});
    CHECK(scanned.problems.empty());
  }

  TEST_CASE("reports say how much of each file was read, as it lies on disk") {
    Directory d;
    const std::string packed = gzip(std::string(100'000, 'x') + "\n");
    write(d / "a.gz", packed);
    write(d / "b", "12345\n");
    const auto scanned = scan({d / "a.gz", d / "b"});
    REQUIRE(scanned.reports.size() == 2);
    CHECK(scanned.reports[0].name == d / "a.gz");
    CHECK(scanned.reports[0].bytes_read == packed.size());
    CHECK(scanned.reports[0].bytes_total == packed.size());
    CHECK(scanned.reports[0].ended);
    CHECK(scanned.reports[1].bytes_read == 6);
  }

  TEST_CASE("truncated gzip gives what could be unpacked, and a problem; the rest goes on") {
    Directory d;
    const std::string packed = gzip("one\ntwo\nthree\n");
    write(d / "a.gz", packed.substr(0, packed.size() - 8 - 4));
    write(d / "b", "four\n");
    const auto scanned = scan({d / "a.gz", d / "b"});
    CHECK(scanned.lines == Lines{"one", "two", "th", "four"});
    REQUIRE(scanned.problems.size() == 1);
    CHECK((scanned.problems[0].code == Errc::InputDamaged));
    CHECK(scanned.problems[0].detail.find("a.gz") != std::string::npos);
  }

  TEST_CASE("what cannot be read is a problem with its reason, and the rest goes on") {
    Directory d;
    write(d / "good", "good\n");
    write(d / "a.bz2", "BZh91AY&SY");
    ::mkdir((d / "folder").c_str(), 0755);
    const auto scanned =
        scan({d / "absent", d / "folder", d / "a.bz2", d / "no*match", d / "good"});
    CHECK(scanned.lines == Lines{"good"});
    REQUIRE(scanned.problems.size() == 4);
    CHECK((scanned.problems[0].code == Errc::FileOpen));
    CHECK((scanned.problems[1].code == Errc::InputKind));
    CHECK((scanned.problems[2].code == Errc::InputKind));
    CHECK(scanned.problems[2].detail.find("bzip2") != std::string::npos);
    CHECK((scanned.problems[3].code == Errc::FileOpen));
    for (const auto& report : scanned.reports) CHECK(report.ended);
  }

  TEST_CASE("a file without permission is a problem") {
    if (::geteuid() == 0) {
      MESSAGE("skipped: root may read everything");
      return;
    }
    Directory d;
    write(d / "secret", "x\n");
    ::chmod((d / "secret").c_str(), 0);
    const auto scanned = scan({d / "secret"});
    REQUIRE(scanned.problems.size() == 1);
    CHECK((scanned.problems[0].code == Errc::FileOpen));
  }

  TEST_CASE("one file under two names is read once, and log.1.gz beside its log.1 not at all") {
    Directory d;
    write(d / "log", "b\n");
    write(d / "log.1", "a\n");
    write(d / "log.1.gz", gzip("a\n").substr(0, 14));
    REQUIRE(::symlink("log", (d / "current").c_str()) == 0);
    const auto scanned = scan({d / "log", d / "current", d / "log.1", d / "log.1.gz", d / "log"});
    CHECK(scanned.lines == Lines{"a", "b"});
    CHECK(scanned.problems.empty());

    write(d / "log.1.gz", gzip("before\n"));
    CHECK(scan({d / "log.1", d / "log.1.gz"}).lines == Lines{"before", "a"});
  }

  TEST_CASE("a name with brackets that exists is no pattern") {
    Directory d;
    write(d / "log[1]", "a\n");
    write(d / "log1", "b\n");
    CHECK(scan({d / "log[1]"}).lines == Lines{"a"});
    CHECK(scan({d / "log[12]"}).lines == Lines{"b"});
  }

  TEST_CASE("chunks carry their source, a true offset, and the time their file was written") {
    Directory d;
    write(d / "a", "one\ntwo\n");
    set_modified(d / "a", 1'500'000'000);
    write(d / "b.gz", gzip("three\n", 1'400'000'000));
    const ManualClock clock{Time{std::chrono::seconds(2'000'000'000)}};
    SourceSet sources({}, clock);
    sources.add_inputs({d / "a", d / "b.gz"});
    RawBatch batch;
    REQUIRE((sources.read(batch, kPatience) == ReadStatus::Filled));
    REQUIRE(batch.chunks().size() == 2);
    CHECK(sources.name(batch.chunks()[0].source) == d / "a");
    CHECK((batch.chunks()[0].written_by == Time{std::chrono::seconds(1'500'000'000)}));
    CHECK(sources.name(batch.chunks()[1].source) == d / "b.gz");
    CHECK((batch.chunks()[1].written_by == Time{std::chrono::seconds(1'400'000'000)}));
    CHECK(batch.chunks()[1].offset == 0);
  }

  TEST_CASE("lines of 100 MB are cut and counted, and what follows is at its true offset") {
    Directory d;
    const std::size_t huge = 100'000'000;
    write(d / "a", std::string(huge, 'x') + "\nlast\n");
    const SystemClock clock;
    SourceSet sources({}, clock);
    sources.add_inputs({d / "a"});
    RawBatch batch;
    Lines lines;
    std::uint32_t truncated = 0;
    std::uint64_t last_offset = 0;
    while (sources.read(batch, kPatience) == ReadStatus::Filled) {
      split(batch, lines);
      for (const Chunk& chunk : batch.chunks()) {
        truncated += chunk.truncated;
        last_offset = chunk.offset;
      }
    }
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].size() == kLineBytesMax);
    CHECK(lines[1] == "last");
    CHECK(truncated == 1);
    CHECK(last_offset == huge + 1);
  }

  TEST_CASE("standard input is read as it comes, also when it is packed") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const std::string packed = gzip("one\ntwo\n");
    std::thread writer([&] {
      for (const char c : packed) REQUIRE(::write(ends[1], &c, 1) == 1);
      ::close(ends[1]);
    });
    StandardInput standard(ends[0]);
    const auto scanned = scan({"-"});
    writer.join();
    CHECK(scanned.lines == Lines{"one", "two"});
    CHECK(scanned.reports[0].name == "-");
  }

  TEST_CASE("lines come out of a pipe while it is still open") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    StandardInput standard(ends[0]);
    const ManualClock clock{Time{std::chrono::seconds(1'600'000'000)}};
    SourceSet sources({}, clock);
    sources.add_inputs({"-"});
    RawBatch batch;
    CHECK((sources.read(batch, std::chrono::milliseconds(0)) == ReadStatus::Idle));
    REQUIRE(::write(ends[1], "one\ntw", 6) == 6);
    REQUIRE((sources.read(batch, kPatience) == ReadStatus::Filled));
    CHECK(batch.bytes(batch.chunks()[0]) == "one\n");
    CHECK((batch.chunks()[0].written_by == clock.now()));
    CHECK((sources.read(batch, std::chrono::milliseconds(0)) == ReadStatus::Idle));
    REQUIRE(::write(ends[1], "o", 1) == 1);
    ::close(ends[1]);
    REQUIRE((sources.read(batch, kPatience) == ReadStatus::Filled));
    CHECK(batch.bytes(batch.chunks()[0]) == "two");
    CHECK((sources.read(batch, kPatience) == ReadStatus::Ended));
  }

  TEST_CASE("a descriptor of a finished process substitution is read to its end") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    REQUIRE(::write(ends[1], "a\n", 2) == 2);
    ::close(ends[1]);
    CHECK(scan({"/dev/fd/" + std::to_string(ends[0])}).lines == Lines{"a"});
    ::close(ends[0]);
  }

  TEST_CASE("scanned files are open one at a time") {
    Directory d;
    std::vector<std::string> paths;
    for (int i = 0; i < 100; ++i) {
      paths.push_back(d / ("f" + std::to_string(i)));
      write(paths.back(), std::to_string(i) + "\n");
    }
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit few{.rlim_cur = 40, .rlim_max = before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    const auto scanned = scan(paths);
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(scanned.lines.size() == 100);
    CHECK(scanned.problems.empty());
  }

  TEST_CASE("no source can starve the others") {
    Directory d;
    const SystemClock clock;
    std::string lines;
    for (int i = 0; i < 200'000; ++i) lines += "a line of the busy source\n";
    write(d / "busy", lines);
    write(d / "quiet", "quiet\n");
    SourceSet sources({}, clock);
    sources.follow(d / "busy", true);
    sources.follow(d / "quiet", true);
    RawBatch batch;
    int batches = 0;
    bool seen = false;
    while (!seen && sources.read(batch, kPatience) == ReadStatus::Filled) {
      ++batches;
      for (const Chunk& chunk : batch.chunks()) seen = seen || chunk.source == 1;
    }
    CHECK(seen);
    CHECK(batches <= 2);
  }

  TEST_CASE(
      "when descriptors run out, rotated files give theirs to the new ones, and it is said once") {
    Directory d;
    const SystemClock clock;
    SourceSet sources({}, clock);
    const auto path = [&](int i) { return d / ("log" + std::to_string(i)); };
    for (int i = 0; i < 30; ++i) {
      write(path(i), "old\n");
      sources.follow(path(i), true);
    }
    CHECK(read_all(sources).size() == 30);
    const UniqueFd highest(::open("/", O_PATH));
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
    const rlimit few{.rlim_cur = static_cast<rlim_t>(highest.get()) + 10,
                     .rlim_max = before.rlim_max};
    for (int i = 0; i < 30; ++i) {
      rename(path(i), path(i) + ".1");
      write(path(i), "new\n");
    }
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &few) == 0);
    RawBatch batch;
    Lines lines;
    const double deadline = monotonic_seconds() + 10;
    while (lines.size() < 30 && monotonic_seconds() < deadline) {
      sources.read(batch, std::chrono::milliseconds(100));
      split(batch, lines);
    }
    REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
    CHECK(lines == Lines(30, "new"));
    std::size_t problems = 0;
    for (const auto& report : sources.reports()) problems += report.problems.size();
    CHECK(problems == 1);
  }

  TEST_CASE("stop wakes a reader that waits, from another thread") {
    Directory d;
    const SystemClock clock;
    SourceSet sources({}, clock);
    sources.follow(d / "absent", true);
    std::thread stopper([&] { sources.stop(); });
    RawBatch batch;
    ReadStatus status;
    do {
      status = sources.read(batch, kPatience);
    } while (status == ReadStatus::Filled);
    CHECK((status == ReadStatus::Stopped));
    CHECK(sources.stopped());
    stopper.join();
  }

  TEST_CASE("a written line wakes a reader that waits") {
    Directory d;
    write(d / "log", "");
    const SystemClock clock;
    SourceSet sources({}, clock);
    sources.follow(d / "log", true);
    RawBatch batch;
    CHECK((sources.read(batch, std::chrono::milliseconds(0)) == ReadStatus::Idle));
    std::thread writer([&] { append(d / "log", "line\n"); });
    CHECK((sources.read(batch, kPatience) == ReadStatus::Filled));
    writer.join();
  }

  TEST_CASE("what clients send is a source like any other, beside a file that never rests") {
    Directory d;
    const auto journal = open_ingest(d / "ingest", {.segment_bytes = 4096});
    write(d / "log", std::string(4'000'000, '\n'));
    const ManualClock clock{Time{std::chrono::seconds(2'000'000'000)}};
    SourceSet sources({}, clock);
    sources.follow(d / "log", true);
    sources.attach(*journal);
    CHECK(sources.name(1) == "http");
    RawBatch batch;
    REQUIRE((sources.read(batch, kPatience) == ReadStatus::Filled));
    REQUIRE(store(*journal, "from a client\n"));
    bool found = false;
    for (int reads = 0; reads < 3 && !found; ++reads) {
      REQUIRE((sources.read(batch, kPatience) == ReadStatus::Filled));
      for (const Chunk& chunk : batch.chunks()) found = found || chunk.source == 1;
    }
    CHECK(found);
    CHECK(sources.reports()[1].bytes_read == 14);
  }

  TEST_CASE("a batch of a client wakes a reader that waits") {
    Directory d;
    const auto journal = open_ingest(d / "ingest");
    const ManualClock clock{Time{std::chrono::seconds(2'000'000'000)}};
    SourceSet sources({.poll = kPatience}, clock);
    sources.attach(*journal);
    RawBatch batch;
    REQUIRE((sources.read(batch, std::chrono::milliseconds(0)) == ReadStatus::Idle));
    for (int i = 0; i < 20; ++i) {
      std::thread client([&] { VD_ASSERT(store(*journal, "line\n")); });
      CHECK((sources.read(batch, kPatience) == ReadStatus::Filled));
      client.join();
    }
  }

  TEST_CASE("segments of clients' lines go when their positions are committed, not before") {
    Directory d;
    const ManualClock clock{Time{std::chrono::seconds(2'000'000'000)}};
    std::vector<SourcePosition> positions;
    {
      const auto journal = open_ingest(d / "ingest", {.segment_bytes = 4096});
      SourceSet sources({}, clock);
      sources.attach(*journal);
      for (int i = 0; i < 4; ++i) REQUIRE(store(*journal, std::string(3000, 'a') + "\n"));
      CHECK(read_all(sources).size() == 4);
      positions = sources.positions();
      REQUIRE(store(*journal, "not committed\n"));
      CHECK(read_all(sources).size() == 1);
      CHECK(journal->counts().segments == 4);
      sources.committed(positions);
      CHECK(journal->counts().segments == 2);
    }
    const auto journal = open_ingest(d / "ingest", {.segment_bytes = 4096});
    SourceSet sources({}, clock);
    sources.attach(*journal);
    sources.restore(positions);
    CHECK(read_all(sources) == Lines{"not committed"});
  }
}
