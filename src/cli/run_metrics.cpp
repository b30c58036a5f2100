#include "cli/run_metrics.h"

#include "observe/metrics.h"

#include <utility>

namespace vedette::cli {
namespace {

using observe::Metric;
using observe::MetricKind;

std::vector<Metric> gather(const engine::Stats& stats) {
  std::vector<Metric> metrics;
  const auto add = [&](const char* name, MetricKind kind, const char* help, std::uint64_t value) {
    metrics.push_back({name, help, kind, {{{}, static_cast<double>(value)}}});
  };
  const auto counter = [&](const char* name, const char* help, const engine::Stats::Count& count) {
    add(name, MetricKind::Counter, help, engine::Stats::get(count));
  };
  const auto gauge = [&](const char* name, const char* help, const engine::Stats::Count& count) {
    add(name, MetricKind::Gauge, help, engine::Stats::get(count));
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
  add("vedette_store_failing", MetricKind::Gauge, "1 while the database cannot be written.",
      stats.store_failing ? 1 : 0);
  add("process_resident_memory_bytes", MetricKind::Gauge, "Resident memory of this process.",
      observe::resident_bytes());
  return metrics;
}

net::HttpResponse answer(const net::HttpRequest& request, const engine::Stats& stats) {
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  if (request.method != "GET" && request.method != "HEAD") {
    return {.status = 405, .body = "Only GET and HEAD are known here.\n"};
  }
  if (path == "/healthz") return {.body = "ok\n"};
  if (path == "/readyz") {
    if (!stats.ready) return {.status = 503, .body = "starting or ending\n"};
    if (stats.store_failing) return {.status = 503, .body = "the database cannot be written\n"};
    return {.body = "ready\n"};
  }
  if (path == "/metrics") {
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = observe::to_prometheus(gather(stats))};
  }
  return {.status = 404, .body = "There are /healthz, /readyz and /metrics here.\n"};
}

}  // namespace

net::HttpHooks answering(const engine::Stats& stats) {
  return {.handle = [&stats](const net::HttpRequest& request, net::Reply reply) {
    std::move(reply).send(answer(request, stats));
  }};
}

}  // namespace vedette::cli
