// What the tests of the ingest journal share: a journal with its clock, batches that are waited
// for, and everything that a reader finds.
#pragma once

#include "base/assert.h"
#include "source/ingest_journal.h"
#include "source/testing.h"

#include <sys/resource.h>

#include <csignal>
#include <future>
#include <memory>
#include <string>
#include <utility>

namespace vedette::source::testing {

inline const ManualClock& ingest_clock() {
  static const ManualClock kClock{Time{std::chrono::seconds(1'800'000'000)}};
  return kClock;
}

inline std::unique_ptr<IngestJournal> open_ingest(const std::string& directory,
                                                  const IngestJournal::Options& options = {}) {
  auto journal = IngestJournal::open(directory, options, ingest_clock());
  VD_ASSERT(journal);
  return *std::move(journal);
}

/// Appends and waits for the disk. The batch must be taken.
inline Result<Place> store(IngestJournal& journal, std::string lines, std::string id = {}) {
  std::promise<Result<Place>> answer;
  const auto accepted = journal.append(
      std::move(lines), [&](Result<Place> place) { answer.set_value(std::move(place)); },
      std::move(id));
  VD_ASSERT(accepted == IngestJournal::Accepted::Queued);
  return answer.get_future().get();
}

/// Everything that is visible now.
inline Lines read_all(IngestJournal& journal) {
  Lines out;
  RawBatch batch;
  do {
    batch.clear();
    journal.fill(batch, 0);
    split(batch, out);
  } while (!batch.empty());
  return out;
}

/// Files of this process may not become longer: what a full disk looks like to a writer.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    handler_ = std::signal(SIGXFSZ, SIG_IGN);
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_{};
  void (*handler_)(int) = nullptr;
};

}  // namespace vedette::source::testing
