// A million lines of sshd, in barriers of 20,000, from 5,000 sources.
#include "store/event_log.h"

#include "base/hash.h"
#include "store/event_reader.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <filesystem>
#include <iterator>
#include <unistd.h>

namespace vedette::store {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kBarriers = 50, kLinesPerBarrier = 20'000;
constexpr Time kStart{std::chrono::seconds{1772323200}};

std::string make_lines(std::uint64_t barrier) {
  static constexpr const char* kUsers[] = {"root", "admin", "test", "oracle", "postgres", "git"};
  std::string lines;
  for (std::uint64_t i = 0; i < kLinesPerBarrier; ++i) {
    const std::uint64_t chance = mix64(barrier << 32 | i);
    fmt::format_to(std::back_inserter(lines),
                   "2026-03-01T{:02}:{:02}:{:02}.{:06}+00:00 web-{:02} sshd[{}]: Failed password "
                   "for {} from 198.{}.{}.{} port {} ssh2\n",
                   barrier / 60, barrier % 60, i / 334, chance % 1'000'000, chance % 20,
                   chance % 4'000'000 + 1000, kUsers[chance % 6], 18 + chance % 2, chance / 2 % 50,
                   chance / 100 % 50, 1024 + chance / 7 % 60'000);
    if (i == 777 && barrier == 25) lines += "Mar  1 08:00:01 web-01 sudo: needle_in_the_hay\n";
  }
  return lines;
}

const std::vector<std::string>& barriers() {
  static const std::vector<std::string> made = [] {
    std::vector<std::string> all;
    for (std::uint64_t i = 0; i < kBarriers; ++i) all.push_back(make_lines(i));
    return all;
  }();
  return made;
}

struct Directory {
  Directory() {
    std::string name = "/var/tmp/vedette-bench-XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~Directory() { fs::remove_all(path); }
  std::string path;
};

bool append(EventLog& log, std::uint64_t barrier, std::string_view lines) {
  const Time now = kStart + std::chrono::seconds(barrier);
  const EventChunk chunk{"/var/log/auth.log", 0, now, lines};
  return static_cast<bool>(log.append(barrier, now, now, now, {&chunk, 1}));
}

void append_lines(benchmark::State& state) {
  std::uint64_t bytes = 0, stored = 0, lines = 0;
  for (auto _ : state) {
    state.PauseTiming();
    const Directory directory;
    auto log = EventLog::open(directory.path, {}, 0);
    const auto& all = barriers();
    state.ResumeTiming();
    for (std::uint64_t i = 0; i < kBarriers; ++i) {
      if (!log || !append(**log, i + 1, all[i])) return state.SkipWithError("append failed");
      bytes += all[i].size();
      lines += kLinesPerBarrier;
    }
    state.PauseTiming();
    log->reset();  // the write-ahead log goes into the file
    for (const auto& entry : fs::directory_iterator(directory.path)) stored += entry.file_size();
    state.ResumeTiming();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(static_cast<std::int64_t>(lines));
  state.counters["raw_to_stored"] = static_cast<double>(bytes) / static_cast<double>(stored);
}
BENCHMARK(append_lines)->Unit(benchmark::kMillisecond)->UseRealTime();

void collect_words(benchmark::State& state) {
  WordSet words;
  const std::string_view block = std::string_view(barriers()[0]).substr(0, kBlockBytesMax);
  for (auto _ : state) {
    words.clear(block.size());
    words.add(block);
    benchmark::DoNotOptimize(words.filter());
  }
  const auto lines = static_cast<std::int64_t>(count_lines(block));
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * lines);
  state.counters["words"] = static_cast<double>(words.size());
  state.counters["lines"] = static_cast<double>(lines);
}
BENCHMARK(collect_words)->Unit(benchmark::kMicrosecond);

/// Through all heads of a million lines; unpacks what the filters let pass.
void search_word(benchmark::State& state, std::string_view word) {
  const Directory directory;
  auto log = EventLog::open(directory.path, {}, 0);
  for (std::uint64_t i = 0; i < kBarriers; ++i) {
    if (!log || !append(**log, i + 1, barriers()[i])) return state.SkipWithError("append failed");
  }
  std::uint64_t read = 0, passed = 0;
  for (auto _ : state) {
    EventReader reader(**log, {.words = {words_of_phrase(word)}}, kNewestPlace);
    while (reader.step() != EventReader::Step::End) continue;
    read = reader.blocks_read();
    passed = reader.blocks_passed();
  }
  state.counters["blocks_read"] = static_cast<double>(read);
  state.counters["blocks_passed"] = static_cast<double>(passed);
}
BENCHMARK_CAPTURE(search_word, rare, "needle_in_the_hay")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search_word, missing, "no_such_word")->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(search_word, everywhere, "failed")->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vedette::store
