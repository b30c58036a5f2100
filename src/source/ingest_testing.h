// What the tests of the ingest journal share: a journal with its clock, batches that are waited
// for, and everything that a reader finds.
#pragma once

#include "base/assert.h"
#include "source/ingest_journal.h"
#include "source/testing.h"

#include <future>
#include <memory>
#include <string>
#include <utility>

namespace vedette::source::testing {

inline const ManualClock& ingest_clock() {
  static const ManualClock clock{Time{std::chrono::seconds(1'800'000'000)}};
  return clock;
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

}  // namespace vedette::source::testing
