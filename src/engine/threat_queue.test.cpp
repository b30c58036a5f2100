#include "engine/threat_queue.h"

#include "base/hash.h"
#include "engine/desk.h"
#include "model/testing.h"
#include "triage/score.h"

#include <doctest/doctest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <map>
#include <unistd.h>

namespace vedette::engine {
namespace {

using namespace testing;
using std::chrono::hours;
using std::chrono::minutes;

/// A queue over a store on disk, at a time of our choosing.
struct Fixture {
  explicit Fixture(const triage::TierOptions& its = {}) : options(its) {
    directory = (std::filesystem::temp_directory_path() / "vedette-queue-XXXXXX").string();
    REQUIRE(::mkdtemp(directory.data()) != nullptr);
    open();
  }
  ~Fixture() {
    queue.reset();
    store.reset();
    std::filesystem::remove_all(directory);
  }
  void open() {
    queue.reset();
    store.reset();
    auto opened = store::Store::open(directory, store::Store::Mode::Own);
    REQUIRE(opened);
    store = std::move(*opened);
    queue = std::make_unique<ThreatQueue>(*store, clock, options);
    REQUIRE(queue->load());
  }

  void find(std::vector<Threat> threats) {
    Commit commit;
    commit.barrier = ++barrier;
    commit.threats = std::move(threats);
    REQUIRE(queue->commit(commit));
  }
  Result<ThreatHead> change(std::uint64_t hash, Change change) {
    if (change.who.empty()) change.who = "ann";
    std::optional<Result<ThreatHead>> outcome;
    const std::vector<ThreatQueue::Write> writes{
        [&](Draft& draft) { outcome = draft.change(hash, change); }};
    REQUIRE(queue->transact(writes));
    return std::move(*outcome);
  }
  ThreatHead head(std::uint64_t hash) {
    auto found = queue->head_of(hash);
    REQUIRE(found);
    REQUIRE(*found);
    return **found;
  }
  void settle() {
    for (bool more = true; more;) more = *queue->step();
  }
  std::vector<std::string> actions(std::uint64_t hash) {
    std::vector<std::string> all;
    const auto entries = store->audit({.entity_hash = hash});
    for (const AuditEntry& entry : *entries) all.push_back(entry.action);
    return all;
  }

  std::string directory;
  triage::TierOptions options;
  ManualClock clock{at(0)};
  std::unique_ptr<store::Store> store;
  std::unique_ptr<ThreatQueue> queue;
  std::uint64_t barrier = 0;
};

Finding finding(std::string rule_id, std::uint64_t count, Level level = Level::High,
                std::vector<std::string> techniques = {"T1110"}) {
  FindingRule rule;
  rule.id = std::move(rule_id);
  rule.level = level;
  rule.techniques = std::move(techniques);
  Finding made;
  made.rule = std::make_shared<const FindingRule>(rule);
  made.count = count;
  made.first_seen = made.last_seen = at(0);
  return made;
}

Threat threat(std::uint64_t hash, std::vector<Finding> findings) {
  Threat made;
  made.entity_hash = hash;
  made.id = threat_id(hash);
  made.entity_value = "entity-" + std::to_string(hash);
  made.first_seen = made.last_seen = at(0);
  made.days.note(at(0));
  made.severity = triage::severity(findings);
  made.findings = std::move(findings);
  return made;
}

Change to(Status status) {
  Change change;
  change.status = status;
  change.reason = "because";
  return change;
}

TEST_SUITE("engine/threat_queue") {
  TEST_CASE("what people made of a threat survives what lanes find, and a restart") {
    Fixture f;
    f.find({threat(1, {finding("a", 5)})});
    Change change = to(Status::InProgress);
    change.assignee = "ann";
    change.tags_added = {"ssh", "night", "ssh"};
    change.note = "looks like a botnet";
    const auto changed = f.change(1, change);
    REQUIRE(changed);
    CHECK(changed->workflow.version == 2);
    f.find({threat(1, {finding("a", 50)})});
    f.open();
    const Workflow workflow = f.head(1).workflow;
    CHECK(workflow.status == Status::InProgress);
    CHECK(workflow.assignee == "ann");
    CHECK(workflow.tags == std::vector<std::string>{"night", "ssh"});
    CHECK(workflow.version == 2);
    CHECK(f.head(1).events == 50);
    CHECK(f.actions(1) == std::vector<std::string>{"note", "tag", "assign", "status"});
    CHECK((*f.queue->threat_of(1))->workflow == workflow);
  }

  TEST_CASE("who has not seen the latest version changes nothing") {
    Fixture f;
    f.find({threat(1, {finding("a", 5)})});
    Change first = to(Status::Acknowledged);
    first.if_version = 1;
    REQUIRE(f.change(1, first));
    Change second = to(Status::Resolved);
    second.if_version = 1;
    const auto refused = f.change(1, second);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::ChangeConflict);
    CHECK(f.head(1).workflow.status == Status::Acknowledged);
    CHECK(f.actions(1) == std::vector<std::string>{"status"});
  }

  TEST_CASE("a change that changes nothing is no version and no entry") {
    Fixture f;
    f.find({threat(1, {finding("a", 5)})});
    REQUIRE(f.change(1, to(Status::Acknowledged)));
    REQUIRE(f.change(1, to(Status::Acknowledged)));
    CHECK(f.head(1).workflow.version == 2);
    CHECK(f.actions(1).size() == 1);
  }

  TEST_CASE("what is not allowed is refused with what is wrong") {
    Fixture f;
    f.find({threat(1, {finding("a", 5)})});
    const auto refused = [&](auto make) {
      Change change;
      make(change);
      const auto outcome = f.change(1, change);
      REQUIRE_FALSE(outcome);
      CHECK(outcome.error().code == Errc::ChangeInvalid);
    };
    refused([](Change&) {});
    refused([](Change& c) { c.status = Status::Duplicate; });
    refused([](Change& c) { c.tags_added = {std::string(kTagBytesMax + 1, 'x')}; });
    refused([](Change& c) { c.tags_added = {"a\x1b[2J"}; });
    refused([](Change& c) { c.tags_added = std::vector<std::string>(1); });
    refused([](Change& c) { c.note = ""; });
    refused([](Change& c) { c.snoozed_until = at(-1); });
    refused([](Change& c) { c.merge_into = 1; });
    refused([](Change& c) { c.unmerge = true; });
    refused([](Change& c) {
      for (int i = 0; i <= 16; ++i) c.tags_added.push_back(std::to_string(i));
    });
    CHECK(f.change(9, to(Status::Resolved)).error().code == Errc::ThreatUnknown);
    CHECK(f.head(1).workflow.version == 1);
    CHECK(f.actions(1).empty());
  }

  TEST_CASE("new evidence reopens what was resolved; of a false positive only something new does") {
    Fixture f;
    f.find({threat(1, {finding("a", 5)}), threat(2, {finding("a", 5)})});
    REQUIRE(f.change(1, to(Status::Resolved)));
    REQUIRE(f.change(2, to(Status::FalsePositive)));
    f.find({threat(1, {finding("a", 5)}), threat(2, {finding("a", 9)})});
    CHECK(f.head(1).workflow.status == Status::Resolved);
    CHECK(f.head(2).workflow.status == Status::FalsePositive);
    f.find({threat(1, {finding("a", 6)}), threat(2, {finding("a", 9), finding("b", 1)})});
    CHECK(f.head(1).workflow.status == Status::New);
    CHECK(f.head(2).workflow.status == Status::New);
    CHECK(f.actions(1) == std::vector<std::string>{"reopen", "status"});
    CHECK(f.store->audit({.entity_hash = 1})->front().who == "vedette");
  }

  TEST_CASE("a snoozed threat wakes up when its time comes, or for a new technique") {
    Fixture f;
    f.find({threat(1, {finding("a", 5)})});
    Change change;
    change.snoozed_until = at(3600);
    change.reason = "maintenance";
    REQUIRE(f.change(1, change));
    ThreatQuery awake;
    awake.snoozed = false;
    awake.now = at(60);
    CHECK(f.queue->page(awake, {}, 9)->heads.empty());
    awake.now = at(3600);
    CHECK(f.queue->page(awake, {}, 9)->heads.size() == 1);
    f.find({threat(1, {finding("a", 7)})});
    CHECK(is_snoozed(f.head(1).workflow, at(60)));
    f.find({threat(1, {finding("a", 7), finding("b", 1, Level::Low, {"T1078"})})});
    CHECK_FALSE(is_snoozed(f.head(1).workflow, at(60)));
    CHECK(f.actions(1).front() == "wake");
  }

  TEST_CASE(
      "a merged threat is a duplicate until it is unmerged, and its evidence is the other's") {
    Fixture f;
    f.find(
        {threat(1, {finding("a", 5)}), threat(2, {finding("a", 5)}), threat(3, {finding("a", 5)})});
    REQUIRE(f.change(2, to(Status::InProgress)));
    Change merge;
    merge.merge_into = 1;
    REQUIRE(f.change(2, merge));
    CHECK(f.head(2).workflow.status == Status::Duplicate);
    ThreatQuery children;
    children.merged_into = 1;
    CHECK(hashes_of(f.queue->page(children, {}, 9)->heads) == std::vector<std::uint64_t>{2});
    Change through;  // what is merged into a duplicate goes to where that one went
    through.merge_into = 2;
    CHECK(f.change(3, through)->workflow.merged_into == 1);
    CHECK(f.change(1, through).error().code == Errc::ChangeInvalid);
    REQUIRE(f.change(1, to(Status::Resolved)));
    f.find({threat(2, {finding("a", 6)})});
    CHECK(f.head(2).workflow.status == Status::Duplicate);
    CHECK(f.head(1).workflow.status == Status::New);
    Change unmerge;
    unmerge.unmerge = true;
    REQUIRE(f.change(2, unmerge));
    CHECK(f.head(2).workflow.status == Status::InProgress);
    CHECK(f.actions(2) == std::vector<std::string>{"unmerge", "merge", "status"});
  }

  TEST_CASE("untouched threats go down the tiers for a reason, or are forgotten") {
    Fixture f;
    f.find({threat(1, {finding("a", 5)}), threat(2, {finding("a", 1, Level::Low, {})}),
            threat(3, {finding("a", 1, Level::Informational, {})}),
            threat(4, {finding("a", 1, Level::Informational, {})})});
    REQUIRE(f.change(4, to(Status::Acknowledged)));
    f.clock.set(at(0) + minutes(59));
    f.settle();
    CHECK(f.queue->working() == 4);
    f.clock.set(at(0) + minutes(61));
    f.settle();
    CHECK(f.queue->working() == 0);
    CHECK(f.head(1).workflow.tier == Tier::ShortTerm);
    CHECK(f.head(1).workflow.tier_reason == "severity high");
    CHECK(f.head(2).workflow.tier_reason == "severity low");
    CHECK(f.head(4).workflow.tier_reason == "handled by a person");
    CHECK_FALSE(f.queue->head_of(3)->has_value());
    f.clock.set(at(0) + hours(7 * 24 + 2));
    f.settle();
    CHECK(f.head(1).workflow.tier == Tier::LongTerm);
    CHECK(f.head(4).workflow.tier == Tier::LongTerm);
    CHECK_FALSE(f.queue->head_of(2)->has_value());
    f.clock.set(at(0) + hours(366 * 24));
    f.settle();
    CHECK_FALSE(f.queue->head_of(1)->has_value());
    CHECK(f.queue->counts() == ThreatCounts{});
    CHECK(*f.store->counts() == ThreatCounts{});
  }

  TEST_CASE("an entity that long-term memory knows starts higher, and says why") {
    Fixture f;
    f.find({threat(1, {finding("a", 5)})});
    f.clock.set(at(0) + minutes(61));
    f.settle();
    f.clock.set(at(0) + hours(8 * 24));
    f.settle();
    REQUIRE(f.head(1).workflow.tier == Tier::LongTerm);
    Threat again = threat(1, {finding("a", 6)});
    again.findings[0].last_seen = again.last_seen = at(0) + hours(8 * 24);
    const double without = triage::heat(again.findings);
    f.find({again});
    const ThreatHead head = f.head(1);
    CHECK(head.workflow.tier == Tier::Working);
    REQUIRE(head.workflow.known);
    CHECK(head.workflow.known->worst == Level::High);
    CHECK(head.workflow.known->days == 1);
    CHECK(head.heat > without);
    f.find({again});  // and does not start higher every time
    CHECK(f.head(1).heat == head.heat);
    f.open();
    CHECK(f.head(1).heat == head.heat);
  }

  TEST_CASE("the working tier keeps its size: the longest untouched go") {
    triage::TierOptions options;
    options.working_max = 10;
    Fixture f(options);
    for (std::uint64_t i = 1; i <= 30; ++i) {
      f.clock.set(at(static_cast<std::int64_t>(i)));
      f.find({threat(i, {finding("a", 1, Level::Informational, {})})});
    }
    CHECK(shows(f.queue->page({}, {}, 9)->heads, [&](const auto& row) {
      CHECK(f.queue->show({}, {}, 9, row));  // without the disk
    }));
    f.settle();
    CHECK(f.queue->working() == 10);
    CHECK(f.head(20).workflow.tier_reason == "the working tier is full");
    CHECK(f.head(21).workflow.tier == Tier::Working);
    ThreatQuery all;
    all.sort = Sort::LastSeen;
    CHECK(f.queue->page(all, {}, 100)->heads.size() == 30);
  }

  TEST_CASE("the working tier keeps near its size even if nobody takes a step") {
    triage::TierOptions options;
    options.working_max = 80;
    Fixture f(options);
    for (std::uint64_t i = 1; i <= 50; ++i) {
      std::vector<Threat> threats;
      for (std::uint64_t j = 1; j <= 10; ++j)
        threats.push_back(threat(10 * i + j, {finding("a", 1)}));
      f.find(threats);
      CHECK(f.queue->working() <= 100);
    }
    ThreatQuery all;
    CHECK(f.queue->page(all, {}, 1000)->heads.size() == 500);
  }

  TEST_CASE("a suppression hides its rule about its entity until it ends") {
    Fixture f;
    Suppression one;
    one.id = "s-1";
    one.rule = "a";
    one.entity_hash = 7;
    one.techniques = {"T1110"};
    one.expires = at(100);
    const std::vector<ThreatQueue::Write> add{
        [&](Draft& draft) { draft.commit().suppressions = {one}; }};
    REQUIRE(f.queue->transact(add));
    const auto rule = finding("a", 1).rule;
    CHECK(f.queue->suppressions()->hides(*rule, 7, at(0)));
    CHECK_FALSE(f.queue->suppressions()->hides(*rule, 8, at(0)));
    CHECK_FALSE(f.queue->suppressions()->hides(*rule, 7, at(100)));
    f.open();
    CHECK(f.queue->suppressions()->hides(*rule, 7, at(0)));
    const std::vector<ThreatQueue::Write> end{
        [&](Draft& draft) { draft.commit().suppressions_ended = {"s-1"}; }};
    REQUIRE(f.queue->transact(end));
    CHECK(f.queue->suppressions()->empty());
  }

  TEST_CASE("a question over all tiers has one answer in one order, whatever tier threats are in") {
    Random random(5);
    triage::TierOptions options;
    options.working_max = 100;
    Fixture f(options);
    std::map<std::uint64_t, ThreatHead> oracle;
    for (std::uint64_t round = 0; round < 40; ++round) {
      std::vector<Threat> threats;
      for (std::uint64_t i = 0; i < 20; ++i) {
        const std::uint64_t hash = (round * 20 + i + 1) * 0x9E3779B97F4A7C15u;
        threats.push_back(random_threat(random, hash));
        if (threats.back().findings.empty()) threats.back().findings = {finding("a", 1)};
      }
      f.find(threats);
      f.settle();
    }
    REQUIRE(f.queue->working() == 100);
    std::vector<ThreatHead> all;
    ThreatQuery everything;
    everything.sort = Sort::Score;
    const auto whole = f.queue->page(everything, {}, 10'000);
    for (const ThreatHead& head : whole->heads) all.push_back(head);
    REQUIRE(all.size() == 800);
    for (int i = 0; i < 200; ++i) {
      const ThreatQuery query = random_query(random);
      std::vector<ThreatHead> found;
      std::optional<RankKey> after;
      for (bool more = true; more;) {
        const std::size_t limit = random.between(1, 90);
        const auto page = f.queue->page(query, after, limit);
        REQUIRE(page);
        REQUIRE(shows(page->heads, [&](const auto& row) {
          REQUIRE(*f.queue->show(query, after, limit, row) == page->next);
        }));
        found.insert(found.end(), page->heads.begin(), page->heads.end());
        after = page->next;
        more = after.has_value();
      }
      REQUIRE(hashes_of(found) == hashes_of(looked_through(all, query)));
    }
  }

  TEST_CASE("a miss is known without the disk") {
    Fixture f;
    f.find({threat(1, {finding("a", 5)})});
    CHECK(f.queue->may_exist(1));
    std::size_t mistaken = 0;
    for (std::uint64_t i = 2; i < 10'000; ++i) mistaken += f.queue->may_exist(mix64(i));
    CHECK(mistaken <= 10);
  }

  TEST_CASE("threats are found by id and by what they are about, of several the worst") {
    Fixture f;
    Threat user = threat(*entity_hash(EntityType::User, "root"), {finding("a", 1, Level::Low)});
    user.entity_type = EntityType::User;
    Threat host = threat(*entity_hash(EntityType::Host, "root"), {finding("a", 1)});
    host.entity_type = EntityType::Host;
    f.find({user, host});
    CHECK(**f.queue->find("root") == host.entity_hash);
    CHECK(**f.queue->find(user.id) == user.entity_hash);
    CHECK_FALSE(f.queue->find("nobody")->has_value());
    CHECK_FALSE(f.queue->find("t-000000000000")->has_value());
  }

  TEST_CASE("writers, readers and steps at once: no change is lost, no threat is out of sight") {
    triage::TierOptions options;
    options.working_max = 300;
    Fixture f(options);
    constexpr std::uint64_t kThreats = 400, kChanges = 60;
    constexpr int kWriters = 8, kReaders = 8;
    std::vector<Threat> threats;
    for (std::uint64_t i = 1; i <= kThreats; ++i) threats.push_back(threat(i, {finding("a", i)}));
    f.find(threats);
    std::atomic<bool> done{false};
    std::atomic<int> failures{0};
    std::vector<std::thread> threads;
    {
      Desk desk(*f.queue);
      for (int r = 0; r < kReaders; ++r) {
        threads.emplace_back([&] {
          ThreatQuery query;
          query.sort = Sort::Score;
          while (!done) {
            std::size_t seen = 0;
            std::optional<RankKey> after;
            for (bool more = true; more;) {
              const auto page = f.queue->page(query, after, 64);
              if (!page) ++failures;
              if (!page) break;
              seen += page->heads.size();
              after = page->next;
              more = after.has_value();
            }
            if (seen != kThreats) ++failures;
          }
        });
      }
      std::vector<std::thread> writers;
      for (int w = 0; w < kWriters; ++w) {
        writers.emplace_back([&, w] {
          for (std::uint64_t i = 0; i < kChanges; ++i) {
            Change change;
            change.who = "writer-" + std::to_string(w);
            change.note = std::to_string(i);
            std::promise<bool> stored;
            bool changed = false;
            Desk::Job job{[&](Draft& draft) { changed = bool(draft.change(i % 50 + 1, change)); },
                          [&](const Result<void>& result) { stored.set_value(bool(result)); }};
            while (!desk.post(job)) std::this_thread::yield();
            if (!stored.get_future().get() || !changed) ++failures;
          }
        });
      }
      for (std::thread& writer : writers) writer.join();
      done = true;
      for (std::thread& reader : threads) reader.join();
    }
    CHECK(failures == 0);
    std::uint64_t versions = 0;
    for (std::uint64_t i = 1; i <= 50; ++i) versions += f.head(i).workflow.version - 1;
    CHECK(versions == kWriters * kChanges);
    std::size_t notes = 0;
    std::uint64_t before = 0;
    for (;;) {
      const auto page = *f.store->audit({.before_id = before, .limit = 100});
      if (page.empty()) break;
      notes += page.size();
      before = page.back().id;
    }
    CHECK(notes == kWriters * kChanges);
  }
}

}  // namespace
}  // namespace vedette::engine
