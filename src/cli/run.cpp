// vedette run: the daemon.
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/load.h"
#include "cli/render.h"
#include "cli/scan.h"
#include "cli/serve.h"
#include "cli/state.h"
#include "config/config.h"
#include "engine/desk.h"
#include "engine/pipeline.h"
#include "engine/thread.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <filesystem>
#include <pthread.h>
#include <signal.h>
#include <thread>

namespace vedette::cli {
namespace {

int fail(const Error& error) {
  print_error(error);
  return kUsage;
}

/// Ends the sources when the process is asked to end. SIGINT and SIGTERM are blocked in every
/// thread, so that only this one ever takes them, in ordinary code; so is SIGHUP, for PolicyFile.
class Signals {
 public:
  explicit Signals(source::SourceSet& sources) {
    sigemptyset(&wanted_);
    sigaddset(&wanted_, SIGINT);
    sigaddset(&wanted_, SIGTERM);
    sigset_t blocked = wanted_;
    sigaddset(&blocked, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
    thread_ = std::thread([this, &sources] {
      const timespec patience{.tv_sec = 0, .tv_nsec = 200'000'000};
      while (!done_) {
        if (sigtimedwait(&wanted_, nullptr, &patience) > 0) {
          log::info("Asked to end: finishing what was read.");
          sources.stop();
        }
      }
    });
  }
  ~Signals() {
    done_ = true;
    thread_.join();
  }

 private:
  sigset_t wanted_{};
  std::atomic<bool> done_{false};
  std::thread thread_;
};

/// Says on the log what became worse: a threat that is new, or whose severity rose. Remembers a
/// bounded number of threats; one that was forgotten is told again.
class Announcer {
 public:
  void operator()(const Commit& commit) {
    for (const Threat& threat : commit.threats) {
      const auto known = told_.find(threat.entity_hash);
      if (known != told_.end() && known->second >= threat.severity) continue;
      if (told_.size() >= kToldMax) told_.clear();
      told_[threat.entity_hash] = threat.severity;
      std::string what;
      for (const Finding& finding : threat.findings) {
        const FindingRule& rule = *finding.rule;
        if (rule.level == threat.severity) what += (what.empty() ? "" : "; ") + rule.title;
      }
      log::info("Threat.",
                {{"severity", to_string(threat.severity)},
                 {"entity", threat.entity_value},
                 {"score", fmt::format("{:.1f}", score_at(threat.heat, threat.last_seen))},
                 {"what", what},
                 {"id", threat.id}});
    }
  }

 private:
  static constexpr std::size_t kToldMax = 10'000;
  std::unordered_map<std::uint64_t, Level> told_;
};

bool has_auth_log(const std::vector<std::string>& paths) {
  return std::any_of(paths.begin(), paths.end(), [](const std::string& path) {
    return path.ends_with("/auth.log") || path.ends_with("/secure") || path.ends_with("/syslog") ||
           path.ends_with("/messages");
  });
}

std::vector<std::string> what_to_follow(const config::Config& config) {
  return config.inputs.empty() ? source::discover_logs() : config.inputs;
}

/// Adds every source. False when there is nothing at all.
bool add_sources(const config::Config& config, source::SourceSet& sources) {
  const auto paths = what_to_follow(config);
  for (const std::string& path : paths) {
    sources.follow(path, config.from_start);
    log::info("Following a file.", {{"path", path}});
  }
  bool journal = false;
  // With rsyslog beside it, the journal has every line a second time.
  if (config.journal == "yes" ||
      (config.journal == "auto" && config.inputs.empty() && !has_auth_log(paths))) {
    if (auto followed = sources.follow_journal(); followed) {
      journal = true;
      log::info("Following the systemd journal.");
    } else if (config.journal == "yes") {
      print_error(followed.error());
    }
  }
  return journal || !paths.empty();
}

/// A machine without logs: what a first-time user sees are the samples, and a word about it.
int show_samples() {
  const std::string directory = samples_directory();
  if (directory.empty()) {
    return fail({Errc::InputKind,
                 "no logs were found under /var/log, and no journal; name files to "
                 "follow with --inputs"});
  }
  std::printf(
      "There are no logs on this machine that this user can read, so these are the threats in the\n"
      "samples (made by `vedette simulate`, in %s).\n"
      "To watch real logs: vedette run --inputs FILE, or run as a user who may read /var/log.\n\n",
      directory.c_str());
  ScanOptions options;
  options.inputs = files_below(directory, {".log", ".json"});
  std::erase_if(options.inputs,
                [](const std::string& path) { return path.ends_with("truth.json"); });
  options.limit = 8;
  return scan(options);
}

engine::PipelineOptions pipeline_options(const config::Config& config) {
  auto options = engine::default_options(engine::usable_cores());
  if (config.workers > 0) options.workers = config.workers;
  if (config.lanes > 0) options.lanes = config.lanes;
  options.resumable = true;
  options.checkpoint = std::chrono::milliseconds(config.checkpoint_ms);
  options.triage.entities_max = config.entities_max;
  options.triage.threats_max = config.threats_max;
  options.correlator.groups_max = config.entities_max;
  options.anomalies = config.anomalies;
  options.detector.entities_max = config.anomaly_entities_max;
  anomaly::LearningOptions& learning = options.detector.learning;
  learning.alarms_per_day = static_cast<double>(config.anomaly_alarms_per_day);
  learning.threshold = static_cast<float>(config.anomaly_threshold) / 100;
  learning.learning_hours = static_cast<std::int64_t>(config.anomaly_learning_hours);
  learning.retrain_hours = static_cast<std::int64_t>(config.anomaly_retrain_hours);
  return options;
}

triage::PromotionRule promotion_rule(const std::string& severity, std::uint64_t score,
                                     std::uint64_t techniques, std::uint64_t days) {
  return {.severity = parse_level(severity).value_or(Level::High),
          .score = static_cast<double>(score),
          .techniques = static_cast<unsigned>(techniques),
          .days = static_cast<unsigned>(days)};
}

triage::TierOptions tier_options(const config::Config& config) {
  triage::TierOptions options;
  options.working_max = config.working_threats_max;
  options.working_for = std::chrono::minutes(config.working_minutes);
  options.short_for = std::chrono::hours(24 * config.short_term_days);
  options.long_for = std::chrono::hours(24 * config.long_term_days);
  options.to_short = promotion_rule(config.short_term_severity, config.short_term_score,
                                    config.short_term_techniques, config.short_term_days_seen);
  options.to_long = promotion_rule(config.long_term_severity, config.long_term_score,
                                   config.long_term_techniques, config.long_term_days_seen);
  return options;
}

/// Null when no events are to be kept.
Result<std::unique_ptr<store::EventLog>> open_events(const config::Config& config,
                                                     const std::string& state,
                                                     store::Store& store) {
  if (config.event_days == 0) return std::unique_ptr<store::EventLog>();
  VD_TRY(const std::uint64_t last, store.last_barrier());
  return store::EventLog::open(state + "/events",
                               {.days_max = static_cast<unsigned>(config.event_days),
                                .bytes_max = config.event_mbytes << 20},
                               last);
}

/// What is done between the changes of people: kept lines grow old, and together.
class Tidying {
 public:
  Tidying(store::EventLog* events, store::Store& store, const Clock& clock)
      : events_(events), store_(&store), clock_(&clock) {}

  bool operator()() {
    const double now = monotonic_seconds();
    if (now >= next_) {
      next_ = now + kEverySeconds;
      warn(store_->forget_answers(clock_->now() - kAnswersKept));
      if (events_ != nullptr) warn(events_->expire(clock_->now()));
    }
    if (events_ == nullptr) return false;
    const auto compacted = events_->compact_some();
    warn(compacted);
    return compacted && *compacted;
  }

 private:
  static constexpr double kEverySeconds = 60;
  static constexpr std::chrono::hours kAnswersKept{24};

  template <typename T>
  static void warn(const Result<T>& result) {
    if (!result) log::warn("Housekeeping failed.", {{"error", result.error().detail}});
  }

  store::EventLog* events_;
  store::Store* store_;
  const Clock* clock_;
  double next_ = 0;
};

void set_log_level(const std::string& level) {
  log::set_level(level == "debug"   ? log::Level::Debug
                 : level == "warn"  ? log::Level::Warn
                 : level == "error" ? log::Level::Error
                                    : log::Level::Info);
}

/// One descriptor per followed file: as many as this process may have.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);  // without it there is the limit that there was
}

int run(const config::Config& config) {
  set_log_level(config.log_level);
  raise_file_limit();
  const SystemClock clock;
  source::SourceSet sources(source::SourceOptions{}, clock);
  Signals signals(sources);  // before any other thread, so that all inherit the mask
  const auto loaded = load_rules(config.builtin_rules, config.rules);
  print_problems(*loaded);
  if (!add_sources(config, sources)) return show_samples();

  const std::string state = config.state.empty() ? default_state_directory() : config.state;
  auto store = store::Store::open(state, store::Store::Mode::Own);
  if (!store) return fail(store.error());
  auto journal = source::IngestJournal::open(state + "/ingest", {}, clock);
  if (!journal) return fail(journal.error());
  sources.attach(**journal);
  engine::Stats stats;
  engine::ThreatQueue queue(**store, clock, tier_options(config));
  if (auto known = queue.load(); !known) return fail(known.error());
  auto events = open_events(config, state, **store);
  if (!events) return fail(events.error());
  engine::Desk desk(queue, Tidying(events->get(), **store, clock));
  auto options = pipeline_options(config);
  options.queue = &queue;
  options.events = events->get();
  options.on_commit = Announcer();
  engine::Pipeline pipeline(options, loaded->rules, loaded->fields, sources, **store, clock, stats);
  if (auto restored = pipeline.restore(); !restored) return fail(restored.error());
  const auto server =
      ApiServer::start(config, state, *loaded, queue, desk, stats, **journal, events->get(), clock);
  if (!server) return fail(server.error());
  log::info("Ready: observing, nothing is blocked.",
            {{"rules", loaded->rules->rules().size()}, {"state", state}});

  std::size_t told = 0;  // problems of sources, each told once
  const auto ran = pipeline.run([&] {
    std::size_t count = 0;
    for (const auto& report : sources.reports()) {
      for (const Error& problem : report.problems) {
        if (++count > told) log::warn(describe(problem.code).what, {{"detail", problem.detail}});
      }
    }
    told = std::max(told, count);
  });
  if (!ran) {
    print_error(ran.error());
    return kInputDamaged;
  }
  log::info("Ended; everything read is stored.", {{"lines", engine::Stats::get(stats.lines)}});
  return kDone;
}

std::string dashed(std::string_view name) {
  std::string out(name);
  std::replace(out.begin(), out.end(), '_', '-');
  return out;
}

}  // namespace

void add_run(Command root, Chosen& chosen) {
  struct Given {
    std::string file;
    std::map<std::string, std::vector<std::string>> values;  // stable addresses, by option name
  };
  const auto command =
      root.add_subcommand("run", "Watch this machine's logs from now on (the daemon)");
  auto given = std::make_shared<Given>();
  command.add_option("-c,--config", given->file, "YAML file with the options below");
  for (const config::OptionInfo& option : config::options()) {
    std::string help(option.sentence);
    if (!option.initial.empty()) help += fmt::format(" [{}]", option.initial);
    command.add_option("--" + dashed(option.name), given->values[std::string(option.name)], help)
        .value_name(option.kind == config::OptionKind::List ? "TEXT…" : "VALUE")
        .takes(1, option.kind == config::OptionKind::List ? 1000 : 1);
  }
  command.footer(
      "No configuration is needed: logs are found under /var/log, and nothing is ever blocked.\n"
      "What was read and found is stored every second; after a crash it goes on where it was.\n\n"
      "Examples:\n"
      "  sudo vedette run\n"
      "  vedette run --inputs /srv/logs/access.log --from-start yes --state ./state\n"
      "  vedette threats list            the queue, from another terminal");
  command.callback([given, &chosen] {
    chosen = [given] {
      config::Config config;
      if (!given->file.empty()) {
        if (auto read = config::read_config(given->file, config); !read) return fail(read.error());
      }
      for (const auto& [name, values] : given->values) {
        for (const std::string& value : values) {
          if (auto set = config::set_option(config, name, value); !set) return fail(set.error());
        }
      }
      return run(config);
    };
  });
}

}  // namespace vedette::cli
