#include "triage/triage.h"

#include "triage/memory.h"
#include "triage/score.h"
#include "triage/test_events.h"

#include <benchmark/benchmark.h>

namespace vedette::triage {
namespace {

const auto kSource = std::make_shared<const std::string>("/var/log/auth.log");

/// Many sources, each with a few events, in one batch.
struct Crowd {
  explicit Crowd(std::uint32_t sources) : batch(FieldSet{}.set()) {
    for (std::uint32_t i = 0; i < sources; ++i) {
      Event& event = batch.begin(
          "Mar  1 00:00:00 web1 sshd[4711]: Failed password for root from "
          "203.0.113.7 port 4000 ssh2");
      batch.set_action(Action::FailedPassword);
      event.time = at(i / 100);
      event.dataset = Dataset::Auth;
      batch.set(Field::HostName, "web1");
      batch.set(Field::ProcessPid, std::int64_t{i % 30000 + 1});
      batch.set(Field::UserName, "root");
      batch.set(Field::SourceIp, IpAddress::from_v4(0x0A000000 + i));
      batch.set(Field::SourcePort, std::int64_t{4000});
      batch.end();
    }
    for (const Event& event : batch.events()) entities.push_back(*Entities(batch, event).primary());
  }
  EventBatch batch;
  std::vector<EntityRef> entities;
};

const auto kNowhere = [](std::uint64_t) { return std::optional<Threat>{}; };

void observe_known(benchmark::State& state) {
  const Crowd crowd(static_cast<std::uint32_t>(state.range(0)));
  Triage triage({}, kNowhere);
  const auto events = crowd.batch.events();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(triage.observe(crowd.entities[i], crowd.batch, events[i]));
    if (++i == events.size()) i = 0;
  }
}
BENCHMARK(observe_known)->Arg(1000)->Arg(20000)->Arg(60000);

void observe_threat(benchmark::State& state) {
  const Crowd crowd(static_cast<std::uint32_t>(state.range(0)));
  Triage triage({}, kNowhere);
  const auto events = crowd.batch.events();
  const auto rule = make_rule("00000000-0000-0000-0000-000000000000", Level::High);
  for (std::size_t i = 0; i < events.size(); ++i) {
    const Statement statement{rule, 1, events[i].time};
    triage.add(crowd.entities[i], {&statement, 1}, crowd.batch, events[i], kSource);
    triage.end_batch();
  }
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(triage.observe(crowd.entities[i], crowd.batch, events[i]));
    if (++i == events.size()) i = 0;
  }
}
BENCHMARK(observe_threat)->Arg(100)->Arg(4000);

void observe_strangers(benchmark::State& state) {
  const Crowd crowd(1'000'000);
  Triage triage({.keep_state = false}, kNowhere);
  const auto events = crowd.batch.events();
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(triage.observe(crowd.entities[i], crowd.batch, events[i]));
    if (++i == events.size()) i = 0;
  }
}
BENCHMARK(observe_strangers)->Iterations(1'000'000);

void add_to_finding(benchmark::State& state) {
  Events events;
  const Event& event = events.make({.action = Action::FailedPassword, .time = at(0)});
  Triage triage({}, kNowhere);
  std::vector<std::shared_ptr<const FindingRule>> rules;
  for (char c = 'a'; c < 'a' + state.range(0); ++c) {
    rules.push_back(make_rule(std::string("00000000-0000-0000-0000-00000000000") + c, Level::High));
  }
  std::size_t i = 0;
  for (auto _ : state) {
    const Statement statement{rules[i], 1, event.time};
    triage.add(events.entity(), {&statement, 1}, events.batch(), event, kSource);
    triage.end_batch();
    if (++i == rules.size()) i = 0;
  }
}
BENCHMARK(add_to_finding)->Arg(1)->Arg(10);

void add_with_evidence(benchmark::State& state) {
  Triage triage({}, kNowhere);
  const auto rule = make_rule("00000000-0000-0000-0000-000000000000", Level::High);
  const Crowd crowd(20000);
  const auto events = crowd.batch.events();
  std::size_t i = 0;
  for (auto _ : state) {
    const Statement statement{rule, 1, events[i].time};
    triage.add(crowd.entities[0], {&statement, 1}, crowd.batch, events[i], kSource);
    triage.end_batch();
    if (++i == events.size()) i = 0;
  }
}
BENCHMARK(add_with_evidence);

void score_of_findings(benchmark::State& state) {
  std::vector<Finding> findings(static_cast<std::size_t>(state.range(0)));
  for (std::size_t i = 0; i < findings.size(); ++i) {
    findings[i].rule = make_rule("rule " + std::to_string(i), Level::Medium);
    findings[i].count = i + 1;
    findings[i].last_seen = at(0);
  }
  for (auto _ : state) benchmark::DoNotOptimize(heat(findings));
}
BENCHMARK(score_of_findings)->Arg(1)->Arg(5)->Arg(50);

/// What a barrier costs when every entity changed.
void take_changes(benchmark::State& state) {
  const Crowd crowd(60000);
  Triage triage({}, kNowhere);
  const auto events = crowd.batch.events();
  for (auto _ : state) {
    state.PauseTiming();
    for (std::size_t i = 0; i < events.size(); ++i) {
      triage.observe(crowd.entities[i], crowd.batch, events[i]);
    }
    Commit commit;
    state.ResumeTiming();
    triage.take_changes(commit, false);
    benchmark::DoNotOptimize(commit.state.size());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * events.size()));
}
BENCHMARK(take_changes)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vedette::triage
