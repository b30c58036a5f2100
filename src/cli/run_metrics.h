// The numbers of a running daemon's pipeline, server and journal, for /metrics.
#pragma once

#include "engine/stats.h"
#include "net/http_counts.h"
#include "observe/metrics.h"
#include "source/ingest_journal.h"
#include "store/prompt_store.h"

#include <vector>

namespace vedette::cli {

/// Appends them.
void gather(const engine::Stats& stats, const net::HttpCounts& http,
            const source::IngestJournal::Counts& ingest, std::vector<observe::Metric>& metrics);

void gather(const store::PromptStore::Counts& prompts, std::vector<observe::Metric>& metrics);

}  // namespace vedette::cli
