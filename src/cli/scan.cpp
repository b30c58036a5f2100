// vedette scan: the whole pipeline over files or standard input, once.
#include "cli/scan.h"

#include "base/clock.h"
#include "cli/commands.h"
#include "cli/load.h"
#include "cli/log_times.h"
#include "cli/progress.h"
#include "cli/report.h"
#include "cli/terminal.h"
#include "engine/pipeline.h"
#include "engine/thread.h"

#include <algorithm>

namespace vedette::cli {
namespace {

int fail(const Error& error, int code) {
  print_error(error);
  return code;
}

/// Input that could not be read is told at once and changes the exit code; the rest was read.
bool report_problems(const std::vector<source::SourceReport>& reports) {
  bool any = false;
  for (const auto& report : reports) {
    for (const Error& problem : report.problems) {
      print_error(problem);
      any = true;
    }
  }
  return any;
}

bool at_or_above(const Ranking& ranking, const std::optional<Level>& level) {
  if (!level) return false;
  for (auto i = static_cast<std::size_t>(*level); i < kLevels; ++i) {
    if (ranking.by_level()[i] > 0) return true;
  }
  return false;
}

std::vector<LearningSummary> learning_of(const engine::Stats& stats, bool anomalies) {
  std::vector<LearningSummary> kinds;
  for (std::size_t k = 0; anomalies && k < anomaly::kKinds; ++k) {
    const auto& its = stats.behaviour[k];
    kinds.push_back({.kind = to_string(static_cast<anomaly::Kind>(k)),
                     .progress = its.progress,
                     .threshold = its.threshold,
                     .learned = its.model != 0});
  }
  return kinds;
}

}  // namespace

int scan(const ScanOptions& options) {
  const auto loaded = load_rules(options.builtin_rules, options.rules);
  print_problems(*loaded);
  const SystemClock clock;
  source::SourceSet sources(with_times(loaded->fields), clock);
  sources.add_inputs(options.inputs);
  auto store = store::Store::open_temporary();
  if (!store) return fail(store.error(), kUsage);

  engine::PipelineOptions pipeline_options = engine::default_options(engine::usable_cores());
  if (options.workers > 0) pipeline_options.workers = options.workers;
  if (options.lanes > 0) pipeline_options.lanes = options.lanes;
  pipeline_options.triage.entities_max = options.entities_max;
  pipeline_options.correlator.groups_max = options.entities_max;
  pipeline_options.anomalies = options.anomalies;
  pipeline_options.detector.entities_max = options.entities_max / 4;
  pipeline_options.detector.learning.alarms_per_day = options.alarms_per_day;
  engine::Stats stats;
  engine::Pipeline pipeline(pipeline_options, loaded->rules, loaded->fields, sources, **store,
                            clock, stats);
  const double started = monotonic_seconds();
  {
    Progress progress;
    const auto ran =
        pipeline.run([&] { progress.update(sources.reports(), engine::Stats::get(stats.lines)); });
    if (!ran) return fail(ran.error(), kInputDamaged);
  }
  const ScanSummary summary{.ledger = pipeline.ledger(),
                            .seconds = monotonic_seconds() - started,
                            // A forged date in the future must not make everything else look old.
                            .as_of = std::min(pipeline.latest_event(), clock.now()),
                            .entities_evicted = engine::Stats::get(stats.entities_evicted),
                            .groups_evicted = engine::Stats::get(stats.groups_evicted),
                            .learning = learning_of(stats, options.anomalies),
                            .reports = sources.reports()};
  const auto ranking = Ranking::make(**store, options.severity_min.value_or(Level::Informational));
  if (!ranking) return fail(ranking.error(), kInputDamaged);
  const bool damaged = report_problems(summary.reports);
  if (auto printed = print_report(options.format, *ranking, summary, options.limit); !printed) {
    return fail(printed.error(), kInputDamaged);
  }
  if (at_or_above(*ranking, options.fail_on)) return kThreatsFound;
  return damaged ? kInputDamaged : kDone;
}

void add_scan(Command root, Chosen& chosen) {
  const auto command = root.add_subcommand("scan", "Find the threats in log files, once");
  auto options = std::make_shared<ScanOptions>();
  const std::map<std::string, Format> formats{
      {"text", Format::Text}, {"json", Format::Json}, {"ndjson", Format::Ndjson}};
  std::map<std::string, Level> levels;
  for (std::size_t i = 0; i < kLevels; ++i) {
    levels.emplace(to_string(static_cast<Level>(i)), static_cast<Level>(i));
  }
  command
      .add_option("FILE", options->inputs,
                  "Log files, globs, or - for standard input; .gz and .zst too")
      .required();
  command
      .add_choice("--format", options->format, formats,
                  "text for people, json or ndjson for programs")
      .value_name("text|json|ndjson");
  command.add_option("--limit", options->limit, "Threats shown as text; 0 for all").shows_default();
  command
      .add_choice("--severity", options->severity_min, levels,
                  "Only threats of at least this severity")
      .value_name("SEVERITY");
  command
      .add_choice("--fail-on", options->fail_on, levels,
                  "Exit with 1 if a threat has at least this severity")
      .value_name("SEVERITY");
  command
      .add_option("--rules", options->rules,
                  "Sigma rules (a file or directory) beside the built-in ones")
      .takes_one();
  command.add_flag("!--no-builtin-rules", options->builtin_rules,
                   "Use only the rules given by --rules");
  command.add_flag("!--no-anomalies", options->anomalies, "Only rules: do not learn what is usual");
  command
      .add_option("--anomaly-alarms", options->alarms_per_day,
                  "Alarms of anomalies that may come for each day of the log")
      .in_range(0.0, 1e6)
      .shows_default();
  command.add_option("--workers", options->workers, "Threads that decode and match; 0 chooses")
      .in_range(0, 64);
  command.add_option("--lanes", options->lanes, "Threads that own entities; 0 chooses")
      .in_range(0, 64);
  command.add_option("--entities-max", options->entities_max, "Entities remembered at a time")
      .in_range(1024, 16777216)
      .shows_default();
  command.footer(
      "Rotated files may be given in any order; they are read oldest first.\n"
      "Exit codes: 0 done, 1 a threat at or above --fail-on, 2 usage, 3 some input could not be "
      "read.\n\n"
      "Examples:\n"
      "  vedette scan /var/log/auth.log /var/log/auth.log.*\n"
      "  journalctl -o short-iso | vedette scan -\n"
      "  vedette scan --fail-on high access.log.gz && echo quiet");
  command.callback([options, &chosen] { chosen = [options] { return scan(*options); }; });
}

}  // namespace vedette::cli
