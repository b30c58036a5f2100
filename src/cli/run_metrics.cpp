#include "cli/run_metrics.h"

#include "observe/metrics.h"

#include <utility>

namespace vedette::cli {

using observe::Metric;
using observe::MetricKind;

void gather(const engine::Stats& stats, const net::HttpCounts& http,
            const source::IngestJournal::Counts& ingest, std::vector<observe::Metric>& metrics) {
  const auto number = [&](const char* name, MetricKind kind, const char* help,
                          std::uint64_t value) {
    metrics.push_back({name, help, kind, {{{}, static_cast<double>(value)}}});
  };
  const auto counter = [&](const char* name, const char* help, const engine::Stats::Count& count) {
    number(name, MetricKind::Counter, help, engine::Stats::get(count));
  };
  const auto gauge = [&](const char* name, const char* help, const engine::Stats::Count& count) {
    number(name, MetricKind::Gauge, help, engine::Stats::get(count));
  };
  counter("vedette_received_bytes_total", "Bytes read from all sources, unpacked.", stats.bytes);
  counter("vedette_received_lines_total", "Lines read from all sources.", stats.lines);
  counter("vedette_events_total", "Events, repeated ones counted as often as they happened.",
          stats.events);
  counter("vedette_undecoded_lines_total", "Lines that no decoder knows; kept as event.original.",
          stats.undecoded);
  counter("vedette_truncated_lines_total", "Lines longer than a line may be, cut.",
          stats.truncated);
  counter("vedette_filtered_lines_total", "Empty lines and holes.", stats.filtered);
  counter("vedette_rule_matches_total", "Matches of single-event rules.", stats.matches);
  counter("vedette_correlation_hits_total", "Hits of correlations.", stats.hits);
  counter("vedette_findings_total", "Findings given to triage.", stats.findings);
  counter("vedette_findings_suppressed_total", "Findings that a suppression hid.",
          stats.findings_hidden);
  counter("vedette_commits_total", "Commits to the database.", stats.commits);
  counter("vedette_commit_failures_total", "Commits that failed and were tried again.",
          stats.commit_failures);
  counter("vedette_entities_evicted_total", "Entities forgotten because the table was full.",
          stats.entities_evicted);
  counter("vedette_groups_evicted_total",
          "Correlation groups forgotten because the table was full.", stats.groups_evicted);
  gauge("vedette_entities", "Entities remembered.", stats.entities);
  gauge("vedette_groups", "Correlation groups remembered.", stats.groups);
  gauge("vedette_threats_in_memory", "Threats in memory; the others are in the database.",
        stats.threats_in_memory);
  number("vedette_store_failing", MetricKind::Gauge, "1 while the database cannot be written.",
         stats.store_failing ? 1 : 0);
  number("process_resident_memory_bytes", MetricKind::Gauge, "Resident memory of this process.",
         observe::resident_bytes());
  number("vedette_http_connections", MetricKind::Gauge, "Connections that are open.", http.open);
  number("vedette_http_refused_total", MetricKind::Counter, "Connections refused for want of room.",
         http.refused);
  number("vedette_http_timeouts_total", MetricKind::Counter, "Connections closed as too slow.",
         http.timeouts);
  number("vedette_http_protocol_errors_total", MetricKind::Counter, "Requests that are no HTTP.",
         http.protocol_errors);
  number("vedette_ingest_batches_total", MetricKind::Counter, "Batches of events made durable.",
         ingest.batches);
  number("vedette_ingest_busy_total", MetricKind::Counter, "Batches refused, to come again later.",
         ingest.busy);
  number("vedette_ingest_failed_total", MetricKind::Counter, "Batches that could not be stored.",
         ingest.failed);
  number("vedette_ingest_unread_bytes", MetricKind::Gauge, "Of the journal, not yet committed.",
         ingest.unreleased_bytes);
}

void gather(const store::PromptStore::Counts& prompts, std::vector<observe::Metric>& metrics) {
  const auto number = [&](const char* name, MetricKind kind, const char* help,
                          std::uint64_t value) {
    metrics.push_back({name, help, kind, {{{}, static_cast<double>(value)}}});
  };
  number("vedette_prompt_verdicts_logged_total", MetricKind::Counter,
         "Verdicts written to the log.", prompts.logged);
  number("vedette_prompt_log_dropped_total", MetricKind::Counter,
         "Verdicts and results not kept because too many waited for the disk.", prompts.dropped);
  number("vedette_prompt_log_failed_total", MetricKind::Counter,
         "Verdicts and results that the disk refused.", prompts.failed);
  number("vedette_prompt_verdicts", MetricKind::Gauge, "Verdicts in the log.", prompts.verdicts);
  number("vedette_prompt_results", MetricKind::Gauge, "Results kept to be used again.",
         prompts.results);
}

}  // namespace vedette::cli
