#include "source/ingest_recover.h"

#include "base/log.h"
#include "source/ingest_segment.h"
#include "source/ingest_testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <filesystem>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;

namespace {

/// A journal of three batches in its only segment; where each ends.
std::vector<std::size_t> three_batches(const std::string& directory) {
  const auto journal = open_ingest(directory);
  std::vector<std::size_t> ends;
  for (const char* lines : {"one\n", "two\n", "three\n3\n"}) {
    ends.push_back(store(*journal, lines, lines)->offset);
  }
  return ends;
}

}  // namespace

TEST_SUITE("source/ingest_recover") {
  TEST_CASE("a last batch that is cut at any byte is gone, and all before it are there") {
    const Directory d;
    const std::string path = segment_path(d / "ingest", 1);
    const auto ends = three_batches(d / "ingest");
    const std::string whole = slurp(path);
    log::set_level(log::Level::Warn);
    for (std::size_t bytes = ends[1]; bytes < ends[2]; ++bytes) {
      for (const bool zeros : {false, true}) {
        std::filesystem::remove_all(d / "ingest");
        std::filesystem::create_directory(d / "ingest");
        std::string torn = whole.substr(0, bytes);
        if (zeros) torn.resize(whole.size());  // the length came to the disk before the bytes
        write(path, torn);
        const auto journal = open_ingest(d / "ingest");
        CHECK(journal->recent_ids() == Lines{"one\n", "two\n"});
        CHECK(slurp(path).size() == ends[1]);
        REQUIRE(store(*journal, "three\n3\n", "three\n3\n"));
        CHECK(read_all(*journal) == Lines{"one", "two", "three", "3"});
        CHECK(journal->take_problems().empty());
      }
    }
    log::set_level(log::Level::Info);
  }

  TEST_CASE("a flipped byte costs at most what stands behind it in its segment, and is told") {
    const Directory d;
    const auto ends = three_batches(d / "ingest");
    {
      const auto journal = open_ingest(d / "ingest");
      REQUIRE(store(*journal, "four\n"));
    }
    const std::string path = segment_path(d / "ingest", 1);
    const std::string whole = slurp(path);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
      write(path, damaged);
      const auto journal = open_ingest(d / "ingest");
      const Lines read = read_all(*journal);
      CAPTURE(at);
      REQUIRE_FALSE(read.empty());
      CHECK(read.back() == "four");
      if (at >= ends[0]) CHECK(read.front() == "one");
      if (at >= ends[1]) CHECK(read == Lines{"one", "two", "four"});
      // Length and magic say where the next batch is; all other bytes can be passed over.
      if (at >= 8 && at < ends[0]) CHECK(read == Lines{"two", "three", "3", "four"});
      const auto problems = journal->take_problems();
      REQUIRE(problems.size() == 1);
      CHECK((problems[0].code == Errc::IngestDamaged));
    }
  }

  TEST_CASE("a stored position behind the place where the last segment was cut loses nothing new") {
    const Directory d;
    const auto ends = three_batches(d / "ingest");
    std::string position;
    {
      const auto journal = open_ingest(d / "ingest");
      read_all(*journal);
      position = journal->position();
    }
    const std::string path = segment_path(d / "ingest", 1);
    write(path, slurp(path).substr(0, ends[0] + 5));
    const auto journal = open_ingest(d / "ingest");
    REQUIRE(journal->restore(position));
    REQUIRE(store(*journal, "four\n"));
    CHECK(read_all(*journal) == Lines{"four"});
  }

  TEST_CASE("what is no segment is told and passed over") {
    const Directory d;
    std::filesystem::create_directories(segment_path(d / "ingest", 1));
    write(segment_path(d / "ingest", 2), "");
    write(segment_path(d / "ingest", 3), "rubbish that is no frame");
    const auto journal = open_ingest(d / "ingest");
    REQUIRE(store(*journal, "one\n"));
    CHECK(read_all(*journal) == Lines{"one"});
    const auto problems = journal->take_problems();
    REQUIRE(problems.size() == 1);
    CHECK((problems[0].code == Errc::FileOpen));
  }

  TEST_CASE("a directory that cannot be made says why") {
    const Directory d;
    write(d / "file", "");
    for (const std::string& path : {d / "none/ingest", d / "file"}) {
      const auto journal = IngestJournal::open(path, {}, ingest_clock());
      REQUIRE_FALSE(journal);
      CHECK(journal.error().detail.starts_with(path));
    }
  }
}
