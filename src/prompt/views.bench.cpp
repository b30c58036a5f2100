// What the views of a text cost. bench: prompt_bench [--benchmark_filter=…]
#include "prompt/views.h"

#include "base/random.h"
#include "prompt/obfuscate.h"

#include <benchmark/benchmark.h>

#include <string>

namespace vedette::prompt {
namespace {

constexpr std::string_view kEnglish =
    "The committee met on Tuesday to talk about the new library, which opens in spring. Most of "
    "the "
    "members were in favour of longer hours, but the town's budget for 2024 is small.\n\nCould you "
    "write a short summary of the discussion, in plain words, for people who were not there? ";
constexpr std::string_view kMixed =
    "Комитет встретился во вторник, чтобы обсудить новую библиотеку. Η βιβλιοθήκη ανοίγει την "
    "άνοιξη. El café abrirá también más tarde, según la señora Muñoz. 图书馆将于春天开放。 ";

std::string repeated(std::string_view piece, std::size_t size) {
  std::string text;
  while (text.size() < size) text += piece;
  text.resize(size);
  return text;
}

void fold_text(benchmark::State& state, std::string_view piece) {
  const std::string text = repeated(piece, static_cast<std::size_t>(state.range(0)));
  Fold folded;
  for (auto _ : state) {
    folded.run(text);
    benchmark::DoNotOptimize(folded.text().data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
}

void build_views(benchmark::State& state, std::string_view piece) {
  const std::string text = repeated(piece, static_cast<std::size_t>(state.range(0)));
  Views views;
  for (auto _ : state) {
    views.build(text);
    benchmark::DoNotOptimize(views.all().data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * state.range(0));
  state.counters["views"] = static_cast<double>(views.all().size());
}

void build_obfuscated(benchmark::State& state) {
  Random random(1);
  const std::string text =
      obfuscate(repeated(kEnglish, 1024), static_cast<Obfuscation>(state.range(0)), random);
  Views views;
  for (auto _ : state) {
    views.build(text);
    benchmark::DoNotOptimize(views.all().data());
  }
  const auto size = static_cast<std::int64_t>(text.size());
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * size);
  state.counters["views"] = static_cast<double>(views.all().size());
}

BENCHMARK_CAPTURE(fold_text, english, kEnglish)->Arg(1024)->Arg(32768);
BENCHMARK_CAPTURE(fold_text, mixed, kMixed)->Arg(1024)->Arg(32768);
BENCHMARK_CAPTURE(build_views, english, kEnglish)->Arg(1024)->Arg(32768)->Arg(1 << 20);
BENCHMARK_CAPTURE(build_views, mixed, kMixed)->Arg(1024)->Arg(32768);
BENCHMARK_CAPTURE(build_views, numbers, "41 0x41 ")->Arg(1024)->Arg(32768)->Arg(1 << 20);
BENCHMARK_CAPTURE(build_views, percent, "%2541")->Arg(1024)->Arg(32768)->Arg(1 << 20);
BENCHMARK_CAPTURE(build_views, links, "](")->Arg(1024)->Arg(32768)->Arg(1 << 20);
BENCHMARK_CAPTURE(build_views, look_alikes, "\u0430 ")->Arg(1024)->Arg(32768)->Arg(1 << 20);
BENCHMARK_CAPTURE(build_views, leet, "1gn0r3 ")->Arg(1024)->Arg(32768)->Arg(1 << 20);
BENCHMARK_CAPTURE(build_views, spaced, "a b ")->Arg(1024)->Arg(32768)->Arg(1 << 20);
BENCHMARK(build_obfuscated)->DenseRange(0, kObfuscations - 1);

}  // namespace
}  // namespace vedette::prompt
