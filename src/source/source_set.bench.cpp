// How fast bytes come from disk cache into batches.
#include "source/source_set.h"

#include "source/testing.h"

#include <benchmark/benchmark.h>

#include <string>

namespace {

using namespace vedette;
using namespace vedette::source;

std::string some_lines(std::size_t bytes) {
  std::string out;
  for (int i = 0; out.size() < bytes; ++i) {
    out += "Jan 12 03:04:05 host sshd[" + std::to_string(i % 30'000) +
           "]: Failed password for invalid user admin from 192.0.2.1 port 40022 ssh2\n";
  }
  return out;
}

void read_to_end(benchmark::State& state, const std::string& path, std::size_t bytes, bool follow) {
  const SystemClock clock;
  RawBatch batch;
  for (auto _ : state) {
    SourceSet sources({}, clock);
    if (follow) {
      sources.follow(path, true);
    } else {
      sources.add_inputs({path});
    }
    while (sources.read(batch, std::chrono::milliseconds(0)) == ReadStatus::Filled) {
      benchmark::DoNotOptimize(batch.size());
    }
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes) * state.iterations());
}

void scan_plain(benchmark::State& state) {
  testing::Directory directory;
  const std::string text = some_lines(256 << 20);
  testing::write(directory / "log", text);
  read_to_end(state, directory / "log", text.size(), false);
}
BENCHMARK(scan_plain)->Unit(benchmark::kMillisecond);

void follow_plain(benchmark::State& state) {
  testing::Directory directory;
  const std::string text = some_lines(256 << 20);
  testing::write(directory / "log", text);
  read_to_end(state, directory / "log", text.size(), true);
}
BENCHMARK(follow_plain)->Unit(benchmark::kMillisecond);

void scan_gzip(benchmark::State& state) {
  testing::Directory directory;
  const std::string text = some_lines(64 << 20);
  testing::write(directory / "log", text);
  if (std::system(("gzip -6 " + (directory / "log")).c_str()) != 0) {
    state.SkipWithError("gzip is not installed");
    return;
  }
  read_to_end(state, directory / "log.gz", text.size(), false);
}
BENCHMARK(scan_gzip)->Unit(benchmark::kMillisecond);

/// One thousand files that are followed, and one line in one of them: what waking costs.
void follow_many(benchmark::State& state) {
  testing::Directory directory;
  const auto files = static_cast<int>(state.range(0));
  for (int i = 0; i < files; ++i)
    testing::write(directory / ("log" + std::to_string(i)), "first\n");
  const SystemClock clock;
  SourceSet sources({}, clock);
  for (int i = 0; i < files; ++i) sources.follow(directory / ("log" + std::to_string(i)), true);
  RawBatch batch;
  while (sources.read(batch, std::chrono::milliseconds(0)) == ReadStatus::Filled) {
  }
  int next = 0;
  for (auto _ : state) {
    testing::append(directory / ("log" + std::to_string(next++ % files)), "line\n");
    sources.read(batch, std::chrono::milliseconds(100));
  }
}
BENCHMARK(follow_many)->Arg(1)->Arg(500)->Unit(benchmark::kMicrosecond);

}  // namespace
