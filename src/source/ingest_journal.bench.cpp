// How many lines a second clients can have on disk: eight of them, each with one batch under way,
// against a bare loop that writes and syncs batches of the same size one after the other, and one
// that does so with eight at a time.
#include "base/file.h"
#include "source/ingest_testing.h"

#include <benchmark/benchmark.h>

#include <fcntl.h>
#include <thread>

namespace {

using namespace vedette;
using namespace vedette::source;

constexpr std::int64_t kLines = 1000;
constexpr int kClients = 8, kBatches = 50;

std::string batch_of_lines() {
  std::string out;
  for (std::int64_t i = 0; i < kLines; ++i) out += std::string(199, 'x') + "\n";
  return out;
}

void say_lines(benchmark::State& state) {
  state.counters["lines/s"] =
      benchmark::Counter(static_cast<double>(kLines * kClients * kBatches * state.iterations()),
                         benchmark::Counter::kIsRate);
}

/// With `read` the journal is read and released meanwhile, as by a pipeline that keeps up.
void ingest_eight_clients(benchmark::State& state) {
  const std::string lines = batch_of_lines();
  const bool read = state.range(0) != 0;
  for (auto _ : state) {
    testing::Directory directory;
    const auto journal = testing::open_ingest(directory / "ingest");
    std::vector<std::thread> clients;
    clients.reserve(kClients);
    for (int c = 0; c < kClients; ++c) {
      clients.emplace_back([&] {
        for (int b = 0; b < kBatches; ++b) VD_ASSERT(testing::store(*journal, lines));
      });
    }
    RawBatch batch;
    for (std::uint64_t left = read ? kClients * kBatches * lines.size() : 0; left > 0;) {
      batch.clear();
      journal->fill(batch, 0);
      left -= batch.size();
      if (batch.empty()) std::this_thread::yield();
    }
    journal->released(journal->position());
    for (std::thread& client : clients) client.join();
    state.counters["batches/sync"] = static_cast<double>(journal->counts().batches) /
                                     static_cast<double>(journal->counts().syncs);
  }
  say_lines(state);
}
BENCHMARK(ingest_eight_clients)->Arg(0)->Arg(1)->UseRealTime()->Unit(benchmark::kMillisecond);

void write_and_sync(benchmark::State& state) {
  const auto together = static_cast<int>(state.range(0));
  std::string bytes;
  for (int i = 0; i < together; ++i) bytes += batch_of_lines();
  for (auto _ : state) {
    testing::Directory directory;
    const UniqueFd fd(::open((directory / "raw").c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    for (int b = 0; b < kClients * kBatches; b += together) {
      VD_ASSERT(::write(fd.get(), bytes.data(), bytes.size()) ==
                static_cast<ssize_t>(bytes.size()));
      VD_ASSERT(::fdatasync(fd.get()) == 0);
    }
  }
  say_lines(state);
}
BENCHMARK(write_and_sync)->Arg(1)->Arg(8)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
