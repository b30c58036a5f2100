#include "engine/resolutions.h"

#include "engine/desk.h"
#include "model/testing.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <unistd.h>

namespace vedette::engine {
namespace {

using testing::at;

/// A queue over a store on disk, at a time of our choosing.
struct Fixture {
  Fixture() {
    directory = (std::filesystem::temp_directory_path() / "vedette-resolutions-XXXXXX").string();
    REQUIRE(::mkdtemp(directory.data()) != nullptr);
    auto opened = store::Store::open(directory, store::Store::Mode::Own);
    REQUIRE(opened);
    store = std::move(*opened);
    queue = std::make_unique<ThreatQueue>(*store, clock, triage::TierOptions{});
    REQUIRE(queue->load());
  }
  ~Fixture() {
    queue.reset();
    store.reset();
    std::filesystem::remove_all(directory);
  }

  /// A threat that a rule or an anomaly tells of, resolved as `status`.
  void add(std::uint64_t hash, const std::shared_ptr<const Anomaly>& anomaly, Status status) {
    Threat threat;
    threat.entity_hash = hash;
    threat.id = threat_id(hash);
    threat.entity_value = std::to_string(hash);
    threat.severity = Level::Medium;
    threat.first_seen = threat.last_seen = at(static_cast<std::int64_t>(hash));
    FindingRule rule;
    rule.id = anomaly != nullptr ? "anomaly-" + anomaly->kind : "some-rule";
    Finding& finding = threat.findings.emplace_back();
    finding.rule = std::make_shared<const FindingRule>(rule);
    finding.count = 1;
    finding.first_seen = finding.last_seen = threat.last_seen;
    finding.evidence.push_back(std::make_shared<const Evidence>(
        Evidence{.line = "a line",
                 .source = std::make_shared<const std::string>("log"),
                 .time = threat.last_seen,
                 .anomaly = anomaly}));
    Commit commit;
    commit.barrier = ++barrier;
    commit.threats.push_back(std::move(threat));
    REQUIRE(queue->commit(commit));
    clock.set(at(100'000 + static_cast<std::int64_t>(barrier)));
    if (status == Status::New) return;
    std::optional<Result<ThreatHead>> outcome;
    Change change;
    change.who = "ann";
    change.status = status;
    const std::vector<ThreatQueue::Write> writes{
        [&](Draft& draft) { outcome = draft.change(hash, change); }};
    REQUIRE(queue->transact(writes));
    REQUIRE(*outcome);
  }
  Resolutions found(std::size_t threats_max = 1000) {
    auto its = resolutions(*queue, threats_max);
    REQUIRE(its);
    return *std::move(its);
  }

  std::string directory;
  ManualClock clock{at(100'000)};
  std::unique_ptr<store::Store> store;
  std::unique_ptr<ThreatQueue> queue;
  std::uint64_t barrier = 0;
};

std::shared_ptr<const Anomaly> anomaly_of(const std::string& kind, std::int16_t first) {
  auto anomaly = std::make_shared<Anomaly>();
  anomaly->kind = kind;
  anomaly->score = 0.8;
  anomaly->features_version = anomaly::kFeaturesVersion;
  anomaly->vector.assign(anomaly::kFeatures, 0);
  anomaly->vector[0] = first;
  return anomaly;
}

}  // namespace

TEST_SUITE("engine/resolutions") {
  TEST_CASE("while nobody resolved anything, nothing is known, and nothing is wrong") {
    Fixture f;
    f.add(1, anomaly_of("user", 1), Status::New);
    f.add(2, anomaly_of("user", 1), Status::Acknowledged);
    const Resolutions found = f.found();
    CHECK(found.outcomes.all() == 0);
    CHECK(found.outcomes.precision() == 1);
    CHECK(found.outcomes.recall() == 1);
    CHECK(found.outcomes.false_alarm_rate() == 0);
    CHECK(found.outcomes.accuracy() == 1);
    for (const auto& labels : found.labels) CHECK(labels.empty());
  }

  TEST_CASE("each resolved threat counts once: found or not, hostile or not") {
    Fixture f;
    std::uint64_t hash = 0;
    for (int i = 0; i < 3; ++i) f.add(++hash, anomaly_of("source", 1), Status::Resolved);
    for (int i = 0; i < 1; ++i) f.add(++hash, anomaly_of("user", 2), Status::FalsePositive);
    for (int i = 0; i < 2; ++i) f.add(++hash, nullptr, Status::Resolved);
    for (int i = 0; i < 4; ++i) f.add(++hash, nullptr, Status::FalsePositive);
    f.add(++hash, nullptr, Status::New);
    const Outcomes outcomes = f.found().outcomes;
    CHECK(outcomes.all() == 10);
    CHECK(outcomes.precision() == doctest::Approx(0.75));
    CHECK(outcomes.recall() == doctest::Approx(0.6));
    CHECK(outcomes.false_alarm_rate() == doctest::Approx(0.2));
    CHECK(outcomes.accuracy() == doctest::Approx(0.7));
    CHECK(f.found(4).outcomes.all() == 4);
  }

  TEST_CASE("the vectors of anomalies are labels, of their kind, by the time of resolution") {
    Fixture f;
    // The one that is seen last is resolved first.
    f.add(500, anomaly_of("user", 11), Status::FalsePositive);
    f.add(300, anomaly_of("user", 12), Status::Resolved);
    f.add(100, anomaly_of("session", 13), Status::Resolved);
    const auto labels = f.found().labels;
    const auto& users = labels[static_cast<std::size_t>(anomaly::Kind::User)];
    REQUIRE(users.size() == 2);
    CHECK(users[0].vector[0] == 11);
    CHECK_FALSE(users[0].hostile);
    CHECK(users[1].vector[0] == 12);
    CHECK(users[1].hostile);
    CHECK(users[0].resolved_at < users[1].resolved_at);
    CHECK(labels[static_cast<std::size_t>(anomaly::Kind::Session)].size() == 1);
    CHECK(labels[static_cast<std::size_t>(anomaly::Kind::Source)].empty());
  }

  TEST_CASE("vectors that mean something else by now teach nothing") {
    Fixture f;
    Anomaly old = *anomaly_of("user", 1), narrow = old, strange = old;
    old.features_version = anomaly::kFeaturesVersion + 1;
    narrow.vector.pop_back();
    strange.kind = "planet";
    f.add(1, std::make_shared<const Anomaly>(old), Status::Resolved);
    f.add(2, std::make_shared<const Anomaly>(narrow), Status::Resolved);
    f.add(3, std::make_shared<const Anomaly>(strange), Status::FalsePositive);
    CHECK(f.found().outcomes.all() == 3);
    for (const auto& labels : f.found().labels) CHECK(labels.empty());
  }

  TEST_CASE("more threats than fit on a page are all looked at") {
    Fixture f;
    for (std::uint64_t hash = 1; hash <= 230; ++hash) {
      f.add(hash, hash % 2 == 0 ? anomaly_of("host", 1) : nullptr, Status::Resolved);
    }
    CHECK(f.found().outcomes.all() == 230);
    CHECK(f.found().labels[static_cast<std::size_t>(anomaly::Kind::Host)].size() == 115);
    CHECK(f.found(150).outcomes.all() == 150);
  }
}

}  // namespace vedette::engine
