// vedette simulate: realistic logs with honest people and attackers in them, and the truth beside
// them.
#include "base/clock.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/terminal.h"
#include "simulate/generator.h"

#include <fmt/core.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <thread>
#include <unistd.h>

namespace vedette::cli {
namespace {

volatile std::sig_atomic_t stop_asked = 0;
void ask_to_stop(int) {
  stop_asked = 1;
}

struct SimulateOptions {
  std::string scene, formats, attacks, header = "rfc3339", start, duration, rate, out, truth;
  std::uint64_t lines = 0, seed = 1;
  std::uint32_t users = 0, clients = 0, attackers = 0;
  bool users_given = false, clients_given = false, attackers_given = false;
};

/// What the words of the command line come to.
struct Plan {
  simulate::Options options;
  std::uint64_t rate = 0;  ///< lines a second; 0: as fast as it goes
  std::string out;         ///< a directory, or "-"
  std::string truth;       ///< a file, or empty
};

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      return Error{Errc::FileWrite, fmt::format("{}: {}", path, errno_text(errno))};
    }
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<UniqueFd> open_for_writing(const std::string& path, bool append) {
  const int how = append ? O_APPEND : O_TRUNC;
  UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | how, 0644));
  if (!fd) return Error{Errc::FileWrite, fmt::format("{}: {}", path, errno_text(errno))};
  return fd;
}

/// The files, or standard output, each with what is still to be written to it.
class Outputs {
 public:
  Result<void> open(const Plan& plan) {
    if (plan.out == "-") return {};
    std::error_code failed;
    std::filesystem::create_directories(plan.out, failed);
    if (failed) return Error{Errc::FileWrite, plan.out + ": " + failed.message()};
    for (std::size_t i = 0; i < simulate::kStreams; ++i) {
      if (!plan.options.streams[i]) continue;
      File& file = files_[i];
      file.path = plan.out + "/" + std::string(file_name(static_cast<simulate::Stream>(i)));
      // A live log grows; others would otherwise hold two simulations.
      VD_TRY(file.fd, open_for_writing(file.path, plan.rate > 0));
    }
    return {};
  }

  Result<void> add(const simulate::Line& line) {
    File& file = files_[simulate::index(line.stream)];
    file.waiting.append(line.text).append("\n");
    bytes_ += line.text.size() + 1;
    if (file.waiting.size() < kWaitingBytes) return {};
    return flush(file);
  }

  Result<void> flush() {
    for (File& file : files_) VD_CHECK(flush(file));
    return {};
  }

  std::uint64_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kWaitingBytes = 256 * 1024;
  struct File {
    UniqueFd fd;
    std::string path = "standard output";
    std::string waiting;
  };

  static Result<void> flush(File& file) {
    if (file.waiting.empty()) return {};
    const int fd = file.fd ? file.fd.get() : STDOUT_FILENO;
    VD_CHECK(write_all(fd, file.waiting, file.path));
    file.waiting.clear();
    return {};
  }

  std::array<File, simulate::kStreams> files_;
  std::uint64_t bytes_ = 0;
};

Result<std::uint64_t> parse_rate(std::string_view text) {
  if (text.empty()) return std::uint64_t{0};
  std::string_view number = text;
  take_suffix(number, "/s");
  const auto rate = parse_int<std::uint64_t>(number);
  if (!rate || *rate == 0 || *rate > 10'000'000) {
    return Error{Errc::UsageError,
                 fmt::format("--rate {}: write a number of lines a second, such as 200/s", text)};
  }
  return *rate;
}

/// Who there is and what is written: of a scene, where it is not told otherwise.
Result<void> choose_life(const SimulateOptions& given, simulate::Options& options) {
  std::string_view words = given.formats;
  if (!given.scene.empty()) {
    VD_CHECK(set_scene(given.scene, options));
    if (!words.empty()) options.streams.reset();
  } else if (words.empty()) {
    words = given.out.empty() || given.out == "-" ? "auth" : "mixed";
  }
  while (!words.empty()) VD_CHECK(add_format(take_until(words, ','), options));
  if (!given.attacks.empty()) VD_CHECK(set_attacks(given.attacks, options));
  if (given.users_given) options.users = given.users;
  if (given.clients_given) options.clients = given.clients;
  if (given.attackers_given) options.attackers = given.attackers;
  if (given.scene.empty()) {
    choose_population(options, given.users_given, given.attackers_given);
  } else if (!given.attackers_given) {
    options.attackers = 3 * static_cast<std::uint32_t>(options.attacks.count());
  }
  return {};
}

Result<Plan> make_plan(const SimulateOptions& given) {
  Plan plan;
  simulate::Options& options = plan.options;
  options.lines_max = given.lines;
  VD_CHECK(choose_life(given, options));
  VD_CHECK(set_header(given.header, options));
  VD_TRY(plan.rate, parse_rate(given.rate));
  options.seed = given.seed;
  if (!given.duration.empty()) {
    VD_TRY(options.duration, simulate::parse_span(given.duration));
  } else if (given.lines == 0 && given.scene.empty()) {
    options.duration = std::chrono::hours{24};
  }
  if (given.start == "now" || (given.start.empty() && plan.rate > 0)) {
    options.start = SystemClock().now();
  } else if (!given.start.empty()) {
    const auto start = parse_rfc3339(given.start);
    if (!start || start->time_since_epoch().count() < 0) {
      return Error{Errc::UsageError,
                   fmt::format("--start {}: write a time such as 2026-01-05T08:00:00Z, or now",
                               given.start)};
    }
    options.start = *start;
  }
  plan.out = given.out.empty() && options.streams.count() == 1 ? "-" : given.out;
  if (plan.out.empty() || (plan.out == "-" && options.streams.count() > 1)) {
    return Error{Errc::UsageError,
                 "several logs do not fit into one stream; name a directory with --out DIR"};
  }
  plan.truth = given.truth;
  if (plan.truth.empty() && plan.out != "-") plan.truth = plan.out + "/truth.json";
  return plan;
}

/// How far the simulation is, on a terminal that shows nothing else.
class Meter {
 public:
  explicit Meter(const Plan& plan)
      : plan_(plan),
        terminal_(terminal_of(stderr)),
        shown_(terminal_.is_terminal && !(plan.out == "-" && ::isatty(STDOUT_FILENO) == 1)),
        started_(monotonic_seconds()),
        last_(started_) {}
  ~Meter() {
    if (drawn_) std::fprintf(stderr, "\r\x1b[K");
  }

  void update(const simulate::Line& line, std::uint64_t lines) {
    if (!shown_) return;
    const double now = monotonic_seconds();
    if (now - last_ < 0.2) return;
    last_ = now;
    const simulate::Options& options = plan_.options;
    double share = 0;
    if (options.lines_max > 0) {
      share = static_cast<double>(lines) / static_cast<double>(options.lines_max);
    } else {
      share = static_cast<double>((line.time - options.start).count()) /
              static_cast<double>(options.duration.count());
    }
    const std::string text = Progress::text(share, lines, now - started_, terminal_.width);
    std::fprintf(stderr, "\r%s\x1b[K", text.c_str());
    drawn_ = true;
  }

  double seconds() const { return monotonic_seconds() - started_; }

 private:
  const Plan& plan_;
  Terminal terminal_;
  bool shown_;
  double started_, last_;
  bool drawn_ = false;
};

/// Writes what is due and sleeps until the next line is.
Result<void> keep_pace(const Plan& plan, std::uint64_t lines, const Meter& meter,
                       Outputs& outputs) {
  const double due = static_cast<double>(lines) / static_cast<double>(plan.rate);
  if (due <= meter.seconds()) return {};
  VD_CHECK(outputs.flush());
  // Asleep for short times only, so that a signal is answered.
  while (stop_asked == 0 && due > meter.seconds()) {
    const double left = std::min(due - meter.seconds(), 0.1);
    std::this_thread::sleep_for(std::chrono::duration<double>(left));
  }
  return {};
}

Result<void> write_truth(const Plan& plan, const simulate::Generator& generator) {
  if (plan.truth.empty()) return {};
  VD_TRY(const UniqueFd fd, open_for_writing(plan.truth, false));
  Result<void> written;
  generator.truth().write(plan.options, [&](std::string_view piece) {
    if (written) written = write_all(fd.get(), piece, plan.truth);
  });
  return written;
}

Result<void> simulate_lines(const Plan& plan) {
  Outputs outputs;
  VD_CHECK(outputs.open(plan));
  simulate::Generator generator(plan.options);
  std::uint64_t lines = 0;
  double seconds = 0;
  {
    Meter meter(plan);
    while (stop_asked == 0) {
      if (plan.rate > 0) VD_CHECK(keep_pace(plan, lines, meter, outputs));
      const simulate::Line* line = stop_asked == 0 ? generator.next() : nullptr;
      if (line == nullptr) break;
      VD_CHECK(outputs.add(*line));
      ++lines;
      if (lines % 1024 == 0) meter.update(*line, lines);
    }
    VD_CHECK(outputs.flush());
    seconds = meter.seconds();
  }
  VD_CHECK(write_truth(plan, generator));
  if (plan.out == "-") return {};
  std::fprintf(stderr, "%s lines, %s, in %.1f s; logs in %s, the truth in %s\n",
               grouped(lines).c_str(), bytes_text(outputs.bytes()).c_str(), seconds,
               plan.out.c_str(), plan.truth.c_str());
  return {};
}

int run_simulation(const SimulateOptions& given) {
  const auto plan = make_plan(given);
  if (!plan) {
    print_error(plan.error());
    return kUsage;
  }
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  if (const auto done = simulate_lines(*plan); !done) {
    print_error(done.error());
    return kInputDamaged;
  }
  return kDone;
}

constexpr const char* kFooter =
    "Formats: sshd, auth, web, web-common, web-vhost, nginx-error, apache-error, cowrie, "
    "netfilter,\n"
    "iptables, json, several with commas, or mixed for all: auth.log, access.log, error.log,\n"
    "cowrie.json, kern.log and events.json. Times are UTC. The same options give the same bytes "
    "on\n"
    "every machine. truth.json tells for every source and user who they are, which attacks they "
    "made,\n"
    "and how often each thing happened. Addresses are from ranges for documentation and private "
    "use.\n\n"
    "A scene is a life in which everyone has habits: hours, hosts, commands, networks, a rhythm; "
    "some are on\n"
    "holiday, travel, forget passwords. After a clean first week the attacks are planted, three of "
    "each kind,\n"
    "all below the thresholds of the rules; truth.json lists them, with begin, end and entities. "
    "--users,\n"
    "--clients, --duration, --attack, --attackers and --format change a scene.\n\n"
    "Examples:\n"
    "  vedette simulate | vedette scan -                       a day of auth.log, and what is in "
    "it\n"
    "  vedette simulate --out /tmp/logs                        a day of every log, with "
    "truth.json\n"
    "  vedette simulate --format web --lines 1000000 > access.log\n"
    "  vedette simulate --format sshd --attack ssh-password-spray --users 0 --duration 6h\n"
    "  vedette simulate --scene month --out /tmp/month         a month to measure a detection of "
    "anomalies with\n"
    "  vedette simulate --out /var/tmp/live --rate 50/s        grows until Ctrl-C";

}  // namespace

void add_simulate(Command root, Chosen& chosen) {
  const auto command = root.add_subcommand(
      "simulate", "Write realistic logs of people and attackers, with the truth");
  auto options = std::make_shared<SimulateOptions>();
  command.add_option("--scene", options->scene,
                     "month: 30 days of 200 people and 500 web clients with habits, and 30 attacks "
                     "that no rule names");
  command.add_option("--format", options->formats,
                     "Which logs (default: auth to standard output, mixed to a directory)");
  command.add_option("--lines", options->lines, "Stop after so many lines in all");
  command.add_option("--duration", options->duration,
                     "How long the time in the logs goes on: 90s, 30m, 12h, 7d, 2w (default: 1d)");
  command.add_option("--seed", options->seed, "Another seed, another history (default: 1)");
  command.add_option("--start", options->start,
                     "Time of the beginning, RFC 3339, or now (default: 2026-01-05T00:00:00Z; with "
                     "--rate: now)");
  const auto users =
      command.add_option("--users", options->users,
                         "People with accounts, and visitors at a time (default: 12, "
                         "more with many --lines)");
  const auto clients =
      command.add_option("--clients", options->clients, "Of a scene: clients of the web site");
  const auto attackers =
      command.add_option("--attackers", options->attackers,
                         "Attacks begun each day (default: 48, more with many --lines); of a "
                         "scene: in all");
  users.in_range(0, 1'000'000);
  clients.in_range(0, 2'500);
  attackers.in_range(0, 10'000'000);
  command.add_option("--attack", options->attacks,
                     "These attacks, with commas; a wrong name lists all");
  command.add_option("--header", options->header,
                     "How syslog lines begin: rfc3339 (default), rfc3164, rfc5424, iso");
  command.add_option("--out", options->out, "A directory for the logs, or - for standard output");
  command.add_option("--truth", options->truth, "Where the truth goes (default: DIR/truth.json)");
  command.add_option("--rate", options->rate,
                     "Write live, so many lines a second (200/s), appending whole lines");
  command.footer(kFooter);
  command.callback([options, users, clients, attackers, &chosen] {
    options->users_given = users.given();
    options->clients_given = clients.given();
    options->attackers_given = attackers.given();
    chosen = [options] { return run_simulation(*options); };
  });
}

}  // namespace vedette::cli
