#include "store/event_reader.h"

#include "base/hash.h"
#include "store/testing.h"

#include <fmt/core.h>

#include <atomic>
#include <thread>

namespace vedette::store {
namespace {

using Lines = std::vector<std::string>;

constexpr Time kNoon{std::chrono::seconds{1772366400}};  // 2026-03-01T12:00:00Z
constexpr auto kHour = std::chrono::hours(1);

/// One barrier an hour, and in it some lines: so 24 barriers make a file.
std::string add(EventLog& log, std::uint64_t barrier) {
  const Time received = kNoon + kHour * static_cast<std::int64_t>(barrier);
  std::string lines;
  for (std::uint64_t i = 0; i < barrier % 5 + 1; ++i) lines += fmt::format("{}-{}\n", barrier, i);
  const EventChunk chunk{"source", 0, received, lines};
  REQUIRE(log.append(barrier, received, received, received, {&chunk, 1}));
  return lines;
}

TEST_SUITE("store/event_reader") {
  TEST_CASE("blocks of other times and without the words are passed over") {
    const TemporaryDirectory directory;
    const auto log = open_log(directory.path, 0);
    const std::pair<const char*, std::int64_t> barriers[] = {
        {"failed for root\n", 0}, {"accepted for admin\n", 1}, {"failed for admin\n", 2}};
    std::uint64_t barrier = 0;
    for (const auto& [line, hour] : barriers) {
      const EventChunk chunk{"source", 0, kNoon, line};
      const Time time = kNoon - std::chrono::hours(1000) + kHour * hour;
      REQUIRE(log->append(++barrier, kNoon, time, time, {&chunk, 1}));
    }
    const Time start = kNoon - std::chrono::hours(1000);
    CHECK(read_all(*log, {.words = {words_of_phrase("failed")}}) ==
          Lines{"failed for admin", "failed for root"});
    CHECK(read_all(*log, {.words = {words_of_phrase("failed"), words_of_phrase("root")}}) ==
          Lines{"failed for root"});
    CHECK(read_all(*log, {.words = {words_of_phrase("nobody")}}).empty());
    CHECK(read_all(*log, {.from = start + kHour, .to = start + 2 * kHour}) ==
          Lines{"accepted for admin"});
    CHECK(read_all(*log, {.to = start}).empty());
    CHECK(read_all(*log, {.from = kNoon}).size() == 3);  // a line may say no time
    CHECK(read_all(*log, {.from = kNoon + kHour}).empty());
  }

  TEST_CASE("whoever goes on at a place sees each line once, whatever happens in between") {
    for (const EventOrder order : {EventOrder::NewestFirst, EventOrder::OldestFirst}) {
      const TemporaryDirectory directory;
      const auto log = open_log(directory.path, 0, {.days_max = 3});
      std::uint64_t barrier = 0;
      while (barrier < 60) add(*log, ++barrier);
      const Lines at_first = read_all(*log, {.order = order});
      Lines seen;
      std::uint64_t chance = 1;
      EventPlace place = order == EventOrder::NewestFirst ? kNewestPlace : kOldestPlace;
      for (;;) {
        EventReader reader(*log, {.order = order}, place);
        if (!read_on(reader, order, seen)) break;
        place = reader.place();
        chance = mix64(chance);
        if (chance % 3 == 0) REQUIRE(log->compact_some());
        if (chance % 5 == 0 && barrier < 75) add(*log, ++barrier);
        if (chance % 7 == 0) REQUIRE(log->expire(kNoon));
      }
      REQUIRE(seen.size() >= at_first.size());
      CHECK(std::equal(at_first.begin(), at_first.end(), seen.begin()));
      if (order == EventOrder::NewestFirst) CHECK(seen.size() == at_first.size());
      if (order == EventOrder::OldestFirst) CHECK(seen == read_all(*log, {.order = order}));
    }
  }

  TEST_CASE("a place within a block stays the same line when the block is merged") {
    const TemporaryDirectory directory;
    const auto log = open_log(directory.path, 0);
    for (std::uint64_t barrier = 1; barrier <= 40; ++barrier) add(*log, barrier);
    const Lines all = read_all(*log);
    const auto from = [&](const EventPlace& place) {
      Lines rest;
      EventReader reader(*log, {}, place);
      while (read_on(reader, EventOrder::NewestFirst, rest)) continue;
      return rest;
    };
    EventPlace place;
    for (EventReader reader(*log, {}, kNewestPlace);;) {
      const auto step = reader.step();
      REQUIRE(step != EventReader::Step::End);
      if (step == EventReader::Step::Block) place = reader.first();
      if (place.line == 7) break;  // of five lines, on the second day
    }
    ++place.line;
    const Lines before = from(place);
    while (*log->compact_some()) continue;
    CHECK(from(place) == before);
    CHECK(read_all(*log) == all);
  }

  TEST_CASE("files that expire under a reader end quietly") {
    const TemporaryDirectory directory;
    const auto log = open_log(directory.path, 0, {.days_max = 1});
    for (std::uint64_t barrier = 1; barrier <= 80; ++barrier) add(*log, barrier);
    EventReader reader(*log, {}, kNewestPlace);
    Lines seen;
    while (seen.empty()) read_on(reader, EventOrder::NewestFirst, seen);
    REQUIRE(log->expire(kNoon + 80 * kHour)->files == 3);
    while (read_on(reader, EventOrder::NewestFirst, seen)) continue;
    CHECK(reader.damaged() == 0);
    CHECK(seen == read_all(*log));
  }

  TEST_CASE("many read while one writes, merges and expires") {
    const TemporaryDirectory directory;
    const auto log = open_log(directory.path, 0, {.days_max = 2});
    add(*log, 1);
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> damaged{0}, reads{0};
    std::vector<std::thread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&log, &done, &damaged, &reads] {
        while (!done || reads == 0) {
          EventReader reader(*log, {}, kNewestPlace);
          while (reader.step() != EventReader::Step::End) continue;
          damaged += reader.damaged();
          ++reads;
        }
      });
    }
    std::thread merger([&log, &done] {
      while (!done) static_cast<void>(log->compact_some());
    });
    for (std::uint64_t barrier = 2; barrier <= 120; ++barrier) {
      add(*log, barrier);
      if (barrier % 30 == 0) {
        CHECK(log->expire(kNoon + kHour * static_cast<std::int64_t>(barrier)));
      }
    }
    done = true;
    for (std::thread& reader : readers) reader.join();
    merger.join();
    CHECK(damaged == 0);
    CHECK(reads > 0);
  }
}

}  // namespace
}  // namespace vedette::store
