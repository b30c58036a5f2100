// 200,000 verdicts, one of them of the client that is asked for.
#include "store/prompt_store.h"

#include "base/hash.h"

#include <benchmark/benchmark.h>
#include <fmt/core.h>

#include <filesystem>
#include <unistd.h>

namespace vedette::store {
namespace {

constexpr Time kStart{std::chrono::seconds{1772323200}};
constexpr unsigned kVerdicts = 200'000;

LoggedVerdict made_up(unsigned i) {
  const std::uint64_t chance = mix64(i);
  LoggedVerdict verdict;
  verdict.time = kStart + std::chrono::milliseconds(i);
  verdict.client = i == 123'456 ? "192.0.2.1" : fmt::format("203.0.{}.{}", chance % 256, i % 256);
  verdict.decision = static_cast<std::uint8_t>(chance % 3);
  verdict.score = static_cast<double>(chance % 1000) / 1000;
  verdict.alarmed = 1u << (chance % 4);
  verdict.body.assign(120, 'b');
  return verdict;
}

struct Filled {
  Filled() {
    directory = (std::filesystem::temp_directory_path() / "vedette-prompts-XXXXXX").string();
    VD_ASSERT(::mkdtemp(directory.data()) != nullptr);
    auto opened = PromptStore::open(directory, {.days_max = 36'500}, clock);
    VD_ASSERT(opened);
    store = std::move(*opened);
    const double began = monotonic_seconds();
    for (unsigned i = 0; i < kVerdicts; ++i) {
      while (!store->log(made_up(i))) store->flush();
    }
    store->flush();
    seconds = monotonic_seconds() - began;
  }
  ~Filled() {
    store.reset();
    std::filesystem::remove_all(directory);
  }
  SystemClock clock;
  std::string directory;
  std::unique_ptr<PromptStore> store;
  double seconds = 0;
};
Filled& filled() {
  static Filled made;
  return made;
}

const VerdictQuery kQueries[] = {
    {},
    {.score_min = 0.99},
    {.client = "192.0.2.1"},
    {.decision = std::uint8_t{1}},
    {.scanner = 3u},
    {.order = VerdictOrder::HighestScore},
    {.since = kStart + std::chrono::seconds(100), .until = kStart + std::chrono::seconds(101)},
    {.score_min = 1}};  // there is none: as many as a page looks at

void page(benchmark::State& state) {
  Filled& its = filled();
  const VerdictQuery& query = kQueries[state.range(0)];
  std::size_t found = 0;
  for (auto _ : state) {
    const auto page = its.store->page(query, {}, 100);
    VD_ASSERT(page);
    found = page->verdicts.size();
  }
  state.counters["found"] = static_cast<double>(found);
}
BENCHMARK(page)->DenseRange(0, std::size(kQueries) - 1);

/// What one who has a verdict waits for.
void log(benchmark::State& state) {
  Filled& its = filled();
  unsigned i = 0;
  std::uint64_t dropped = 0;
  for (auto _ : state) dropped += !its.store->log(made_up(i++));
  state.counters["dropped"] = static_cast<double>(dropped);
  state.counters["written_per_second"] = kVerdicts / its.seconds;
}
BENCHMARK(log);

}  // namespace
}  // namespace vedette::store
