#include "base/hash.h"
#include "store/store.h"

#include <benchmark/benchmark.h>

#include <filesystem>
#include <unistd.h>

namespace vedette::store {
namespace {

namespace fs = std::filesystem;

Threat make_threat(std::uint64_t number) {
  Threat threat;
  threat.entity_hash = mix64(number);
  threat.id = "t-" + std::to_string(threat.entity_hash).substr(0, 12);
  threat.entity_value = "203.0.113." + std::to_string(number % 256);
  threat.severity = static_cast<Level>(number % kLevels);
  threat.heat = static_cast<double>(threat.entity_hash % 1000) / 10;
  threat.first_seen = threat.last_seen = Time{std::chrono::seconds{1772323200}};
  const auto source = std::make_shared<const std::string>("/var/log/auth.log");
  for (int i = 0; i < 3; ++i) {
    Finding& finding = threat.findings.emplace_back();
    finding.rule = std::make_shared<const FindingRule>(
        FindingRule{"00000000-0000-0000-0000-00000000000" + std::to_string(i),
                    "SSH brute force",
                    "Block the source and let sshd accept keys only.",
                    Level::Medium,
                    {"T1110.001"}});
    for (std::uint64_t j = 0; j < 6; ++j) {
      finding.evidence.push_back(
          std::make_shared<const Evidence>(Evidence{std::string(110, 'x'), source, j, {}}));
    }
  }
  for (int i = 0; i < 10; ++i)
    threat.timeline.push_back({{}, {}, Action::FailedPassword, 5, "root"});
  return threat;
}

struct Directory {
  Directory() {
    std::string name = "/var/tmp/vedette-bench-XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~Directory() { fs::remove_all(path); }
  std::string path;
};

std::unique_ptr<Store> open(const Directory& directory, bool temporary) {
  auto store = temporary ? Store::open_temporary() : Store::open(directory.path, Store::Mode::Own);
  return store ? std::move(*store) : nullptr;
}

/// 10,000 threats a commit: new the first time, then the same again. Argument: 1 for a temporary
/// store.
void commit_threats(benchmark::State& state) {
  const Directory directory;
  const auto store = open(directory, state.range(0) == 1);
  Commit commit;
  for (std::uint64_t i = 0; i < 10000; ++i) commit.threats.push_back(make_threat(i));
  for (auto _ : state) {
    for (Threat& threat : commit.threats) threat.heat += 1;
    if (!store->commit(commit)) state.SkipWithError("commit failed");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * commit.threats.size()));
}
BENCHMARK(commit_threats)->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond)->UseRealTime();

/// 50,000 rows of entities a commit.
void commit_state(benchmark::State& state) {
  const Directory directory;
  const auto store = open(directory, false);
  Commit commit;
  commit.barrier = 1;
  for (std::uint64_t i = 0; i < 50000; ++i) {
    commit.state.push_back({StateKind::Entity, mix64(i), mix64(i), std::string(60, 'x')});
  }
  for (auto _ : state) {
    if (!store->commit(commit)) state.SkipWithError("commit failed");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * commit.state.size()));
}
BENCHMARK(commit_state)->Unit(benchmark::kMillisecond)->UseRealTime();

void commit_nothing(benchmark::State& state) {
  const Directory directory;
  const auto store = open(directory, false);
  Commit commit;
  for (auto _ : state) {
    ++commit.barrier;
    if (!store->commit(commit)) state.SkipWithError("commit failed");
  }
}
BENCHMARK(commit_nothing)->Unit(benchmark::kMillisecond)->UseRealTime();

void load_threat(benchmark::State& state) {
  const Directory directory;
  const auto store = open(directory, state.range(0) == 1);
  Commit commit;
  for (std::uint64_t i = 0; i < 20000; ++i) commit.threats.push_back(make_threat(i));
  if (!store->commit(commit)) state.SkipWithError("commit failed");
  std::uint64_t i = 0;
  for (auto _ : state) benchmark::DoNotOptimize(store->threat_of(mix64(i++ * 7919 % 20000)));
}
BENCHMARK(load_threat)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

/// A stranger: nothing is found.
void load_nothing(benchmark::State& state) {
  const Directory directory;
  const auto store = open(directory, true);
  Commit commit;
  for (std::uint64_t i = 0; i < 20000; ++i) commit.threats.push_back(make_threat(i));
  if (!store->commit(commit)) state.SkipWithError("commit failed");
  std::uint64_t i = 20000;
  for (auto _ : state) benchmark::DoNotOptimize(store->threat_of(mix64(++i)));
}
BENCHMARK(load_nothing)->Unit(benchmark::kMicrosecond);

void visit_threats(benchmark::State& state) {
  const Directory directory;
  const auto store = open(directory, false);
  Commit commit;
  for (std::uint64_t i = 0; i < 20000; ++i) commit.threats.push_back(make_threat(i));
  if (!store->commit(commit)) state.SkipWithError("commit failed");
  for (auto _ : state) {
    std::uint64_t count = 0;
    const auto visited =
        store->for_each_rank(Level::Informational, [&](const RankKey&) { ++count; });
    if (!visited || count != 20000) state.SkipWithError("threats are missing");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * 20000));
}
BENCHMARK(visit_threats)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace vedette::store
