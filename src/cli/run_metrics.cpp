#include "cli/run_metrics.h"

#include "anomaly/features.h"
#include "observe/metrics.h"

#include <utility>

namespace vedette::cli {

using observe::Metric;
using observe::MetricKind;

namespace {

/// What was learned of each kind of entity.
void gather_learned(const engine::Stats& stats, std::vector<observe::Metric>& metrics) {
  using Behaviour = engine::Stats::Behaviour;
  const auto each = [&](const char* name, const char* help, const auto& value) {
    observe::Metric metric{name, help, MetricKind::Gauge, {}};
    for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
      const auto kind = std::string(anomaly::to_string(static_cast<anomaly::Kind>(k)));
      metric.samples.push_back({{{"kind", kind}}, static_cast<double>(value(stats.behaviour[k]))});
    }
    metrics.push_back(std::move(metric));
  };
  each("vedette_anomaly_baseline_ratio", "How much of a first baseline there is, 0 to 1.",
       [](const Behaviour& its) { return its.progress.load(); });
  each("vedette_anomaly_threshold", "Score from which on it is an alarm.",
       [](const Behaviour& its) { return its.threshold.load(); });
  each("vedette_anomaly_score_drift",
       "Mean difference of the scores that the latest two models give to the same vectors.",
       [](const Behaviour& its) { return its.score_drift.load(); });
  each("vedette_anomaly_feature_drift",
       "How far the median of the feature that moved most has, in widths of what was usual.",
       [](const Behaviour& its) { return its.feature_drift.load(); });
  each("vedette_anomaly_model_trained_timestamp_seconds",
       "Time of the stream at which the model was trained; 0 while there is none.",
       [](const Behaviour& its) { return 3600.0 * static_cast<double>(its.trained_hour.load()); });
}

void gather_stages(const engine::Stats& stats, std::vector<observe::Metric>& metrics) {
  observe::Metric metric{"vedette_stage_seconds_total",
                         "Time that all threads together spent in a stage.",
                         MetricKind::Counter,
                         {}};
  for (std::size_t i = 0; i < engine::kStageNames.size(); ++i) {
    const auto ns = static_cast<double>(engine::Stats::get(stats.stage_ns[i]));
    metric.samples.push_back({{{"stage", std::string(engine::kStageNames[i])}}, 1e-9 * ns});
  }
  metrics.push_back(std::move(metric));
}

/// How right anomalies were, as people say.
void gather_outcomes(const engine::Stats& stats, std::vector<observe::Metric>& metrics) {
  const auto each = [&](const char* name, const char* help, double value) {
    metrics.push_back({name, help, MetricKind::Gauge, {{{}, value}}});
  };
  each("vedette_anomaly_resolved_threats",
       "Closed threats that the next four are about, the latest 1,000 at most.",
       static_cast<double>(stats.resolved.load()));
  each("vedette_anomaly_precision", "Of those with an anomaly, the share that was hostile.",
       stats.precision);
  each("vedette_anomaly_recall", "Of the hostile ones, the share with an anomaly.", stats.recall);
  each("vedette_anomaly_false_alarm_rate", "Of the harmless ones, the share with an anomaly.",
       stats.false_alarm_rate);
  each("vedette_anomaly_accuracy", "Share that was judged as people did.", stats.accuracy);
}

void gather_anomalies(const engine::Stats& stats, std::vector<observe::Metric>& metrics) {
  const auto number = [&](const char* name, MetricKind kind, const char* help, double value) {
    metrics.push_back({name, help, kind, {{{}, value}}});
  };
  const auto counter = [&](const char* name, const char* help, const engine::Stats::Count& count) {
    number(name, MetricKind::Counter, help, static_cast<double>(engine::Stats::get(count)));
  };
  counter("vedette_anomalies_total", "Findings about unusual behaviour.", stats.anomalies);
  counter("vedette_anomaly_vectors_total", "Feature vectors that were looked at.",
          stats.vectors_scored);
  number("vedette_anomaly_profiles", MetricKind::Gauge, "Entities whose behaviour is followed.",
         static_cast<double>(engine::Stats::get(stats.profiles)));
  counter("vedette_anomaly_profiles_evicted_total",
          "Of those, forgotten because the table was full.", stats.profiles_evicted);
  counter("vedette_anomaly_models_total", "Models that were trained.", stats.models_trained);
  metrics.push_back(
      {"vedette_anomaly_training_seconds_total",
       "Time spent on training models.",
       MetricKind::Counter,
       {{{}, 1e-6 * static_cast<double>(engine::Stats::get(stats.learning_microseconds))}}});
  gather_learned(stats, metrics);
  gather_outcomes(stats, metrics);
}

}  // namespace

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
  gather_anomalies(stats, metrics);
  gather_stages(stats, metrics);
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
