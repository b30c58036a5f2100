// Anomalies through the whole pipeline, whatever its threads, batches and interruptions.
#include "base/codec.h"
#include "base/random.h"
#include "engine/pipeline.h"
#include "engine/testing.h"

#include <doctest/doctest.h>
#include <fmt/chrono.h>
#include <fmt/core.h>

#include <algorithm>
#include <ctime>
#include <string>
#include <string_view>

namespace vedette::engine {
namespace {

constexpr std::int64_t kStart = 1'772'409'600;  // 2026-03-02, a Monday
constexpr std::int64_t kHours = 110;

std::string stamp(std::int64_t seconds) {
  return fmt::format("{:%FT%TZ}", fmt::gmtime(static_cast<std::time_t>(kStart + seconds)));
}

/// Some days in which 40 people log in, and attacks of 40 names each from one source: too few in
/// ten minutes for the rule, but one.
std::string office() {
  Random random(3);
  std::string text;
  std::int64_t attack = 30 * 3600;
  int pid = 1000;
  for (std::int64_t at = 0; at < kHours * 3600; at += random.between(30, 300)) {
    const std::uint32_t who = random.below(40);
    ++pid;
    const bool failed = random.chance(0.05);
    text += fmt::format(
        "{} host{} sshd[{}]: {} password for user{} from 198.51.100.{} port {} ssh2\n", stamp(at),
        who % 3, pid, failed ? "Failed" : "Accepted", who, who, 20000 + pid % 9000);
    if (at < attack) continue;
    const int tries = attack < 60 * 3600 ? 40 : 80;
    for (int i = 0; i < tries; ++i) {
      text += fmt::format(
          "{} host0 sshd[{}]: Failed password for invalid user name{} from "
          "203.0.113.{} port {} ssh2\n",
          stamp(at + i / 10), ++pid, i, attack / 3600 % 7, 20000 + i);
    }
    attack += 25 * 3600;
  }
  return text;
}

/// With so high a bound that most of the attacks are left to the detection.
struct Fixture : testing::Place {
  Fixture() : Place(testing::ssh_rules(50)), text(office()) { log(text); }

  void log(std::string_view lines, bool append = false) const { write("auth.log", lines, append); }

  std::string text, path = directory + "/auth.log";
};

PipelineOptions small_options() {
  PipelineOptions options;
  options.batch_bytes = 96 * 1024;
  options.anomalies = true;
  options.detector.learning.baseline_min = 64;
  options.detector.learning.baseline_max = 400;
  options.detector.learning.learning_hours = 12;
  options.detector.learning.retrain_hours = 12;
  options.detector.learning.threshold = 0.58f;
  options.detector.learning.alarms_per_day = 1;
  return options;
}

/// Everything about the threats but where lines stood; `anomalies` says how many were found.
std::string told(const std::vector<Threat>& threats, int* anomalies = nullptr) {
  std::string text;
  for (const Threat& threat : testing::without_offsets(threats)) {
    for (const Finding& finding : threat.findings) {
      for (const auto& evidence : finding.evidence) {
        if (evidence->anomaly != nullptr && anomalies != nullptr) ++*anomalies;
      }
    }
    append_json(text, threat, {});
    text += '\n';
  }
  return text;
}

std::string scan(const Fixture& fixture, const PipelineOptions& options, int* anomalies = nullptr) {
  return told(testing::scanned(fixture, fixture.path, options), anomalies);
}

/// A process that follows the log until `lines` have been read since the beginning. How many were.
std::uint64_t follow(const Fixture& fixture, store::Store& store, PipelineOptions options,
                     std::uint64_t lines) {
  source::SourceSet sources({}, fixture.clock);
  sources.follow(fixture.path, true);
  Stats stats;
  options.resumable = true;
  options.checkpoint = std::chrono::milliseconds(1);
  options.checkpoint_bytes = 32 * 1024;
  Pipeline pipeline(options, fixture.rules, fixture.fields, sources, store, fixture.clock, stats);
  REQUIRE(pipeline.restore());
  std::uint64_t before = 0;
  for (const auto& [source, line] : pipeline.ledger()) before += line.received;
  REQUIRE(pipeline.run([&] {
    if (before + Stats::get(stats.lines) >= lines) sources.stop();
  }));
  std::uint64_t after = 0;
  for (const auto& [source, line] : pipeline.ledger()) after += line.received;
  return after;
}

/// Where two texts part; nothing if they are the same.
std::string difference(std::string_view a, std::string_view b) {
  if (a == b) return {};
  const auto at = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  const std::size_t from = at < 300 ? 0 : at - 300;
  return fmt::format("{}\n  is not\n{}", a.substr(from, 500), b.substr(from, 500));
}

std::uint64_t lines_in(std::string_view text) {
  return static_cast<std::uint64_t>(std::ranges::count(text, '\n'));
}

}  // namespace

TEST_SUITE("engine/anomalies") {
  TEST_CASE("the anomalies are the same for any number of workers and lanes, and any batches") {
    const Fixture fixture;
    int anomalies = 0;
    const std::string wanted = scan(fixture, small_options(), &anomalies);
    CHECK(anomalies > 3);
    CHECK(wanted.find("203.0.113.") != std::string::npos);
    struct Case {
      std::size_t lanes, workers, batch;
    };
    // Each number of one with each of another, nearly.
    for (const Case& one :
         {Case{1, 3, 300'000}, Case{2, 1, 300'000}, Case{2, 3, 80'000}, Case{3, 2, 80'000}}) {
      CAPTURE(one.lanes);
      CAPTURE(one.workers);
      CAPTURE(one.batch);
      PipelineOptions options = small_options();
      options.lanes = one.lanes;
      options.workers = one.workers;
      options.batch_bytes = one.batch;
      CHECK(difference(scan(fixture, options), wanted) == "");
    }
  }

  TEST_CASE(
      "a pipeline that is stopped and begun again, often, finds what an undisturbed one does") {
    const Fixture fixture;
    const std::string wanted = scan(fixture, small_options());
    fixture.log("");
    const auto store = fixture.state();
    std::string_view rest = fixture.text;
    std::uint64_t written = 0;
    for (std::size_t part = 0; !rest.empty(); ++part) {
      // Some are stopped at once, some when all that is there was read.
      std::size_t size = std::min<std::size_t>(rest.size(), 40'000);
      size = rest.find('\n', size - 1) + 1;
      fixture.log(rest.substr(0, size), true);
      written += lines_in(rest.substr(0, size));
      rest.remove_prefix(size);
      PipelineOptions options = small_options();
      options.lanes = part % 3 + 1;  // even with other lanes than before
      options.workers = part % 2 + 1;
      follow(fixture, *store, options, part % 2 == 0 && !rest.empty() ? 0 : written);
    }
    CHECK(follow(fixture, *store, small_options(), written) == lines_in(fixture.text));
    CHECK(difference(told(testing::threats_of(*store)), wanted) == "");
  }

  TEST_CASE(
      "a state from before there were anomalies, or of a time without them, is gone on with") {
    const Fixture fixture;
    const auto store = fixture.state();
    PipelineOptions without = small_options();
    without.anomalies = false;
    const std::uint64_t lines = lines_in(fixture.text);
    fixture.log(fixture.text.substr(0, fixture.text.find('\n', fixture.text.size() / 20) + 1));
    follow(fixture, *store, without, lines_in(fixture.text) / 21);
    fixture.log(fixture.text);
    const auto part = [&](const PipelineOptions& options, std::uint64_t to) {
      return follow(fixture, *store, options, to);
    };
    part(small_options(), lines / 2);
    part(without, lines / 2);
    CHECK(part(small_options(), lines) == lines);
    int anomalies = 0;
    told(testing::threats_of(*store), &anomalies);
    CHECK(anomalies > 0);
  }

  TEST_CASE("a lesson whose outcome cannot be read any more is given again") {
    const Fixture fixture;
    const auto store = fixture.state();
    // What a lane knows of time, with a lesson that is waited for; and no outcome of it, or half.
    Commit commit;
    commit.barrier = 1;
    StateRow course{StateKind::Learned, 100, 0, {}};
    Writer out(course.value);
    out.u64(1);
    for (const std::int64_t seconds : {0, 3600, 3600}) out.i64((kStart + seconds) * 1'000'000'000);
    out.u64(1);
    commit.state.push_back(course);
    commit.state.push_back({StateKind::Learned, 1000, 0, "rubbish"});
    commit.state.push_back({StateKind::Learned, 1001, 0, anomaly::encode(anomaly::Lore{})});
    REQUIRE(store->commit(commit));
    PipelineOptions options = small_options();
    options.lanes = 2;
    CHECK(follow(fixture, *store, options, lines_in(fixture.text)) == lines_in(fixture.text));
    int anomalies = 0;
    told(testing::threats_of(*store), &anomalies);
    CHECK(anomalies > 0);
  }
}

}  // namespace vedette::engine
