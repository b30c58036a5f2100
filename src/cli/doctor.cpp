// vedette doctor: what works here, what is missing, and what `vedette run` will do.
#include "anomaly/features.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/anomaly_state.h"
#include "cli/commands.h"
#include "cli/load.h"
#include "cli/state.h"
#include "cli/terminal.h"
#include "config/config.h"
#include "engine/thread.h"
#include "source/source_set.h"
#include "store/prompt_reader.h"
#include "store/store.h"

#include <fmt/core.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <unistd.h>

namespace vedette::cli {
namespace {

enum class Finding : std::uint8_t { Good, Note, Bad };

class Examination {
 public:
  Examination() : terminal_(terminal_of(stdout)) {}

  void say(Finding finding, std::string_view what, std::string_view detail) {
    static constexpr const char* kMarks[] = {"ok  ", "note", "BAD "};
    static constexpr Style kStyles[] = {Style::Green, Style::Yellow, Style::RedBold};
    const auto at = static_cast<std::size_t>(finding);
    std::printf("%s  %s  %s\n", styled(kMarks[at], kStyles[at], terminal_.colour).c_str(),
                fit(what, 12).c_str(), escape_for_terminal(detail).c_str());
    if (finding == Finding::Bad) any_bad_ = true;
  }
  bool any_bad() const { return any_bad_; }

 private:
  Terminal terminal_;
  bool any_bad_ = false;
};

void examine_rules(const config::Config& config, Examination& examination) {
  const auto loaded = load_rules(config.builtin_rules, config.rules);
  std::size_t correlations = 0;
  for (RuleIndex i = 0; i < loaded->rules->rules().size(); ++i) {
    correlations += loaded->rules->is_correlation(i);
  }
  examination.say(loaded->problems.empty() ? Finding::Good : Finding::Bad, "rules",
                  fmt::format("{} loaded, {} of them correlations", loaded->rules->rules().size(),
                              correlations));
  for (const Error& problem : loaded->problems) {
    examination.say(Finding::Bad, "rules",
                    fmt::format("{}: {}", describe(problem.code).id, problem.detail));
  }
}

void examine_sources(const config::Config& config, Examination& examination) {
  const auto paths = config.inputs.empty() ? source::discover_logs() : config.inputs;
  for (const std::string& path : paths) {
    auto opened = open_for_reading(path);
    if (opened) {
      examination.say(Finding::Good, "log", path);
    } else {
      examination.say(Finding::Bad, "log",
                      opened.error().detail + " (run as root, or join the group adm)");
    }
  }
  if (paths.empty()) examination.say(Finding::Note, "log", "nothing under /var/log that is known");
  const SystemClock clock;
  source::SourceSet probe(source::SourceOptions{}, clock);
  if (auto journal = probe.follow_journal(); journal) {
    examination.say(Finding::Good, "journal", "can be read");
  } else {
    examination.say(Finding::Note, "journal", journal.error().detail);
  }
}

void examine_prompts(const std::string& state, Examination& examination) {
  auto reader = store::PromptReader::open(state);
  auto problems = reader ? (*reader)->check() : Result<std::vector<std::string>>(reader.error());
  if (!problems) return examination.say(Finding::Bad, "prompts", problems.error().detail);
  for (const std::string& problem : *problems) {
    examination.say(Finding::Bad, "prompts", escape_for_terminal(problem));
  }
  if (problems->empty()) examination.say(Finding::Good, "prompts", "the log of verdicts is whole");
}

void examine_learning(store::Store& store, Examination& examination) {
  const auto learned = learned_in(store);
  if (!learned) return examination.say(Finding::Bad, "behaviour", learned.error().detail);
  std::string text;
  bool any = false;
  for (std::size_t k = 0; k < anomaly::kKinds; ++k) {
    const anomaly::Lore& lore = learned->kinds[k];
    any = any || lore.model != nullptr;
    text += fmt::format("{}{}: {}", k == 0 ? "" : "; ", to_string(static_cast<anomaly::Kind>(k)),
                        learning_text(lore));
  }
  examination.say(any ? Finding::Good : Finding::Note, "behaviour", text);
}

void examine_state(const config::Config& config, Examination& examination) {
  const std::string state = config.state.empty() ? default_state_directory() : config.state;
  std::error_code error;
  if (!std::filesystem::exists(state, error)) {
    examination.say(Finding::Note, "state", state + " will be made by the first `vedette run`");
    return;
  }
  if (::access(state.c_str(), W_OK) != 0) {
    examination.say(Finding::Bad, "state", state + " cannot be written by this user");
  }
  struct statvfs disk {};
  if (::statvfs(state.c_str(), &disk) == 0) {
    const std::uint64_t free_bytes = std::uint64_t{disk.f_bavail} * disk.f_frsize;
    examination.say(free_bytes < (64u << 20) ? Finding::Bad : Finding::Good, "disk",
                    fmt::format("{} free at {}", bytes_text(free_bytes), state));
  }
  if (std::filesystem::exists(store::prompt_database_in(state), error)) {
    examine_prompts(state, examination);
  }
  if (!std::filesystem::exists(state + "/vedette.db", error)) return;
  auto store = store::Store::open(state, store::Store::Mode::Inspect);
  if (!store) {
    examination.say(Finding::Bad, "database", store.error().detail);
    return;
  }
  const auto problems = (*store)->check();
  if (!problems) {
    examination.say(Finding::Bad, "database", problems.error().detail);
    return;
  }
  for (const std::string& problem : *problems) {
    examination.say(Finding::Bad, "database", escape_for_terminal(problem));
  }
  examine_learning(**store, examination);
  const auto counts = (*store)->counts();
  if (!counts || !problems->empty()) return;
  std::string text = "whole;";
  for (std::size_t tier = 0; tier < kTiers; ++tier) {
    std::uint64_t sum = 0;
    for (const auto& by_status : (*counts)[tier]) {
      for (const std::uint64_t n : by_status) sum += n;
    }
    text += fmt::format(" {} {}{}", grouped(sum), to_string(static_cast<Tier>(tier)),
                        tier + 1 < kTiers ? "," : " threats");
  }
  examination.say(Finding::Good, "database", text);
}

void examine_machine(Examination& examination) {
  const Civil now = to_civil_utc(SystemClock().now());
  examination.say(now.year >= 2024 ? Finding::Good : Finding::Bad, "clock",
                  time_text(SystemClock().now()) + " UTC");
  examination.say(Finding::Good, "cores", std::to_string(engine::usable_cores()));
  const auto watches = read_file("/proc/sys/fs/inotify/max_user_watches");
  const auto number =
      watches ? parse_int(trim(std::string_view(*watches).substr(0, watches->find('\n'))))
              : std::nullopt;
  if (number && *number < 1024) {
    examination.say(
        Finding::Note, "inotify",
        fmt::format("fs.inotify.max_user_watches is {}; files beyond it are polled", *number));
  } else {
    examination.say(Finding::Good, "inotify",
                    number ? std::to_string(*number) + " watches" : "unknown");
  }
}

int examine(const std::string& file, const std::string& state) {
  config::Config config;
  Examination examination;
  if (!file.empty()) {
    auto read = config::read_config(file, config);
    examination.say(read ? Finding::Good : Finding::Bad, "config",
                    read ? file : read.error().detail);
  }
  if (!state.empty()) config.state = state;
  examine_rules(config, examination);
  examine_sources(config, examination);
  examine_state(config, examination);
  examine_machine(examination);
  std::printf("\n`vedette run` observes: it decides and records, and blocks nothing.\n");
  return examination.any_bad() ? kUsage : kDone;
}

}  // namespace

void add_doctor(Command root, Chosen& chosen) {
  const auto command =
      root.add_subcommand("doctor", "What works here, what is missing, what `run` will do");
  struct Given {
    std::string file, state;
  };
  auto given = std::make_shared<Given>();
  command.add_option("-c,--config", given->file, "The configuration file that `run` would get");
  command.add_option("--state", given->state, "Directory of the database");
  command.footer("Exit code 2 if anything is bad.\n\nExample:\n  sudo vedette doctor");
  command.callback(
      [given, &chosen] { chosen = [given] { return examine(given->file, given->state); }; });
}

}  // namespace vedette::cli
