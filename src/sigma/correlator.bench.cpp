// Three correlations over failed logins by source, as the built-in content has them.
#include "sigma/correlator.h"

#include "base/random.h"
#include "sigma/testing.h"

#include <benchmark/benchmark.h>
#include <fmt/format.h>

namespace vedette::sigma {
namespace {

constexpr std::string_view kRules = R"(
title: Failure
name: failure
logsource: {product: linux, service: sshd}
detection: {a: {event.action: failed-password},
  condition: a}
---
title: Fast
correlation: {type: event_count, rules: [failure], group-by: [source.ip], timespan: 10m,
  condition: {gte: 5}}
---
title: Slow
correlation: {type: event_count, rules: [failure], group-by: [source.ip], timespan: 1d,
  condition: {gte: 30}}
---
title: Spray
correlation: {type: value_count, rules: [failure], group-by: [source.ip], timespan: 10m,
  condition: {field: user.name, gte: 10}}
)";

/// state.range(0): how many sources take turns; state.range(1): the step between events in ms.
void bench_observe(benchmark::State& state) {
  Loaded loaded(kRules);
  Correlator correlator(loaded.rules, {});
  Random random(1);
  Events events(loaded.fields);
  std::vector<std::uint64_t> keys;
  constexpr int kEvents = 4096;
  std::uint32_t source = 0;
  for (int i = 0; i < kEvents; ++i) {
    source = random.below(static_cast<std::uint32_t>(state.range(0)));
    events.add(Dataset::Auth, Action::FailedPassword,
               {{"process.name", "sshd"},
                {"source.ip", IpAddress::from_v4(source)},
                {"user.name", fmt::format("user{}", random.below(20))}});
  }
  std::vector<Event> moving(events.batch.events().begin(), events.batch.events().end());
  for (const Event& event : moving)
    keys.push_back(
        *loaded.rules->group_key(0, *Entities(events.batch, event).primary(), events.batch, event));
  std::vector<Hit> hits;
  const std::vector<RuleIndex> matched{0};
  Time now = Time{} + std::chrono::hours(400'000);
  std::size_t i = 0;
  std::uint64_t turn = 0;
  for (auto _ : state) {
    now += std::chrono::milliseconds(state.range(1));
    Event& event = moving[i];
    event.time = now;
    hits.clear();
    correlator.observe(0, keys[i] + turn, 7, events.batch, event, matched, 1, hits);
    benchmark::DoNotOptimize(hits.data());
    if (++i < moving.size()) continue;
    i = 0;
    if (state.range(0) >= 1'000'000) ++turn;  // ever new sources
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(bench_observe)
    ->Args({10, 10})
    ->Args({1000, 10})
    ->Args({1000, 1000})
    ->Args({1'000'000, 10});

}  // namespace
}  // namespace vedette::sigma
