// Forests of the size that the paper recommends: 100 trees of 256 rows, on 16 columns.
#include "anomaly/forest.h"

#include "anomaly/testing_rows.h"

#include <benchmark/benchmark.h>

namespace vedette::anomaly {
namespace {

constexpr std::size_t kRows = 10'000, kColumns = 16;

Forest forest_of(const Rows& rows, Cut cut, std::size_t samples) {
  return *Forest::fit(rows.matrix(), {.trees = 100, .samples = samples, .cut = cut, .seed = 1});
}

void fit(benchmark::State& state, Cut cut) {
  const Rows rows = cloud(kRows, kColumns);
  const auto samples = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) benchmark::DoNotOptimize(forest_of(rows, cut, samples));
}
void BM_FitAxis(benchmark::State& state) {
  fit(state, Cut::Axis);
}
void BM_FitPlane(benchmark::State& state) {
  fit(state, Cut::Plane);
}
BENCHMARK(BM_FitAxis)->Arg(256)->Arg(1024)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_FitPlane)->Arg(256)->Arg(1024)->Unit(benchmark::kMillisecond);

void score(benchmark::State& state, Cut cut) {
  const Rows rows = cloud(kRows, kColumns);
  const auto with = static_cast<Instructions>(state.range(0));
  if (!has_instructions(with))
    return state.SkipWithError("this processor has no such instructions");
  const Forest forest = forest_of(rows, cut, static_cast<std::size_t>(state.range(1)));
  std::vector<float> scores(kRows);
  for (auto _ : state) forest.score(rows.matrix(), scores, with);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kRows));
}
void BM_ScoreAxis(benchmark::State& state) {
  score(state, Cut::Axis);
}
void BM_ScorePlane(benchmark::State& state) {
  score(state, Cut::Plane);
}
// Portable, AVX2, AVX-512
BENCHMARK(BM_ScoreAxis)->ArgsProduct({{0, 1, 2}, {256, 1024}})->Unit(benchmark::kMillisecond);
BENCHMARK(BM_ScorePlane)->ArgsProduct({{0, 1, 2}, {256, 1024}})->Unit(benchmark::kMillisecond);

void BM_Attribute(benchmark::State& state) {
  const Rows rows = cloud(kRows, kColumns);
  const Forest forest = forest_of(rows, static_cast<Cut>(state.range(0)), 256);
  std::vector<double> columns(kColumns);
  std::size_t row = 0;
  for (auto _ : state) {
    forest.attribute(rows.matrix().row(row), columns);
    row = (row + 1) % kRows;
  }
}
BENCHMARK(BM_Attribute)->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace vedette::anomaly
