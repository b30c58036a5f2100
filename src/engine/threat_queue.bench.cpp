// What the threats of one queue cost: changes in memory and on disk, questions, promotion. Prints
// one line of JSON; bench/triage.py runs it beside its peer.
//   engine_bench DIRECTORY THREATS
#include "engine/threat_queue.h"

#include "base/hash.h"
#include "base/text.h"
#include "engine/desk.h"

#include <fmt/core.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <malloc.h>
#include <unistd.h>

namespace vedette::engine {
namespace {

const Time kStart{std::chrono::seconds{1772323200}};
constexpr std::size_t kBatch = 10'000, kSmallBatch = 1'000, kChangesMax = 200'000;
constexpr double kDrainSecondsMax = 25, kBesideSeconds = 1.5;

/// What a brute force from one address looks like: one rule, one line. `turn` moves all that an
/// attack that goes on moves.
Threat make_threat(std::uint64_t i, std::uint64_t turn) {
  static const auto source = std::make_shared<const std::string>("/var/log/auth.log");
  static const auto rules = [] {
    std::vector<std::shared_ptr<const FindingRule>> all;
    for (std::size_t at = 0; at < 10 * kLevels; ++at) {
      all.push_back(std::make_shared<const FindingRule>(
          FindingRule{fmt::format("0d7ee0e5-8a4c-4b2c-9f43-5b4c9a1d7e{:02}", at),
                      "SSH brute force",
                      "Block the source.",
                      static_cast<Level>(at % kLevels),
                      {"T1110.001"}}));
    }
    return all;
  }();
  Threat threat;
  threat.entity_hash = mix64(i);
  threat.id = threat_id(threat.entity_hash);
  threat.entity_value = fmt::format("10.{}.{}.{}", i >> 16 & 255, i >> 8 & 255, i & 255);
  const auto& rule = rules[mix64(i * 5) % rules.size()];
  threat.severity = rule->level;
  threat.first_seen = kStart + std::chrono::seconds(i % 3600);
  threat.last_seen = kStart + std::chrono::seconds(mix64(i + turn) % 3600 + 60 * turn);
  threat.days.note(threat.last_seen);
  threat.counts[0] = 12 + turn;
  Finding& finding = threat.findings.emplace_back();
  finding.rule = rule;
  finding.count = 12 + turn;
  finding.first_seen = threat.first_seen;
  finding.last_seen = threat.last_seen;
  finding.evidence.push_back(std::make_shared<const Evidence>(
      Evidence{fmt::format("Mar  1 00:00:00 host sshd[{}]: Failed password for root from {} port "
                           "40022 ssh2",
                           i % 30000, threat.entity_value),
               source, i * 100, threat.last_seen}));
  threat.timeline.push_back(
      {threat.first_seen, threat.last_seen, Action::FailedPassword, finding.count, "root"});
  return threat;
}

/// As the `commit`-th commit puts it.
ThreatHead make_head(std::uint64_t i, std::uint64_t turn, std::size_t commit) {
  ThreatHead head = head_of(make_threat(i, turn));
  head.heat = heat_from_score(static_cast<double>(mix64(i * 3 + turn) % 9999) / 100, kStart);
  head.workflow.touched = kStart + std::chrono::seconds(turn) + std::chrono::milliseconds(commit);
  return head;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::size_t resident_bytes() {
  ::malloc_trim(0);  // what is free is not what threats need
  std::ifstream statm("/proc/self/statm");
  std::size_t whole = 0, resident = 0;
  statm >> whole >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

/// Adds up the time of what is between start() and stop().
class Watch {
 public:
  void start() { wall_ -= monotonic_seconds(), cpu_ -= cpu_seconds(); }
  void stop() { wall_ += monotonic_seconds(), cpu_ += cpu_seconds(); }
  double wall() const { return wall_; }
  double cpu() const { return cpu_; }

 private:
  double wall_ = 0, cpu_ = 0;
};

/// The line that is printed.
std::string json = "{";
void say(std::string_view name, const std::string& value) {
  if (json.size() > 1) json += ", ";
  json += fmt::format("\"{}\": {}", name, value);
}
void say_rate(std::string_view name, std::size_t items, const Watch& watch) {
  say(name, fmt::format("{{\"per_s\": {:.0f}, \"per_cpu_s\": {:.0f}}}",
                        static_cast<double>(items) / watch.wall(),
                        static_cast<double>(items) / watch.cpu()));
}

[[noreturn]] void die(std::string_view what, const Error& error) {
  std::fprintf(stderr, "engine_bench: %.*s: %s\n", static_cast<int>(what.size()), what.data(),
               error.detail.c_str());
  std::exit(1);
}
template <typename T>
T must(std::string_view what, Result<T> result) {
  if (!result) die(what, result.error());
  return *std::move(result);
}
void must(std::string_view what, const Result<void>& result) {
  if (!result) die(what, result.error());
}

/// Runs `one` again and again; its median and 99th percentile in microseconds, and how often a
/// second.
template <typename One>
void say_times(std::string_view name, double seconds_max, std::size_t runs_max, One one) {
  std::vector<double> times;
  const double end = monotonic_seconds() + seconds_max;
  const double began = monotonic_seconds();
  for (double now = began; times.size() < runs_max && (times.size() < 10 || now < end);) {
    one();
    const double then = monotonic_seconds();
    times.push_back((then - now) * 1e6);
    now = then;
  }
  const double took = monotonic_seconds() - began;
  std::sort(times.begin(), times.end());
  const double rate = static_cast<double>(times.size()) / took;
  say(name, fmt::format("{{\"p50_us\": {:.2f}, \"p99_us\": {:.2f}, \"per_s\": {:.0f}}}",
                        times[times.size() / 2], times[times.size() * 99 / 100], rate));
}

void measure_index(std::size_t threats) {
  const std::size_t before = resident_bytes();
  triage::ThreatIndex index;
  std::vector<ThreatHead> heads;
  const auto put = [&](std::size_t count, std::uint64_t turn, std::string_view name) {
    Watch watch;
    for (std::size_t from = 0; from < count; from += kBatch) {
      heads.clear();
      for (std::size_t i = from; i < std::min(from + kBatch, count); ++i) {
        heads.push_back(make_head(turn == 0 ? i : mix64(i) % threats, turn, from / kBatch));
      }
      watch.start();
      for (const ThreatHead& head : heads) index.put(head);
      watch.stop();
    }
    say_rate(name, count, watch);
  };
  put(threats, 0, "memory_new");
  heads = {};
  say("bytes_each", fmt::format("{:.0f}", static_cast<double>(resident_bytes() - before) /
                                              static_cast<double>(threats)));
  put(std::min(threats, kChangesMax), 7, "memory_changed");
}

/// Commits `count` threats, `batch` at a time.
void measure_commits(ThreatQueue& queue, std::size_t threats, std::size_t count, std::size_t batch,
                     std::uint64_t turn, std::string_view name) {
  Watch watch;
  std::uint64_t barrier = 0;
  for (std::size_t from = 0; from < count; from += batch) {
    Commit commit;
    commit.barrier = ++barrier;
    for (std::size_t i = from; i < std::min(from + batch, count); ++i) {
      commit.threats.push_back(make_threat(turn == 0 ? i : mix64(i + turn) % threats, turn));
    }
    watch.start();
    must("commit", queue.commit(commit));
    watch.stop();
  }
  say_rate(name, count, watch);
}

store::ThreatPage page_of(ThreatQueue& queue, const ThreatQuery& query,
                          const std::optional<RankKey>& after, std::size_t limit = 100) {
  return must("page", queue.page(query, after, limit));
}

std::optional<RankKey> behind(ThreatQueue& queue, const ThreatQuery& query, std::size_t depth) {
  std::optional<RankKey> after;
  for (std::size_t seen = 0; seen < depth;) {
    const auto page = page_of(queue, query, after, 1000);
    seen += page.heads.size();
    after = page.next;
    if (!after) break;
  }
  return after;
}

ThreatQuery by_score(Tier tier) {
  ThreatQuery query;
  query.sort = Sort::Score;
  query.tiers.set(static_cast<std::size_t>(tier));
  return query;
}

void measure_questions(ThreatQueue& queue, std::size_t threats, std::string_view prefix) {
  const auto name = [&](std::string_view what) { return fmt::format("{}{}", prefix, what); };
  ThreatQuery top;
  top.sort = Sort::Score;
  say_times(name("top_100"), 1, 10'000, [&] { page_of(queue, top, {}); });
  const auto deep = behind(queue, top, threats / 2);
  say_times(name("page_deep"), 1, 10'000, [&] { page_of(queue, top, deep); });
  std::uint64_t i = 0;
  say_times(name("miss"), 1, 100'000, [&] { must("head_of", queue.head_of(mix64(~++i))); });
  ThreatQuery critical;
  critical.sort = Sort::Score;
  critical.severities.set(static_cast<std::size_t>(Level::Critical));
  std::size_t found = 0;
  say_times(name("all_critical"), 1, 10, [&] {
    found = 0;
    std::optional<RankKey> after;
    do {
      const auto page = page_of(queue, critical, after, 1000);
      found += page.heads.size();
      after = page.next;
    } while (after);
  });
  say(name("criticals"), std::to_string(found));
}

/// The same work without and then with the desk's steps beside it, which move threats down.
void measure_promotion(ThreatQueue& queue, ManualClock& clock, std::size_t threats) {
  ThreatQuery top;
  top.sort = Sort::Score;
  std::uint64_t turn = 100;
  const auto work = [&](std::string_view how) {
    say_times(fmt::format("top_100_{}", how), kBesideSeconds, 1'000'000,
              [&] { page_of(queue, top, {}); });
    Watch watch;
    std::size_t done = 0;
    for (const double end = monotonic_seconds() + kBesideSeconds; monotonic_seconds() < end;) {
      Commit commit;
      commit.barrier = ++turn;
      for (std::size_t i = 0; i < kSmallBatch; ++i) {
        commit.threats.push_back(make_threat(mix64(++done) % threats, turn));
      }
      watch.start();
      must("commit", queue.commit(commit));
      watch.stop();
    }
    say_rate(fmt::format("durable_{}", how), done, watch);
  };
  work("alone");
  clock.advance(std::chrono::hours(2));
  const Desk desk(queue);
  const std::size_t before = queue.working();
  const double began = monotonic_seconds();
  work("beside");
  const double took = monotonic_seconds() - began;
  const auto moved = static_cast<double>(before - std::min(before, queue.working()));
  say("moved_beside_per_s", fmt::format("{:.0f}", moved / took));
}

void measure_lower(ThreatQueue& queue) {
  const std::size_t before = queue.working();
  Watch watch;
  watch.start();
  const double end = monotonic_seconds() + kDrainSecondsMax;
  while (monotonic_seconds() < end && must("step", queue.step())) continue;
  watch.stop();
  if (before > queue.working()) say_rate("moved", before - queue.working(), watch);
  std::size_t lower = 0;
  const ThreatCounts counts = queue.counts();
  for (const auto& severity : counts[static_cast<std::size_t>(Tier::ShortTerm)]) {
    for (const std::uint64_t n : severity) lower += n;
  }
  say("lower", std::to_string(lower));
  const ThreatQuery query = by_score(Tier::ShortTerm);
  say_times("lower_top_100", 1, 1'000, [&] { page_of(queue, query, {}); });
  const auto deep = behind(queue, query, lower / 2);
  say_times("lower_page_deep", 1, 1'000, [&] { page_of(queue, query, deep); });
}

void measure(const std::string& directory, std::size_t threats) {
  say("threats", std::to_string(threats));
  measure_index(threats);
  ManualClock clock(kStart);
  const std::size_t before = resident_bytes();
  auto store = must("open", store::Store::open(directory, store::Store::Mode::Own));
  triage::TierOptions options;
  options.working_max = 2 * threats;
  ThreatQueue queue(*store, clock, options);
  must("load", queue.load());
  measure_commits(queue, threats, threats, kBatch, 0, "durable_new");
  const std::size_t changes = std::min(threats, kChangesMax);
  measure_commits(queue, threats, changes, kBatch, 7, "durable_changed");
  measure_commits(queue, threats, changes / 5, kSmallBatch, 8, "durable_changed_small");
  say("queue_bytes_each", fmt::format("{:.0f}", static_cast<double>(resident_bytes() - before) /
                                                    static_cast<double>(threats)));
  measure_questions(queue, threats, "");
  measure_promotion(queue, clock, threats);
  measure_lower(queue);
}

}  // namespace
}  // namespace vedette::engine

int main(int count, char** arguments) {
  const auto threats = count == 3 ? vedette::parse_int<std::size_t>(arguments[2]) : std::nullopt;
  if (!threats || *threats == 0) {
    std::fprintf(stderr, "Usage: engine_bench DIRECTORY THREATS\n");
    return 2;
  }
  vedette::engine::measure(arguments[1], *threats);
  std::printf("%s}\n", vedette::engine::json.c_str());
  return 0;
}
