#include "triage/threat_index.h"

#include "base/hash.h"

#include <benchmark/benchmark.h>
#include <fmt/core.h>

namespace vedette::triage {
namespace {

const Time kStart{std::chrono::seconds{1772323200}};

ThreatHead make_head(std::uint64_t i, std::uint64_t turn) {
  const std::uint64_t hash = mix64(i);
  ThreatHead head;
  head.entity_hash = hash;
  head.entity_value = fmt::format("{}.{}.{}.{}", hash >> 8 & 255, hash >> 16 & 255,
                                  hash >> 24 & 255, hash >> 32 & 255);
  head.severity = static_cast<Level>(mix64(i + turn) % kLevels);
  head.heat = heat_from_score(static_cast<double>(mix64(i * 3 + turn) % 9999) / 100, kStart);
  head.first_seen = kStart;
  head.last_seen = kStart + std::chrono::seconds(i + turn);
  head.workflow.touched = head.last_seen;
  head.days = 1;
  head.events = 12;
  head.title = "SSH brute force";
  head.rules = {"0d7ee0e5-8a4c-4b2c-9f43-5b4c9a1d7e0" + std::to_string(i % 10)};
  head.techniques = {"T1110.001"};
  return head;
}

/// Of a million; made once.
ThreatIndex& million() {
  static ThreatIndex index;
  if (index.size() == 0) {
    for (std::uint64_t i = 0; i < 1'000'000; ++i) index.put(make_head(i, 0));
  }
  return index;
}

void put_new(benchmark::State& state) {
  std::vector<ThreatHead> heads;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(state.range(0)); ++i) {
    heads.push_back(make_head(i, 0));
  }
  for (auto _ : state) {
    ThreatIndex index;
    for (const ThreatHead& head : heads) index.put(head);
    state.PauseTiming();
    state.counters["bytes_each"] =
        static_cast<double>(index.memory_bytes()) / static_cast<double>(index.size());
    index.clear();
    state.ResumeTiming();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(put_new)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void put_again(benchmark::State& state) {
  ThreatIndex& index = million();
  std::vector<ThreatHead> heads;
  for (std::uint64_t i = 0; i < 200'000; ++i) heads.push_back(make_head(mix64(i) % 1'000'000, 7));
  std::size_t i = 0;
  for (auto _ : state) {
    index.put(heads[i]);
    if (++i == heads.size()) i = 0;
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(put_again);

void page(benchmark::State& state) {
  ThreatQuery query;
  query.sort = static_cast<Sort>(state.range(0));
  std::optional<RankKey> after;
  if (state.range(1) > 0) {
    auto far = million().page(query, {}, static_cast<std::size_t>(state.range(1)));
    after = far.next;
  }
  for (auto _ : state) {
    benchmark::DoNotOptimize(million().page(query, after, 100));
  }
}
BENCHMARK(page)->Args({0, 0})->Args({1, 0})->Args({2, 0})->Args({0, 500'000})->Args({1, 500'000});

void miss(benchmark::State& state) {
  std::uint64_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(million().contains(mix64(~++i)));
}
BENCHMARK(miss);

}  // namespace
}  // namespace vedette::triage
