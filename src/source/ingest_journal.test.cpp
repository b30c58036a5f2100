#include "source/ingest_journal.h"

#include "base/log.h"
#include "source/ingest_testing.h"
#include "source/line_cutter.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <poll.h>
#include <thread>

using namespace vedette;
using namespace vedette::source;
using namespace vedette::source::testing;
using Accepted = IngestJournal::Accepted;

namespace {

std::size_t files_in(const std::string& directory) {
  const std::filesystem::directory_iterator files(directory);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

bool readable(int fd) {
  pollfd waiting{fd, POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 1;
}

/// Holds the writer's thread inside a `done`, so that what comes meanwhile waits.
class Hold {
 public:
  explicit Hold(IngestJournal& journal) {
    const auto accepted = journal.append("hold\n", [this](const Result<Place>&) {
      held_.set_value();
      go_on_.get_future().wait();
    });
    REQUIRE((accepted == Accepted::Queued));
    held_.get_future().wait();
  }
  void let_go() { go_on_.set_value(); }

 private:
  std::promise<void> held_, go_on_;
};

}  // namespace

TEST_SUITE("source/ingest_journal") {
  TEST_CASE("what was appended is read, in order, and again by the next process") {
    const Directory d;
    {
      const auto journal = open_ingest(d / "ingest");
      CHECK_FALSE(journal->ready());
      const auto first = store(*journal, "one\ntwo\n"), second = store(*journal, "three");
      REQUIRE(first);
      REQUIRE(second);
      CHECK((*first < *second));
      CHECK(journal->ready());
      CHECK(readable(journal->fd()));
      CHECK(read_all(*journal) == Lines{"one", "two", "three"});
      CHECK_FALSE(journal->ready());
      CHECK_FALSE(readable(journal->fd()));
      CHECK(journal->bytes_read() == 14);
      CHECK(journal->counts().batches == 2);
    }
    const auto journal = open_ingest(d / "ingest");
    REQUIRE(store(*journal, "four\n"));
    CHECK(read_all(*journal) == Lines{"one", "two", "three", "four"});
    CHECK(journal->take_problems().empty());
  }

  TEST_CASE("others may not look into the directory, and only one process may have it") {
    const Directory d;
    const auto journal = open_ingest(d / "ingest");
    REQUIRE(store(*journal, "one\n"));
    struct stat status {};
    REQUIRE(::stat((d / "ingest").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
    REQUIRE(::stat((d / "ingest/00000000000000000001.seg").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const auto again = IngestJournal::open(d / "ingest", {}, ingest_clock());
    REQUIRE_FALSE(again);
    CHECK((again.error().code == Errc::StoreLocked));
  }

  TEST_CASE("chunks say when their lines were stored, and where") {
    const Directory d;
    const auto journal = open_ingest(d / "ingest");
    REQUIRE(store(*journal, "one\n"));
    REQUIRE(store(*journal, "two\n"));
    RawBatch batch;
    journal->fill(batch, 5);
    REQUIRE(batch.chunks().size() == 2);
    CHECK(batch.chunks()[0].source == 5);
    CHECK((batch.chunks()[0].written_by == ingest_clock().now()));
    CHECK(batch.chunks()[0].offset < batch.chunks()[1].offset);
  }

  TEST_CASE("a line that is too long is cut, counted, and read on behind by the next process") {
    const Directory d;
    const std::string lines =
        "one\n" + std::string(3 * kLineBytesMax, 'x') + "\ntwo\n" + std::string(200'000, '\n');
    const std::size_t whole = 3 + 200'000;
    std::size_t read = 0, truncated = 0;
    std::string position;
    for (bool more = true; more;) {
      const auto journal = open_ingest(d / "ingest");
      if (position.empty()) {
        REQUIRE(store(*journal, lines));
      } else {
        REQUIRE(journal->restore(position));
      }
      RawBatch batch(LineCutter::kBatchBytesMin);
      journal->fill(batch, 0);
      Lines found;
      split(batch, found);
      read += found.size();
      for (const Chunk& chunk : batch.chunks()) truncated += chunk.truncated;
      more = !found.empty();
      position = journal->position();
    }
    CHECK(read == whole);
    CHECK(truncated == 1);
  }

  TEST_CASE("a process that ends after any batch goes on where it was") {
    const Directory d;
    const IngestJournal::Options options{.segment_bytes = 4096};
    Lines wanted, read;
    {
      const auto journal = open_ingest(d / "ingest", options);
      for (int i = 0; i < 60; ++i) {
        std::string lines;
        for (int l = 0; l < 5; ++l) {
          wanted.push_back(
              fmt::format("{}-{}-{}", i, l, std::string(static_cast<std::size_t>(i), 'x')));
          lines += wanted.back() + "\n";
        }
        REQUIRE(store(*journal, lines));
      }
    }
    CHECK(files_in(d / "ingest") > 2);
    std::string position;
    for (bool more = true; more;) {
      const auto journal = open_ingest(d / "ingest", options);
      if (!position.empty()) REQUIRE(journal->restore(position));
      RawBatch batch(LineCutter::kBatchBytesMin);
      // Room for a batch or two only.
      batch.add({}, batch.room_bytes() - 5000);
      const std::size_t before = batch.chunks().size();
      journal->fill(batch, 0);
      more = batch.chunks().size() > before;
      Lines found;
      split(batch, found);
      read.insert(read.end(), found.begin() + 1, found.end());
      position = journal->position();
    }
    CHECK(read == wanted);
    CHECK(files_in(d / "ingest") == 2);  // restoring lets go of what was committed
  }

  TEST_CASE("many writers: everything once, each writer's batches in order, few syncs") {
    const Directory d;
    const auto journal = open_ingest(d / "ingest", {.segment_bytes = 64 * 1024});
    constexpr int kWriters = 8, kBatches = 100;
    std::atomic<int> stored{0};
    std::vector<std::thread> writers;
    writers.reserve(kWriters);
    for (int w = 0; w < kWriters; ++w) {
      writers.emplace_back([&, w] {
        for (int b = 0; b < kBatches; ++b) {
          const auto accepted = journal->append(
              fmt::format("{} {}\n", w, b),
              [&](const Result<Place>& place) { stored += place.has_value() ? 1 : 0; });
          VD_ASSERT(accepted == Accepted::Queued);
        }
      });
    }
    Lines read;
    while (read.size() < kWriters * kBatches) {
      for (std::string& line : read_all(*journal)) read.push_back(std::move(line));
    }
    for (std::thread& writer : writers) writer.join();
    REQUIRE(read.size() == kWriters * kBatches);
    std::vector<int> next(kWriters, 0);
    for (const std::string& line : read) {
      const auto w = static_cast<std::size_t>(line[0] - '0');
      CHECK(line == fmt::format("{} {}", w, next[w]++));
    }
    const IngestJournal::Counts counts = journal->counts();
    CHECK(counts.batches == kWriters * kBatches);
    CHECK(counts.syncs <= counts.batches);
  }

  TEST_CASE("batches that wait together are synced together") {
    const Directory d;
    const auto journal = open_ingest(d / "ingest");
    Hold hold(*journal);
    for (int i = 0; i < 2000; ++i) CHECK((journal->append("x\n", {}) == Accepted::Queued));
    CHECK(journal->counts().queue_bytes > 4000);
    hold.let_go();
    REQUIRE(store(*journal, "last\n"));
    CHECK(journal->counts().batches == 2002);
    CHECK(journal->counts().syncs <= 3);
    CHECK(read_all(*journal).size() == 2002);
  }

  TEST_CASE("what is queued when the journal is closed is written and told") {
    const Directory d;
    int told = 0;
    {
      const auto journal = open_ingest(d / "ingest");
      for (int i = 0; i < 10; ++i) {
        const auto accepted = journal->append(
            "x\n", [&](const Result<Place>& place) { told += place.has_value() ? 1 : 0; });
        CHECK((accepted == Accepted::Queued));
      }
    }
    CHECK(told == 10);
    CHECK(read_all(*open_ingest(d / "ingest")).size() == 10);
  }

  TEST_CASE("a full queue refuses at once") {
    const Directory d;
    const auto journal = open_ingest(d / "ingest", {.queue_bytes_max = 10'000});
    Hold hold(*journal);
    int queued = 0;
    while (journal->append(std::string(1000, 'x'), {}) == Accepted::Queued) ++queued;
    CHECK(queued >= 6);
    CHECK(queued < 10);
    CHECK(journal->counts().busy == 1);
    hold.let_go();
    while (journal->counts().queue_bytes > 0) std::this_thread::yield();
    REQUIRE(store(*journal, "again\n"));
  }

  TEST_CASE("unread batches are refused beyond the limit until they are released") {
    const Directory d;
    const auto journal =
        open_ingest(d / "ingest", {.segment_bytes = 1u << 20, .bytes_max = 20'000});
    std::size_t stored = 0;
    std::promise<void> full;
    while (journal->append(std::string(1000, 'x'), {}) == Accepted::Queued) ++stored;
    CHECK(stored >= 15);
    CHECK(stored < 20);
    while (journal->counts().queue_bytes > 0) std::this_thread::yield();
    CHECK(read_all(*journal).size() == stored);
    CHECK((journal->append(std::string(4000, 'x'), {}) == Accepted::Busy));
    journal->released(journal->position());
    CHECK(journal->counts().unreleased_bytes == 0);
    REQUIRE(store(*journal, std::string(4000, 'x')));
  }

  TEST_CASE("what can never fit is refused for good") {
    const Directory d;
    const auto journal =
        open_ingest(d / "ingest", {.segment_bytes = 4096, .queue_bytes_max = 1u << 20});
    CHECK((journal->append(std::string(4096, 'x'), {}) == Accepted::TooLarge));
    CHECK((journal->append("x\n", {}, std::string(65, 'i')) == Accepted::TooLarge));
    CHECK(journal->counts().too_large == 2);
    REQUIRE(store(*journal, std::string(3000, 'x'), std::string(64, 'i')));
    REQUIRE(store(*journal, ""));
    CHECK(read_all(*journal).size() == 1);
  }

  TEST_CASE("a batch that is sent again is stored once, in this process and in the next") {
    const Directory d;
    Place first;
    {
      const auto journal = open_ingest(d / "ingest");
      first = *store(*journal, "one\n", "id-1");
      CHECK((*store(*journal, "one\n", "id-1") == first));
      CHECK((*store(*journal, "two\n", "id-2") > first));
      CHECK(journal->counts().repeated == 1);
    }
    const auto journal = open_ingest(d / "ingest");
    CHECK(journal->recent_ids() == Lines{"id-1", "id-2"});
    CHECK((*store(*journal, "one\n", "id-1") == first));
    CHECK(read_all(*journal) == Lines{"one", "two"});
  }

  TEST_CASE("on a full disk the clients are told, and what they send again is stored later") {
    const Directory d;
    const auto journal = open_ingest(d / "ingest");
    REQUIRE(store(*journal, "one\n", "1"));
    log::set_level(log::Level::Off);
    {
      const FileSizeLimit limit(1000);
      const auto failed = store(*journal, std::string(2000, 'x') + "\n", "2");
      REQUIRE_FALSE(failed);
      CHECK((failed.error().code == Errc::FileWrite));
      CHECK(store(*journal, "one\n", "1"));  // what is stored is stored
      CHECK(store(*journal, "small\n", "3"));
    }
    log::set_level(log::Level::Info);
    CHECK(journal->counts().failed == 1);
    CHECK(journal->recent_ids() == Lines{"1", "3"});
    REQUIRE(store(*journal, "two\n", "2"));
    CHECK(read_all(*journal) == Lines{"one", "small", "two"});
  }

  TEST_CASE("a batch that is stored is acknowledged again although the journal is full") {
    const Directory d;
    const auto journal = open_ingest(d / "ingest", {.bytes_max = 5000});
    const auto first = store(*journal, std::string(4000, 'x'), "id");
    REQUIRE(first);
    CHECK((journal->append(std::string(4000, 'x'), {}) == Accepted::Busy));
    CHECK((*store(*journal, std::string(4000, 'x'), "id") == *first));
  }

  TEST_CASE("two batches with one id that wait together are one") {
    const Directory d;
    const auto journal = open_ingest(d / "ingest");
    Hold hold(*journal);
    std::vector<Place> places;
    for (int i = 0; i < 3; ++i) {
      const auto accepted = journal->append(
          "x\n", [&](const Result<Place>& place) { places.push_back(*place); }, "same");
      CHECK((accepted == Accepted::Queued));
    }
    hold.let_go();
    REQUIRE(store(*journal, "last\n"));
    REQUIRE(places.size() == 3);
    CHECK((places[0] == places[1]));
    CHECK((places[0] == places[2]));
    CHECK(read_all(*journal) == Lines{"hold", "x", "last"});
  }

  TEST_CASE("released segments are deleted, but the last two, and numbers never go back") {
    const Directory d;
    const IngestJournal::Options options{.segment_bytes = 4096};
    Place last;
    std::string position;
    {
      const auto journal = open_ingest(d / "ingest", options);
      for (int i = 0; i < 10; ++i) last = *store(*journal, std::string(3000, 'x'));
      CHECK(files_in(d / "ingest") == 10);
      const std::string begin = journal->position();
      CHECK(read_all(*journal).size() == 10);
      journal->released(begin);
      CHECK(files_in(d / "ingest") == 10);
      position = journal->position();
      journal->released(position);
      CHECK(files_in(d / "ingest") == 2);
      CHECK((journal->released() == last));
      journal->released("rubbish");
      journal->released(begin);
      CHECK((journal->released() == last));
    }
    const auto journal = open_ingest(d / "ingest", options);
    REQUIRE(journal->restore(position));
    CHECK((*store(*journal, "new\n") > last));
    CHECK(read_all(*journal) == Lines{"new"});
  }

  TEST_CASE("a directory that was emptied does not make new batches look old") {
    const Directory d;
    std::string position;
    {
      const auto journal = open_ingest(d / "ingest", {.segment_bytes = 4096});
      for (int i = 0; i < 5; ++i) REQUIRE(store(*journal, std::string(3000, 'x')));
      read_all(*journal);
      position = journal->position();
    }
    std::filesystem::remove_all(d / "ingest");
    {
      const auto journal = open_ingest(d / "ingest");
      REQUIRE(journal->restore(position));
      REQUIRE(store(*journal, "new\n"));
    }
    const auto journal = open_ingest(d / "ingest");
    REQUIRE(journal->restore(position));
    CHECK(read_all(*journal) == Lines{"new"});
    CHECK_FALSE(journal->restore("rubbish"));
  }

  TEST_CASE("a segment that somebody deleted is passed over") {
    const Directory d;
    const auto journal = open_ingest(d / "ingest", {.segment_bytes = 4096});
    for (const char* c : {"1", "2", "3"}) REQUIRE(store(*journal, c + std::string(3000, '\n')));
    remove(d / "ingest/00000000000000000002.seg");
    const Lines read = read_all(*journal);
    CHECK(read.size() == 2 * 3000);
    const auto problems = journal->take_problems();
    REQUIRE(problems.size() == 1);
    CHECK((problems[0].code == Errc::IngestDamaged));
    CHECK(journal->take_problems().empty());
  }
}
