#include "store/prompt_store.h"

#include "base/hash.h"
#include "store/testing.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <set>
#include <unistd.h>

namespace vedette::store {
namespace {

constexpr Time kNoon{std::chrono::seconds{1772366400}};  // 2026-03-01T12:00:00Z
using Ids = std::vector<std::uint64_t>;

struct Opened {
  explicit Opened(const PromptStore::Options& options = {}) : clock(kNoon) { open(options); }
  void open(const PromptStore::Options& options) {
    store.reset();
    auto made = PromptStore::open(directory.path, options, clock);
    REQUIRE(made);
    store = std::move(*made);
  }
  VerdictPage page(const VerdictQuery& query, const std::optional<VerdictKey>& after = {},
                   std::size_t limit = 1000) {
    auto found = store->page(query, after, limit);
    REQUIRE(found);
    return *std::move(found);
  }
  Ids ids(const VerdictQuery& query) {
    Ids all;
    for (const LoggedVerdict& one : page(query).verdicts) all.push_back(one.id);
    return all;
  }
  /// Page by page.
  Ids walk(const VerdictQuery& query, std::size_t limit) {
    Ids all;
    std::optional<VerdictKey> after;
    do {
      const VerdictPage one = page(query, after, limit);
      CHECK(one.verdicts.size() <= limit);
      for (const LoggedVerdict& verdict : one.verdicts) all.push_back(verdict.id);
      after = one.next;
    } while (after);
    return all;
  }

  TemporaryDirectory directory;
  ManualClock clock;
  std::unique_ptr<PromptStore> store;
};

/// One of many that are alike and not the same; several share their time, score, client.
LoggedVerdict made_up(unsigned i) {
  LoggedVerdict verdict;
  verdict.time = kNoon + std::chrono::seconds(i / 3);
  verdict.client = i % 4 == 0 ? "" : fmt::format("203.0.113.{}", i % 4);
  verdict.decision = static_cast<std::uint8_t>(i % 3);
  verdict.score = (i * 7 % 11) / 10.0;
  verdict.alarmed = i % 5 == 0 ? 0 : 1u << (i % 5);
  verdict.body = "body";
  return verdict;
}

TEST_SUITE("store/prompt_store") {
  TEST_CASE("a verdict comes back as it was given, also after a new start") {
    Opened its;
    LoggedVerdict given = made_up(7);
    given.direction = 2;
    given.text_hash = sha256("a text");
    given.policy = ~std::uint64_t{0};
    given.model = 5;
    given.form = TextForm::Masked;
    given.text = std::string("a\0b'\xFF", 5);
    given.body = std::string("\0\x01", 2);
    REQUIRE(its.store->log(given));
    its.open({});  // what waits is written before
    const auto found = its.store->verdict(1);
    REQUIRE(found);
    REQUIRE(*found);
    const LoggedVerdict& one = **found;
    CHECK(one.time == given.time);
    CHECK(one.client == given.client);
    CHECK(one.direction == 2);
    CHECK(one.decision == given.decision);
    CHECK(one.score == given.score);
    CHECK(one.alarmed == given.alarmed);
    CHECK(one.text_hash == given.text_hash);
    CHECK(one.policy == given.policy);
    CHECK(one.model == given.model);
    CHECK(one.form == TextForm::Masked);
    CHECK(one.text == given.text);
    CHECK(one.body == given.body);
    CHECK_FALSE(*its.store->verdict(2));
    CHECK(its.store->counts().verdicts == 1);
  }

  TEST_CASE("every question is answered as by looking at all of them, in pages of any size") {
    Opened its;
    constexpr unsigned kVerdicts = 300;
    std::vector<LoggedVerdict> all;
    for (unsigned i = 0; i < kVerdicts; ++i) {
      all.push_back(made_up(i));
      REQUIRE(its.store->log(all.back()));
      all.back().id = i + 1;
    }
    its.store->flush();
    const VerdictQuery plain;
    std::vector<VerdictQuery> queries{plain,
                                      {.since = kNoon + std::chrono::seconds(20)},
                                      {.until = kNoon + std::chrono::seconds(20)},
                                      {.score_min = 0.55},
                                      {.client = "203.0.113.2"},
                                      {.client = "198.51.100.1"},
                                      {.decision = std::uint8_t{2}},
                                      {.scanner = 3u},
                                      {.scanner = 0u},
                                      {.since = kNoon + std::chrono::seconds(10),
                                       .until = kNoon + std::chrono::seconds(60),
                                       .score_min = 0.3,
                                       .client = "203.0.113.1",
                                       .decision = std::uint8_t{1},
                                       .scanner = 2u}};
    const std::size_t count = queries.size();
    for (std::size_t i = 0; i < count; ++i) {
      queries.push_back(queries[i]);
      queries.back().order = VerdictOrder::HighestScore;
    }
    for (const VerdictQuery& query : queries) {
      std::vector<LoggedVerdict> wanted;
      for (const LoggedVerdict& one : all) {
        const bool is = one.time >= query.since && one.time < query.until &&
                        one.score >= query.score_min &&
                        (query.client.empty() || one.client == query.client) &&
                        (!query.decision || one.decision == *query.decision) &&
                        (!query.scanner || (one.alarmed >> *query.scanner & 1) != 0);
        if (is) wanted.push_back(one);
      }
      std::sort(wanted.begin(), wanted.end(), [&](const auto& a, const auto& b) {
        if (query.order == VerdictOrder::HighestScore && a.score != b.score) {
          return a.score > b.score;
        }
        return a.time != b.time ? a.time > b.time : a.id > b.id;
      });
      Ids ids;
      for (const LoggedVerdict& one : wanted) ids.push_back(one.id);
      CAPTURE(&query - queries.data());
      CHECK(its.ids(query) == ids);
      CHECK(its.walk(query, 1) == ids);
      CHECK(its.walk(query, 7) == ids);
    }
  }

  TEST_CASE("a page that would look at too many rows is short, and the next one goes on") {
    Opened its({.waiting_max = 2 * PromptReader::kLooksMax});
    const unsigned rows = PromptReader::kLooksMax + 10;
    for (unsigned i = 0; i < rows; ++i) {
      LoggedVerdict verdict = made_up(0);
      verdict.score = i == 0 ? 1 : 0;  // the oldest
      REQUIRE(its.store->log(verdict));
    }
    its.store->flush();
    const VerdictQuery query{.score_min = 0.5};
    const VerdictPage first = its.page(query);
    CHECK(first.verdicts.empty());
    REQUIRE(first.next);
    CHECK(its.walk(query, 10) == Ids{1});
  }

  TEST_CASE("what is too much goes, the oldest first") {
    Opened its({.verdicts_max = 100, .results_max = 10});
    for (unsigned i = 0; i < 2500; ++i) {
      REQUIRE(its.store->log(made_up(i)));
      REQUIRE(its.store->put(fmt::format("key {}", i), "body", kNoon + Duration{i}));
    }
    its.store->flush();
    const Ids kept = its.ids({});
    REQUIRE(kept.size() == 100);
    CHECK(kept.front() == 2500);
    CHECK(kept.back() == 2401);
    CHECK(its.store->counts().verdicts == 100);
    CHECK(its.store->counts().results == 10);
    CHECK(*its.store->find("key 2499", kNoon) == "body");
    CHECK_FALSE(*its.store->find("key 2489", kNoon));
  }

  TEST_CASE("what is too old goes") {
    Opened its({.days_max = 2, .results_for = std::chrono::hours(1)});
    REQUIRE(its.store->log(made_up(0)));
    REQUIRE(its.store->put("a", "body", kNoon));
    its.store->flush();
    its.clock.advance(std::chrono::hours(47));
    LoggedVerdict later = made_up(1);
    later.time = its.clock.now();
    REQUIRE(its.store->log(later));
    its.store->flush();
    CHECK(its.ids({}) == Ids{2, 1});
    CHECK(its.store->counts().results == 0);
    its.clock.advance(std::chrono::hours(2));
    its.store->flush();
    CHECK(its.ids({}) == Ids{2});
  }

  TEST_CASE("texts do not grow past the bytes there are") {
    constexpr std::uint64_t kBytes = 2u << 20;
    Opened its({.bytes_max = kBytes, .waiting_bytes_max = 64u << 20});
    for (unsigned i = 0; i < 2000; ++i) {
      LoggedVerdict verdict = made_up(i);
      verdict.text.assign(8192, 'x');
      REQUIRE(its.store->log(verdict));
    }
    its.store->flush();
    struct stat about {};
    const std::size_t kept = its.ids({}).size();
    CHECK(kept < kBytes / 8192);
    CHECK(its.store->counts().verdicts == kept);
    REQUIRE(::stat((its.directory.path + "/prompts.db").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
  }

  TEST_CASE("who gives more than fits waits for nothing and is told, and it is counted") {
    Opened its({.waiting_max = 4, .waiting_bytes_max = 1u << 20});
    LoggedVerdict large = made_up(1);
    large.text.assign(2u << 20, 'x');
    CHECK_FALSE(its.store->log(large));
    std::uint64_t refused = 1;
    for (unsigned i = 0; i < 20'000; ++i) refused += !its.store->log(made_up(i));
    its.store->flush();
    const auto counts = its.store->counts();
    CHECK(counts.dropped == refused);
    CHECK(counts.logged == 20'001 - refused);
    CHECK(counts.verdicts == counts.logged);
    CHECK(counts.failed == 0);
  }

  TEST_CASE("a result is found under its key until it is too old, and may be replaced") {
    Opened its({.results_for = std::chrono::seconds(10)});
    const std::string key("\0key", 4);
    REQUIRE(its.store->put(key, "one", kNoon));
    its.store->flush();
    CHECK(*its.store->find(key, kNoon) == "one");
    CHECK(*its.store->find(key, kNoon + std::chrono::seconds(10)) == "one");
    CHECK_FALSE(*its.store->find(key, kNoon + std::chrono::seconds(11)));
    CHECK_FALSE(*its.store->find("key", kNoon));
    REQUIRE(its.store->put(key, "two", kNoon + std::chrono::seconds(5)));
    its.store->flush();
    CHECK(*its.store->find(key, kNoon + std::chrono::seconds(11)) == "two");
    CHECK(its.store->counts().results == 1);
    CHECK_FALSE(its.store->put(std::string(65, 'k'), "body", kNoon));
    CHECK_FALSE(its.store->put("k", std::string(PromptStore::kResultBytesMax + 1, 'b'), kNoon));
  }

  TEST_CASE("scores are counted by model, over starts") {
    Opened its({.model = 7});
    for (int i = 0; i < 3; ++i) its.store->count(1, 4096);
    its.store->flush();
    its.store->count(1, 4096);
    its.open({.model = 8});
    its.store->count(0, 0);
    its.store->flush();
    const auto reader = PromptReader::open(its.directory.path);
    REQUIRE(reader);
    const auto counts = (*reader)->scores();
    REQUIRE(counts);
    REQUIRE(counts->size() == 2);
    const ScoreCount& first = (*counts)[0];
    CHECK(first.model == 7);
    CHECK(first.direction == 1);
    CHECK(first.bin == 4096);
    CHECK(first.texts == 4);
    CHECK((*counts)[1].model == 8);
  }

  TEST_CASE("what the disk refuses is counted as lost, scores are kept for later, and it goes on") {
    Opened its({.model = 7});
    auto other = Database::open(its.directory.path + "/prompts.db", Database::Access::Create);
    REQUIRE(other);
    REQUIRE((*other)->execute("ALTER TABLE score_count RENAME TO away", Errc::StoreWrite));
    its.store->count(0, 5);
    REQUIRE(its.store->log(made_up(1)));
    its.store->flush();
    const auto failing = its.store->counts();
    CHECK(failing.logged == 0);
    CHECK(failing.failed == 1);
    CHECK(failing.verdicts == 0);
    REQUIRE((*other)->execute("ALTER TABLE away RENAME TO score_count", Errc::StoreWrite));
    REQUIRE(its.store->log(made_up(2)));
    its.store->flush();
    CHECK(its.store->counts().logged == 1);
    CHECK(its.page({}).verdicts.size() == 1);
    CHECK(*(*other)->value_of("SELECT texts FROM score_count WHERE bin = 5", Errc::StoreRead) == 1);
  }

  TEST_CASE("after a kill the database is sound, and holds whole batches") {
    Opened its;
    its.store.reset();
    const pid_t child = ::fork();
    if (child == 0) {
      auto store = PromptStore::open(its.directory.path, {}, its.clock);
      for (unsigned i = 0; store; ++i) {
        (*store)->log(made_up(i));
        if (i % 100 == 0) (*store)->flush();
        if (i == 1000) ::raise(SIGKILL);
      }
      ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    its.open({});
    CHECK(its.store->counts().verdicts >= 1001);
    const auto database =
        Database::open(its.directory.path + "/prompts.db", Database::Access::ReadOnly);
    REQUIRE(database);
    auto check = (*database)->prepare("PRAGMA integrity_check", Errc::StoreRead);
    REQUIRE(check);
    REQUIRE(*check->step());
    CHECK(check->text(0) == "ok");
  }

  TEST_CASE("what is not ours is refused and left as it is") {
    const TemporaryDirectory directory;
    const ManualClock clock(kNoon);
    CHECK(PromptReader::open(directory.path).error().code == Errc::StoreOpen);
    {
      auto other = Database::open(directory.path + "/prompts.db", Database::Access::Create);
      REQUIRE(other);
      REQUIRE((*other)->execute("CREATE TABLE t(i)", Errc::StoreWrite));
    }
    const auto store = PromptStore::open(directory.path, {}, clock);
    REQUIRE_FALSE(store);
    CHECK(store.error().code == Errc::StoreDamaged);
  }
}

}  // namespace
}  // namespace vedette::store
