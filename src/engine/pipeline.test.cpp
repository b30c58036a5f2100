#include "engine/pipeline.h"

#include "engine/replay.h"
#include "engine/testing.h"
#include "source/ingest_journal.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vedette::engine {
namespace {

using testing::scanned;
using testing::threats_of;
using testing::without_offsets;

const Time kNow{std::chrono::seconds{1772409600}};

constexpr std::string_view kManySources = R"(---
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

struct Fixture : testing::Place {
  Fixture() : Place(testing::ssh_rules(5) + std::string(kManySources)) {}
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

/// A day and more of people who log in from where they always do, and at its end a burst.
std::string logins() {
  std::string text;
  for (int i = 0; i < 2400; ++i) {
    const int second = i < 2200 ? i * 50 : 110'000 + i;
    const int who = i < 2200 ? i * i % 37 : i % 200;
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
  learning.baseline_max = 400;
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
  scanned(fixture, path, options);
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
    CHECK(wanted.size() > 4000);
    CHECK(alarms > 0);
    for (const auto& both : {std::pair(3u, 2u), std::pair(1u, 3u)}) {
      options.workers = both.first;
      options.lanes = both.second;
      CAPTURE(options.workers);
      CAPTURE(options.lanes);
      CHECK(run_scored(fixture, path, options) == wanted);
    }
  }

  TEST_CASE("the outcome is the same for any number of workers and lanes, and that of a replay") {
    const Fixture fixture;
    const std::string text = attack(8000);
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
        CHECK(by_id(scanned(fixture, path, options)) == wanted);
      }
    }
  }

  TEST_CASE("threats that do not fit into memory are found all the same") {
    const Fixture fixture;
    const std::string text = attack(8000);
    const std::string path = fixture.write("auth.log", text);
    PipelineOptions options;
    options.triage.threats_max = 16;
    options.checkpoint_bytes = 64 * 1024;
    options.batch_bytes = 96 * 1024;
    CHECK(by_id(scanned(fixture, path, options)) ==
          by_id(replay(fixture.fields, fixture.rules, text, fixture.clock.now())));
  }

  TEST_CASE("the ledger adds up") {
    const Fixture fixture;
    const std::string path = fixture.write(
        "auth.log", attack(100) + "\n\nrubbish\n" + std::string(10, '\0') + "\n" + attack(5));
    Ledger ledger;
    scanned(fixture, path, {}, &ledger);
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
      const auto store = fixture.state();
      Stats stats;
      PipelineOptions options;
      options.resumable = true;
      options.lanes = static_cast<std::size_t>(part) % 3 + 1;  // even with other lanes than before
      options.checkpoint = std::chrono::milliseconds(1);
      Pipeline pipeline(options, fixture.rules, fixture.fields, sources, *store, fixture.clock,
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
      CHECK(by_id(threats_of(*store)) ==
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
      const auto store = fixture.state();
      Stats stats;
      PipelineOptions options;
      options.resumable = true;
      options.checkpoint = std::chrono::milliseconds(1);
      Pipeline pipeline(options, fixture.rules, fixture.fields, sources, *store, fixture.clock,
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
      CHECK(by_id(without_offsets(threats_of(*store))) == by_id(without_offsets(wanted)));
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
    const auto store = fixture.state();
    Stats stats;
    PipelineOptions options;
    options.resumable = true;
    options.checkpoint = std::chrono::milliseconds(1);
    Pipeline pipeline(options, fixture.rules, fixture.fields, sources, *store, fixture.clock,
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
