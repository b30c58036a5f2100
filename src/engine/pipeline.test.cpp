#include "engine/pipeline.h"

#include "base/clock.h"
#include "engine/replay.h"
#include "source/ingest_journal.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>

namespace vedette::engine {
namespace {

const Time kNow{std::chrono::seconds{1772409600}};

constexpr const char* kRules = R"(
title: SSH login refused
id: 11111111-1111-4111-8111-111111111111
name: ssh_refused
level: informational
logsource: {product: linux, service: sshd}
detection:
  selection: {event.action: failed-password}
  condition: selection
---
title: SSH brute force
id: 22222222-2222-4222-8222-222222222222
level: high
correlation:
  type: event_count
  rules: [ssh_refused]
  group-by: [source.ip]
  timespan: 10m
  condition: {gte: 5}
---
title: Many sources on one user
id: 33333333-3333-4333-8333-333333333333
level: medium
correlation:
  type: value_count
  rules: [ssh_refused]
  group-by: [user.name]
  timespan: 1h
  condition: {gte: 8, field: source.ip}
)";

struct Fixture {
  Fixture() {
    char pattern[] = "/tmp/vedette-pipeline-XXXXXX";
    directory = ::mkdtemp(pattern);
    const std::vector<sigma::RuleFile> files{{"test.yml", kRules}};
    std::vector<sigma::RuleProblem> problems;
    rules = sigma::RuleSet::load(files, fields, problems);
    REQUIRE(problems.empty());
  }
  ~Fixture() { std::filesystem::remove_all(directory); }

  std::string write(const std::string& name, const std::string& text, bool append = false) const {
    const std::string path = directory + "/" + name;
    std::ofstream(path, append ? std::ios::app : std::ios::trunc) << text;
    return path;
  }

  std::string directory;
  FieldTable fields;
  std::shared_ptr<const sigma::RuleSet> rules;
  SystemClock clock;
};

/// Refused passwords from 40 sources on 3 users, in time order.
std::string attack(int lines, int first = 0) {
  std::string text;
  for (int i = first; i < first + lines; ++i) {
    text += fmt::format(
        "2026-03-01T{:02}:{:02}:{:02}Z host sshd[{}]: Failed password for user{} from 203.0.113.{} "
        "port "
        "{} ssh2\n",
        i / 3600 % 24, i / 60 % 60, i % 60, 1000 + i, i % 3, i * 7 % 40, 1024 + i % 60000);
  }
  return text;
}

std::map<std::string, std::string> by_id(const std::vector<Threat>& threats) {
  std::map<std::string, std::string> out;
  for (Threat threat : threats) {
    for (Finding& finding : threat.findings) {
      for (auto& evidence : finding.evidence) {
        evidence = std::make_shared<const Evidence>(Evidence{evidence->line,
                                                             std::make_shared<const std::string>(),
                                                             evidence->offset, evidence->time});
      }
    }
    append_json(out[threat.id], threat, kNow);
  }
  return out;
}

/// Where a line stood depends on the source.
std::vector<Threat> without_offsets(std::vector<Threat> threats) {
  for (Threat& threat : threats) {
    for (Finding& finding : threat.findings) {
      for (auto& evidence : finding.evidence) {
        Evidence copy = *evidence;
        copy.offset = 0;
        evidence = std::make_shared<const Evidence>(std::move(copy));
      }
    }
  }
  return threats;
}

std::vector<Threat> threats_of(store::Store& store) {
  std::vector<Threat> threats;
  std::vector<std::uint64_t> hashes;
  REQUIRE(store.for_each_rank(Level::Informational,
                              [&](const RankKey& key) { hashes.push_back(key.entity_hash); }));
  for (const std::uint64_t hash : hashes) threats.push_back(**store.threat_of(hash));
  return threats;
}

std::vector<Threat> run_scan(const Fixture& fixture, const std::string& path,
                             const PipelineOptions& options, Ledger* ledger = nullptr) {
  source::SourceSet sources({}, fixture.clock);
  sources.add_inputs({path});
  auto store = store::Store::open_temporary();
  REQUIRE(store);
  Stats stats;
  Pipeline pipeline(options, fixture.rules, fixture.fields, sources, **store, fixture.clock, stats);
  REQUIRE(pipeline.run([] {}));
  if (ledger != nullptr) *ledger = pipeline.ledger();
  return threats_of(**store);
}

/// A day and more of people who log in from where they always do, and at its end a burst.
std::string logins() {
  std::string text;
  for (int i = 0; i < 6000; ++i) {
    const int second = i < 5500 ? i * 20 : 110'000 + i;
    const int who = i < 5500 ? i * i % 37 : i % 200;
    text += fmt::format(
        "2026-03-{:02}T{:02}:{:02}:{:02}Z host{} sshd[{}]: Accepted password for user{} from "
        "198.51.{}.{} port {} ssh2\n",
        1 + second / 86400, second / 3600 % 24, second / 60 % 60, second % 60, who % 5, 1000 + i,
        who, who % 11, who, 1024 + i);
  }
  return text;
}

/// All that was scored, in an order of its own.
std::vector<std::string> run_scored(const Fixture& fixture, const std::string& path,
                                    PipelineOptions options) {
  std::vector<std::string> scored;
  std::mutex mutex;
  options.anomalies = true;
  options.detector.tell_all = true;
  anomaly::LearningOptions& learning = options.detector.learning;
  learning.baseline_min = 64;
  learning.learning_hours = 2;
  learning.retrain_hours = 4;
  learning.threshold = 0.5f;
  learning.alarms_per_day = 0;  // so the threshold holds
  options.on_scored = [&](const EntityRef& entity, const Event& event,
                          const anomaly::Alarm& alarm) {
    std::string line =
        fmt::format("{} {} {} {} {} {}", event.time.time_since_epoch().count(),
                    entity_value(entity), alarm.anomaly->kind, alarm.anomaly->score,
                    alarm.anomaly->model, alarm.rule == nullptr ? "" : alarm.rule->id);
    const std::scoped_lock guard(mutex);
    scored.push_back(std::move(line));
  };
  run_scan(fixture, path, options);
  std::ranges::sort(scored);
  return scored;
}

}  // namespace

TEST_SUITE("engine/pipeline") {
  TEST_CASE("what is unusual is the same for any number of workers and lanes") {
    const Fixture fixture;
    const std::string path = fixture.write("auth.log", logins());
    PipelineOptions options;
    options.batch_bytes = 96 * 1024;
    const auto wanted = run_scored(fixture, path, options);
    const auto alarms = std::ranges::count_if(wanted, [](const std::string& line) {
      return line.find(anomaly::kRulePrefix) != std::string::npos;
    });
    CHECK(wanted.size() > 10'000);
    CHECK(alarms > 0);
    for (const std::size_t workers : {1u, 3u}) {
      for (const std::size_t lanes : {2u, 3u}) {
        CAPTURE(workers);
        CAPTURE(lanes);
        options.workers = workers;
        options.lanes = lanes;
        CHECK(run_scored(fixture, path, options) == wanted);
      }
    }
  }

  TEST_CASE("the outcome is the same for any number of workers and lanes, and that of a replay") {
    const Fixture fixture;
    const std::string text = attack(20000);
    const std::string path = fixture.write("auth.log", text);
    const auto wanted = by_id(replay(fixture.fields, fixture.rules, text, fixture.clock.now()));
    REQUIRE(wanted.size() == 43);
    for (const std::size_t workers : {1u, 2u, 5u}) {
      for (const std::size_t lanes : {1u, 3u}) {
        CAPTURE(workers);
        CAPTURE(lanes);
        PipelineOptions options;
        options.workers = workers;
        options.lanes = lanes;
        options.batch_bytes = 96 * 1024;
        CHECK(by_id(run_scan(fixture, path, options)) == wanted);
      }
    }
  }

  TEST_CASE("threats that do not fit into memory are found all the same") {
    const Fixture fixture;
    const std::string text = attack(20000);
    const std::string path = fixture.write("auth.log", text);
    PipelineOptions options;
    options.triage.threats_max = 16;
    options.checkpoint_bytes = 64 * 1024;
    options.batch_bytes = 96 * 1024;
    CHECK(by_id(run_scan(fixture, path, options)) ==
          by_id(replay(fixture.fields, fixture.rules, text, fixture.clock.now())));
  }

  TEST_CASE("the ledger adds up") {
    const Fixture fixture;
    const std::string path = fixture.write(
        "auth.log", attack(100) + "\n\nrubbish\n" + std::string(10, '\0') + "\n" + attack(5));
    Ledger ledger;
    run_scan(fixture, path, {}, &ledger);
    REQUIRE(ledger.size() == 1);
    const LedgerLine& line = ledger.begin()->second;
    CHECK(line.adds_up());
    CHECK(line.received == 109);
    CHECK(line.processed == 106);
    CHECK(line.undecoded == 1);
    CHECK(line.discarded[static_cast<std::size_t>(Discard::FilteredEmpty)] == 2);
    CHECK(line.discarded[static_cast<std::size_t>(Discard::FilteredHole)] == 1);
  }

  TEST_CASE(
      "a pipeline that is stopped and begun again, often, ends where an undisturbed one ends") {
    const Fixture fixture;
    const std::string path = fixture.write("auth.log", "");
    std::string whole;
    for (int part = 0; part < 12; ++part) {
      const std::string text = attack(700, part * 700);
      whole += text;
      fixture.write("auth.log", text, true);
      source::SourceSet sources({}, fixture.clock);
      sources.follow(path, true);
      auto store = store::Store::open(fixture.directory + "/state", store::Store::Mode::Own);
      REQUIRE(store);
      Stats stats;
      PipelineOptions options;
      options.resumable = true;
      options.lanes = static_cast<std::size_t>(part) % 3 + 1;  // even with other lanes than before
      options.checkpoint = std::chrono::milliseconds(1);
      Pipeline pipeline(options, fixture.rules, fixture.fields, sources, **store, fixture.clock,
                        stats);
      REQUIRE(pipeline.restore());
      std::uint64_t before = 0;
      for (const auto& [source, line] : pipeline.ledger()) before += line.received;
      // All but the last process are stopped at once, somewhere in the middle.
      const std::uint64_t enough = part < 11 ? 0 : 12 * 700;
      REQUIRE(pipeline.run([&] {
        if (before + Stats::get(stats.lines) >= enough) sources.stop();
      }));
      if (part < 11) continue;
      CHECK(by_id(threats_of(**store)) ==
            by_id(replay(fixture.fields, fixture.rules, whole, fixture.clock.now())));
      CHECK(pipeline.ledger().begin()->second.received == 12 * 700);
    }
  }

  TEST_CASE("what clients sent stays in its journal until it is committed, and is counted once") {
    const Fixture fixture;
    const std::string ingest = fixture.directory + "/ingest";
    const source::IngestJournal::Options small{.segment_bytes = 16 * 1024};
    std::string whole;
    std::uint64_t received = 0;
    for (int part = 0; part < 8; ++part) {
      auto journal = source::IngestJournal::open(ingest, small, fixture.clock);
      REQUIRE(journal);
      for (int batch = 0; batch < 10; ++batch) {
        const std::string lines = attack(50, part * 500 + batch * 50);
        whole += lines;
        REQUIRE(((*journal)->append(lines, {}) == source::IngestJournal::Accepted::Queued));
      }
      source::SourceSet sources({}, fixture.clock);
      sources.attach(**journal);
      auto store = store::Store::open(fixture.directory + "/state", store::Store::Mode::Own);
      REQUIRE(store);
      Stats stats;
      PipelineOptions options;
      options.resumable = true;
      options.checkpoint = std::chrono::milliseconds(1);
      Pipeline pipeline(options, fixture.rules, fixture.fields, sources, **store, fixture.clock,
                        stats);
      REQUIRE(pipeline.restore());
      // All but the last process are stopped early, with batches unread.
      REQUIRE(pipeline.run([&] {
        if (part < 7 || received + Stats::get(stats.lines) >= 8 * 500) sources.stop();
      }));
      received = pipeline.ledger().at("http").received;
      if (part < 7) continue;
      CHECK((*journal)->counts().segments == 2);
      CHECK((*journal)->counts().unreleased_bytes == 0);
      CHECK(received == 8 * 500);
      const auto wanted = replay(fixture.fields, fixture.rules, whole, fixture.clock.now());
      CHECK(by_id(without_offsets(threats_of(**store))) == by_id(without_offsets(wanted)));
    }
  }

  TEST_CASE("segments of clients' lines go while the pipeline runs") {
    const Fixture fixture;
    auto journal = source::IngestJournal::open(fixture.directory + "/ingest",
                                               {.segment_bytes = 16 * 1024}, fixture.clock);
    REQUIRE(journal);
    for (int batch = 0; batch < 20; ++batch) {
      REQUIRE(((*journal)->append(attack(100), {}) == source::IngestJournal::Accepted::Queued));
    }
    source::SourceSet sources({}, fixture.clock);
    sources.attach(**journal);
    auto store = store::Store::open(fixture.directory + "/state", store::Store::Mode::Own);
    REQUIRE(store);
    Stats stats;
    PipelineOptions options;
    options.resumable = true;
    options.checkpoint = std::chrono::milliseconds(1);
    Pipeline pipeline(options, fixture.rules, fixture.fields, sources, **store, fixture.clock,
                      stats);
    // Without the word about commits this would never end.
    REQUIRE(pipeline.run([&] {
      const auto counts = (*journal)->counts();
      if (counts.batches == 20 && counts.segments == 2 && counts.unreleased_bytes == 0) {
        sources.stop();
      }
    }));
    CHECK(Stats::get(stats.lines) == 2000);
  }
}

}  // namespace vedette::engine
