// What looking for leaks costs: prose without any, prose with some, and texts that are made to be
// slow. Rates are of all three scanners together.
#include "prompt/leak.h"

#include "prompt/links.h"
#include "prompt/personal.h"
#include "prompt/secrets.h"

#include <benchmark/benchmark.h>

#include <string>

namespace vedette::prompt {
namespace {

std::string repeat(std::string_view piece, std::size_t size) {
  std::string text;
  while (text.size() < size) text += piece;
  text.resize(size);
  return text;
}

constexpr std::string_view kProse =
    "The committee met again on Tuesday, and most of its members agreed that the older proposal, "
    "which had been put forward in 1998 by two engineers, deserved a second look; nobody had the "
    "figures at hand. \"We should ask them,\" said the chair: it was late, and the room was "
    "cold.\n";

void measure(benchmark::State& state, const std::string& text) {
  LeakHits hits;
  for (auto _ : state) {
    hits.clear();
    scan_secrets(text, hits);
    scan_personal(text, hits);
    scan_links(text, hits);
    benchmark::DoNotOptimize(hits.data());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void prose(benchmark::State& state) {
  measure(state, repeat(kProse, static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(prose)->Range(1 << 10, 1 << 20);

void prose_with_leaks(benchmark::State& state) {
  const std::string text = std::string(kProse) + "Write to ada@example.com or +44 20 7946 0958. ";
  measure(state, repeat(text, static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(prose_with_leaks)->Range(1 << 10, 1 << 20);

constexpr std::string_view kHostile[] = {"@",
                                         "1",
                                         "eyJ",
                                         "12 ",
                                         "1.",
                                         ":",
                                         "=",
                                         "::",
                                         "password=",
                                         "-u a:",
                                         "123-456-7890 ",
                                         "-----BEGIN PRIVATE KEY-----",
                                         "http://a?b={c}&",
                                         "GB68 ",
                                         "a@b.c",
                                         "eyJhbGciOiJub25lIn0."};

void hostile(benchmark::State& state) {
  const std::string_view piece = kHostile[state.range(0)];
  state.SetLabel(std::string(piece));
  measure(state, repeat(piece, static_cast<std::size_t>(state.range(1))));
}
BENCHMARK(hostile)->ArgsProduct({benchmark::CreateDenseRange(0, std::size(kHostile) - 1, 1),
                                 {1 << 10, 1 << 15, 1 << 20}});

}  // namespace
}  // namespace vedette::prompt
